import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { type Address, type Service, until } from "#kit";
import { haproxy } from "#services/haproxy";
import { type NginxFace, nginx } from "#services/nginx";
import { stand } from "./stand.ts";

/** How each server is told to pass requests on to one address. */
const passing = {
  nginx: ({ host, port }: Address, listen: string) =>
    `server { listen ${listen}; access_log access.log; location / { proxy_pass http://${host}:${port}; } }`,
  haproxy: ({ host, port }: Address, listen: string) =>
    `listen app\n  bind ${listen}\n  server only ${host}:${port}\n`,
};

/** What both have in common. */
type Configured = Pick<NginxFace, "url" | "configure" | "reload">;

const services: readonly Service<object, Configured>[] = [nginx, haproxy];

for (const service of services) {
  const name = service.form.name as keyof typeof passing;

  test(`${name} passes requests on to a server that the lab started`, async () => {
    await using red = await origin("red");
    await using stood = await stand(service);
    const { face } = stood;
    await face.configure(({ listen }) => passing[name](red.address, listen));
    assert.equal(await textOf(face.url), "red");
    await face.restart();
    assert.equal(await textOf(face.url), "red", "the configuration stays over a restart");
    const again = await stood.again();
    await assert.rejects(textOf(again.url), "a new trial begins with none");
  });

  test(`a reload of ${name} is in force when it resolves`, async () => {
    await using red = await origin("red");
    await using blue = await origin("blue");
    await using stood = await stand(service);
    const { face } = stood;
    const [before] = stood.server.pids;
    await face.configure(({ listen }) => passing[name](red.address, listen));
    for (const { address, colour } of [blue, red, blue]) {
      await face.reload(({ listen }) => passing[name](address, listen));
      for (let turn = 0; turn < 20; turn++) assert.equal(await textOf(face.url), colour);
    }
    assert.notEqual(stood.server.pids[0], before, "configure starts it anew");
  });

  test(`a reload of ${name} lets a request that is under way end`, async () => {
    const arrived = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await using slow = await origin("slow", async () => {
      arrived.resolve();
      await goOn.promise;
    });
    await using blue = await origin("blue");
    await using stood = await stand(service);
    const { face } = stood;
    await face.configure(({ listen }) => passing[name](slow.address, listen));
    const underWay = textOf(face.url);
    await arrived.promise;
    await face.reload(({ listen }) => passing[name](blue.address, listen));
    assert.equal(await textOf(face.url), "blue");
    goOn.resolve();
    assert.equal(await underWay, "slow");
  });

  test(`${name} refuses a wrong configuration in its own words and keeps the old one`, async () => {
    await using red = await origin("red");
    await using stood = await stand(service);
    const { face } = stood;
    await face.configure(({ listen }) => passing[name](red.address, listen));
    for (const change of [face.configure, face.reload]) {
      await assert.rejects(
        change("nonsense here;"),
        /does not take this configuration:\n.*nonsense/s,
      );
    }
    assert.equal(await textOf(face.url), "red");
  });
}

test("nginx serves files that the lab writes, and shows its log", async () => {
  await using stood = await stand(nginx.with({ nodes: 2 }));
  const { face } = stood;
  await face.write({ "site/page.html": "one" }, "nginx-2");
  await face.configure(
    ({ listen }) => `server { listen ${listen}; access_log a.log; root site; }`,
    "nginx-2",
  );
  const { host, port } = face.nodes["nginx-2"]!;
  assert.equal(await textOf(`http://${host}:${port}/page.html`), "one");
  await face.write({ "site/page.html": "another" }, "nginx-2");
  assert.equal(await textOf(`http://${host}:${port}/page.html`), "another");
  await until("both requests in the log, which nginx writes after it has answered", async () => {
    const log = await face.read("a.log", "nginx-2");
    return log.match(/GET \/page\.html/g)?.length === 2;
  });
  await assert.rejects(face.read("a.log", "nginx-1"), /ENOENT/);
});

test("HAProxy takes commands at its runtime API", async () => {
  await using red = await origin("red");
  await using stood = await stand(haproxy.with({ listeners: ["second"] }));
  const { face } = stood;
  await face.configure(({ listen, host, ports }) =>
    passing.haproxy(red.address, `${listen}\n  bind ${host}:${ports.second}`),
  );
  assert.equal(
    await textOf(`http://${face.address.host}:${face.nodes.haproxy!.ports.second}`),
    "red",
  );
  await face.tell("set server app/only state maint");
  const rows = await face.stats();
  const row = rows.find(({ pxname, svname }) => pxname === "app" && svname === "only");
  assert.equal(row?.status, "MAINT");
  assert.equal(row?.stot, "1");
  await assert.rejects(textOf(face.url), /503/);
});

/** An HTTP server that answers every request with one word. */
async function origin(colour: string, before = async () => {}) {
  const server: Server = createServer(async (_request, response) => {
    await before();
    response.end(colour);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    colour,
    address: { host: "127.0.0.1", port },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The text at a URL, on a connection of its own. Rejects unless the status is 200. */
async function textOf(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { connection: "close" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}
