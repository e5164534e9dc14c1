import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Address } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { memcached } from "./memcached.ts";
import { exchange } from "./tcp.ts";

describe("memcached", { skip: await lacking(memcached) }, () => {
  test("each server keeps its own items, and a new trial finds none", async () => {
    await using stood = await stand(memcached.with({ nodes: 2, megabytes: 8 }));
    const { face } = stood;
    assert.deepEqual(face.servers, Object.values(face.nodes).map(hostAndPort));
    await exchange(face.nodes["memcached-1"]!, "set key 0 0 5\r\nvalue\r\n");
    assert.equal((await face.stats("memcached-1")).curr_items, "1");
    assert.equal((await face.stats("memcached-2")).curr_items, "0");
    assert.equal((await face.stats()).limit_maxbytes, String(8 << 20));
    const again = await stood.again();
    assert.equal((await again.stats()).curr_items, "0");
  });
});

function hostAndPort({ host, port }: Address): string {
  return `${host}:${port}`;
}
