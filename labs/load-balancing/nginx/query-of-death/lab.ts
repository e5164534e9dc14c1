// A balancer that gets no answer from a server asks the next one, and nobody sees that the first is
// down. But why did no answer come? Perhaps the server was down already. Perhaps it was this very
// request that killed it, and then the next server is its next victim.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { closing, lab } from "#kit";
import { nginx } from "#services/nginx";
import { processes } from "#services/processes";

const off = ["proxy_next_upstream off;"];
const everyServer = ["proxy_next_upstream error timeout;"]; // what nginx does unless told otherwise
const twoTries = [
  "proxy_next_upstream error timeout;",
  "proxy_next_upstream_tries 2;", // matters: Some servers outlive a request that kills its server
];

/** Kills whoever asks for it by name; the runner holds it against a process that exits by itself. */
async function openUndertaker(kill: (name: string) => Promise<void>) {
  const server = createServer(({ url = "" }) => void kill(url.slice(1)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return closing({ url: `http://127.0.0.1:${port}` }, () => {
    server.closeAllConnections();
    server.close();
  });
}

/** Whether a GET was answered with 200, and how many servers the balancer offered it to. */
async function get(url: string) {
  const answer = await fetch(url, { headers: { connection: "close" } });
  return { ok: answer.ok, attempts: answer.headers.get("tried")?.split(", ").length ?? 0 };
}

export default lab({
  title: "Passive failover and the query of death",
  question:
    "A request kills the server that handles it: how many servers should the balancer offer it to?",
  services: {
    nginx,
    app: processes.with({ module: import.meta.resolve("./app.ts"), count: 5 }),
  },
  arms: { off, default: everyServer, "two-tries": twoTries },

  async trial(failover, { nginx, app }) {
    await using undertaker = await openUndertaker((name) => app.kill(name));
    const [up, down] = [app.instances.slice(0, 3), app.urls.slice(3)];
    await app.start({ UNDERTAKER: undertaker.url }, up);
    const servers = app.urls.slice(0, 3);
    // Each pool finds out for itself who is down, and begins with the first server.
    const pools = {
      "one-down": [...down.slice(0, 1), ...servers.slice(1)],
      "two-down": [...down, ...servers.slice(2)],
      deadly: servers,
    };
    const blocks = Object.entries(pools).map(([name, urls]) => ({
      upstream: `upstream ${name} { ${urls.map((url) => `server ${new URL(url).host};`).join(" ")} }`,
      location: `location /${name} { proxy_pass http://${name}; }`,
    }));
    await nginx.configure(
      ({ listen }) => `
        ${blocks.map(({ upstream }) => upstream).join("\n")}
        server {
          listen ${listen};
          ${failover.join(" ")}
          add_header tried $upstream_addr always;
          ${blocks.map(({ location }) => location).join("\n")}
        }`,
    );

    const oneDown = await get(`${nginx.url}/one-down`);
    const twoDown = await get(`${nginx.url}/two-down`);
    const deadly = await get(`${nginx.url}/deadly`);
    const asked = await Promise.allSettled(servers.map(get));
    return {
      servers: servers.length,
      oneDown: oneDown.ok,
      twoDown: twoDown.ok,
      killed: asked.filter(({ status }) => status === "rejected").length,
      attempts: deadly.attempts,
    };
  },

  claims: {
    "A GET succeeds while one of three servers is down": {
      holds: (found) => found.oneDown,
      brokenBy: ["off"],
    },
    "A GET succeeds while two of three servers are down": {
      holds: (found) => found.twoDown,
      brokenBy: ["off", "two-tries"],
    },
    "Some servers outlive a request that kills its server": {
      holds: (found) => found.killed < found.servers,
      brokenBy: ["default"],
    },
    "A request that kills its server kills no other": {
      holds: (found) => found.killed === 1,
      brokenBy: ["default", "two-tries"],
    },
  },

  measures: {
    "servers killed per request": (found) => found.killed,
    "attempts per request": (found) => found.attempts,
    "failed answers": (found) => Number(!found.oneDown) + Number(!found.twoDown),
  },
});
