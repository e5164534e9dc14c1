import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, test } from "node:test";
import { until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { dnsmasq } from "./dnsmasq.ts";
import { powerdns } from "./powerdns.ts";

const skip = (await lacking(powerdns)) || (await lacking(dnsmasq));

describe("powerdns and dnsmasq", { skip }, () => {
  test("a cache goes on answering what the zone has changed, until its time is up", async () => {
    await using zone = await stand(powerdns);
    await using cache = await stand(dnsmasq);
    const { host, port } = zone.face.address;
    await zone.face.configure({ "shop.test": "www 60 IN A 127.0.0.1\nnow 1 IN A 127.0.0.1" });
    await cache.face.configure(`server=${host}#${port}\n`);
    const ask = async (name: string) => (await cache.face.resolver().resolve4(name))[0];
    assert.equal(await ask("www.shop.test"), "127.0.0.1");
    assert.equal(await ask("now.shop.test"), "127.0.0.1");
    await zone.face.configure({ "shop.test": "www 60 IN A 127.0.0.2\nnow 1 IN A 127.0.0.2" });
    assert.deepEqual(await zone.face.resolver().resolve4("www.shop.test"), ["127.0.0.2"]);
    await until(
      "the short one to run out",
      async () => (await ask("now.shop.test")) === "127.0.0.2",
    );
    assert.equal(await ask("www.shop.test"), "127.0.0.1");
  });

  test("a record that looks at its servers leaves out the one that has gone", async () => {
    const first = await listening("127.0.0.1", 0);
    const { port } = first.address() as AddressInfo;
    const second = await listening("127.0.0.2", port);
    await using zone = await stand(powerdns);
    const look = `ifportup(${port}, {'127.0.0.1', '127.0.0.2'})`;
    await zone.face.configure({ "shop.test": `www 1 IN LUA A "${look}"` });
    const resolver = zone.face.resolver();
    const answers = async () => {
      const asked = Array.from({ length: 30 }, () => resolver.resolve4("www.shop.test"));
      return new Set((await Promise.all(asked)).flat());
    };
    await until("answers with both", async () => (await answers()).size === 2);
    first.close();
    await until("answers without the first", async () => !(await answers()).has("127.0.0.1"));
    second.close();
  });
});

async function listening(host: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return server;
}
