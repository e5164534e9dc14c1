import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import type { Address } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { varnish } from "./varnish.ts";

describe("varnish", { skip: await lacking(varnish) }, () => {
  test("it fetches once and answers often, until it is told to forget", async () => {
    await using origin = await counting();
    await using stood = await stand(varnish);
    const { face } = stood;
    const [url] = face.urls as [string];
    await face.configure(passTo(origin.address));
    for (let turn = 0; turn < 3; turn++) assert.equal(await textOf(url), "1");
    await face.tell("ban req.url ~ .");
    assert.equal(await textOf(url), "2");
    await assert.rejects(face.tell("nonsense"), /Unknown request/);
  });

  test("a reload keeps the cache, and a new configuration begins with an empty one", async () => {
    await using origin = await counting();
    await using stood = await stand(varnish);
    const { face } = stood;
    const [url] = face.urls as [string];
    await face.configure(passTo(origin.address));
    assert.equal(await textOf(url), "1");
    await face.reload(`${passTo(origin.address)}sub vcl_deliver { set resp.http.new = "yes"; }\n`);
    const answer = await fetch(url);
    assert.equal(answer.headers.get("new"), "yes");
    assert.equal(await answer.text(), "1");
    await assert.rejects(face.reload("vcl 4.1; nonsense"), /nonsense/);
    await face.configure(passTo(origin.address));
    assert.equal(await textOf(url), "2");
  });
});

function passTo({ host, port }: Address): string {
  return `vcl 4.1;\nbackend default { .host = "${host}"; .port = "${port}"; }\n`;
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** An origin that answers with the number of requests that it has had. */
async function counting() {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.setHeader("cache-control", "max-age=60");
    response.end(String(requests));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
