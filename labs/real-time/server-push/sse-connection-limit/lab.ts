// Every tab of an application keeps a stream of events open. Over HTTP/1.1 a stream takes a
// connection for itself, and a browser opens no more than six to one host, for all tabs together: so
// the next request of any tab waits, for ever. Nothing in the page shows that. HTTP/2 puts all streams
// into one connection, and a shared worker makes do with one stream.

import { lab, until } from "#kit";
import { chromium } from "#services/chromium";
import { streamInWorker, streamPerTab } from "./pages.ts";
import { openServer, type Protocol } from "./server.ts";

const LIMIT = 6; // connections to one host that Chromium opens for HTTP/1.1

const PATIENCE = { withinMs: 60_000 }; // with a whole browser

/** What a tab reports: the events that it hears, and that it has loaded. */
type Report = "hello" | "loaded" | "after";

interface Application {
  readonly protocol: Protocol;
  readonly withoutTls: Protocol;
  readonly pages: Readonly<Record<string, string>>;
}

const http1PerTab: Application = {
  protocol: "http/1.1",
  withoutTls: "http/1.1",
  pages: streamPerTab,
};

const http2PerTab: Application = {
  protocol: "http/2",
  withoutTls: "http/2 without TLS",
  pages: streamPerTab,
};

const sharedWorker: Application = {
  protocol: "http/1.1",
  withoutTls: "http/1.1",
  pages: streamInWorker,
};

export default lab({
  title: "The sixth tab hangs",
  question:
    "Why does the sixth tab of an application with live updates stop loading, and what are the ways out?",
  // Tabs that share a process are opened sooner; connections belong to the browser either way.
  services: { chromium: chromium.with({ switches: ["--process-per-site"] }) },
  knobs: {
    tabs: { value: 8, from: 2, to: 12 },
    deadlineMs: { value: 1000, from: 500, to: 5000 },
  },
  arms: {
    "http1-per-tab": http1PerTab,
    "http2-per-tab": http2PerTab,
    "shared-worker": sharedWorker,
  },
  deadlineSeconds: 120,

  async trial({ protocol, withoutTls, pages }, { chromium, knobs }) {
    await using server = await openServer(protocol, pages);
    await using browser = await chromium.connect();
    await using context = await browser.newContext({ ignoreHTTPSErrors: true });
    /** The tabs that have reported something. */
    const tabs = { hello: new Set<number>(), loaded: new Set<number>(), after: new Set<number>() };

    const isFull = () => protocol === "http/1.1" && server.busySockets() === LIMIT;
    for (let tab = 1; tab <= knobs.tabs; tab++) {
      const page = await context.newPage();
      await page.exposeFunction("tell", (what: Report) => void tabs[what].add(tab));
      page.goto(server.url).catch(() => {}); // a tab that hangs is closed while it loads
      await until(
        `tab ${tab} to load, unless it cannot`,
        () => tabs.loaded.size === tab || isFull(),
        PATIENCE,
      );
    }
    // Only where all connections are taken does anybody still wait for a tab.
    const hasDeadline = { withinMs: knobs.deadlineMs };
    await until("all tabs", () => tabs.loaded.size === knobs.tabs, hasDeadline).catch(() => {});
    const hanging = knobs.tabs - tabs.loaded.size;

    // A browser whose network has changed lets go of its connections, and makes them anew.
    const needed = () => (pages === streamInWorker ? 1 : tabs.hello.size);
    await until("all streams", () => server.counts().streams === needed(), PATIENCE);
    const { sockets, streams } = server.counts();
    const heard = tabs.hello.size;
    await server.cutOne();
    server.send("after");
    const left = server.counts().streams; // now each has one tab, or there is none
    await until("all that still listen", () => tabs.after.size === left, PATIENCE);
    const silenced = heard - tabs.after.size;

    await using plain = await openServer(withoutTls, pages);
    const page = await context.newPage();
    const answer = await page.goto(`${plain.url}/ordinary`).catch(() => undefined);
    return {
      hanging,
      sockets,
      streams,
      silenced,
      worksWithoutTls: answer?.ok() === true,
    };
  },

  claims: {
    "The eighth tab still loads": {
      holds: (found) => found.hanging === 0,
      brokenBy: ["http1-per-tab"],
    },
    "It works without TLS": {
      holds: (found) => found.worksWithoutTls,
      brokenBy: ["http2-per-tab"],
    },
    "The server holds one stream for a browser": {
      holds: (found) => found.streams === 1,
      brokenBy: ["http1-per-tab", "http2-per-tab"],
    },
    "A connection that is cut silences one tab only": {
      holds: (found) => found.silenced === 1,
      brokenBy: ["http2-per-tab", "shared-worker"],
    },
  },

  measures: {
    "tabs that hang": (found) => found.hanging,
    "streams per browser": (found) => found.streams,
    "sockets per browser": (found) => found.sockets,
    "tabs that a cut silences": (found) => found.silenced,
  },
});
