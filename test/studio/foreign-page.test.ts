// A real browser that the studio has let in visits a hostile page: on another port of the same host,
// which is the same site to a browser, and under another name. The page tries all that pages can do.

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { launch, letIn, noBrowser } from "./browser.ts";
import { openForTest, type TestStudio } from "./open.ts";

const LAB = "caching/redis-transactions/multi-exec-basics";

/** What the page tries, as it runs there; each resolves with what it got, and none may get anything. */
const TRICKS: Record<string, (studio: string) => string> = {
  "a fetch": (studio) => read(`fetch("${studio}/api/progress")`),
  "a fetch with cookies": (studio) =>
    read(`fetch("${studio}/api/progress", { credentials: "include" })`),
  "a fetch that asks for no reading": (studio) =>
    read(`fetch("${studio}/api/session", { mode: "no-cors", credentials: "include" })`),
  "a fetch of a page": (studio) => read(`fetch("${studio}/", { mode: "no-cors" })`),
  "a post of JSON": (studio) =>
    read(
      `fetch("${studio}/api/runs", { ${ACT}, headers: { "content-type": "application/json" } })`,
    ),
  "a post that needs no permission": (studio) =>
    read(`fetch("${studio}/api/runs", { ${ACT}, mode: "no-cors" })`),
  "a beacon": (studio) => `(navigator.sendBeacon("${studio}/api/runs", '${RUN}'), "")`,
  "a stream of events": (studio) =>
    waits(
      `const s = new EventSource("${studio}/api/runs/r1/events", { withCredentials: true });
       s.onmessage = ({ data }) => done(data); s.onerror = () => done("");`,
    ),
  "an image": (studio) =>
    waits(
      `const i = new Image(); i.onload = () => done("loaded"); i.onerror = () => done("");
       i.src = "${studio}/favicon.svg";`,
    ),
  "a script": (studio) =>
    waits(
      `const s = document.createElement("script"); s.onload = () => done("loaded");
       s.onerror = () => done(""); s.src = "${studio}/pagefind/pagefind.js";
       document.head.append(s);`,
    ),
  "a style sheet": (studio) =>
    waits(
      `const l = document.createElement("link"); l.rel = "stylesheet"; l.href = "${studio}/";
       l.onload = () => done("loaded"); l.onerror = () => done(""); document.head.append(l);`,
    ),
  "a frame": (studio) =>
    waits(
      `const f = document.createElement("iframe"); f.src = "${studio}/";
       f.onload = () => done("");
       document.body.append(f);`,
    ),
  "a socket": (studio) =>
    waits(
      `const w = new WebSocket("${studio.replace("http", "ws")}/api/session");
       w.onopen = () => done("open"); w.onerror = () => done("");`,
    ),
};

const RUN = JSON.stringify({ lab: LAB, knobs: {} });
const ACT = `method: "POST", credentials: "include", body: '${RUN}'`;

/** The text that comes back; nothing where it may not be read. */
function read(request: string): string {
  return `${request}.then((answer) => answer.text()).catch(() => "")`;
}

function waits(script: string): string {
  return `new Promise((done) => { ${script} })`;
}

suite("a foreign page in the reader's own browser", { skip: noBrowser }, () => {
  let open: TestStudio;
  let browser: Browser;
  let context: BrowserContext;
  let hostile: Server;

  before(async () => {
    open = await openForTest();
    hostile = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end("<!doctype html><title>evil</title>");
    });
    await once(hostile.listen(0), "listening");
    browser = await launch();
    context = await letIn(browser, open.studio.link);
  });
  after(async () => {
    await browser?.close();
    hostile?.close();
    await open?.[Symbol.asyncDispose]();
  });

  for (const host of ["127.0.0.1", "localhost"]) {
    for (const [name, trick] of Object.entries(TRICKS)) {
      test(`gets nothing by ${name}, from ${host}`, async () => {
        const page = await context.newPage();
        const answers: number[] = [];
        page.on("response", (answer) => {
          if (answer.url().startsWith(open.studio.origin)) answers.push(answer.status());
        });
        await page.goto(`http://${host}:${(hostile.address() as AddressInfo).port}/`);
        assert.equal(await page.evaluate(trick(open.studio.origin)), "");
        for (const frame of page.frames()) {
          assert.doesNotMatch(await frame.content(), /System design/);
        }
        await page.close();
        assert.ok(
          answers.every((status) => status === 403),
          `${answers}`,
        );
        assert.equal(await runsMade(), 0);
      });
    }

    test(`a form from ${host} starts nothing`, async () => {
      const page = await context.newPage();
      await page.goto(`http://${host}:${(hostile.address() as AddressInfo).port}/`);
      const field = RUN.slice(0, -1).replaceAll('"', "&quot;");
      const form = `<form method=post enctype=text/plain action="${open.studio.origin}/api/runs">
        <input name='${field},&quot;x&quot;:&quot;' value='&quot;}'></form>`;
      await page.evaluate(`document.body.innerHTML = ${JSON.stringify(form)}`);
      const answered = page.waitForResponse((answer) => answer.url().endsWith("/api/runs"));
      await page.evaluate("document.forms[0].submit()");
      assert.equal((await answered).status(), 403);
      await page.close();
      assert.equal(await runsMade(), 0);
    });
  }

  test("a link leads to the studio, but not the cookie's powers to the page that has it", async () => {
    const page = await context.newPage();
    await page.goto(`http://localhost:${(hostile.address() as AddressInfo).port}/`);
    const opened = context.waitForEvent("page");
    await page.evaluate(`void (window.other = window.open("${open.studio.origin}/"))`);
    const window = await opened;
    await window.getByText("System design that runs").waitFor();
    const seen = await page.evaluate(
      "(() => { try { return window.other.document.title } catch { return '' } })()",
    );
    assert.equal(seen, "");
    await page.close();
    await window.close();
  });

  /** How many runs the studio knows, as its own page sees it. */
  async function runsMade(): Promise<unknown> {
    assert.equal(existsSync(join(open.data, "pareto/progress.json")), false);
    const page = await context.newPage();
    await page.goto(open.studio.origin);
    const path = `/api/lab?id=${LAB}`;
    const lab = (await page.evaluate(`fetch("${path}").then((a) => a.json())`)) as { run?: object };
    const session = `fetch("/api/session").then((a) => a.json()).then((b) => b.open)`;
    const count = lab.run ? 1 : await page.evaluate(session);
    await page.close();
    return count;
  }
});
