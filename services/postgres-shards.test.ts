import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { postgresShards } from "./postgres-shards.ts";

describe("postgres-shards", { skip: await lacking(postgresShards) }, () => {
  test("shards know nothing of each other, and one that is paused holds up nobody else", async () => {
    await using stood = await stand(postgresShards.with({ shards: 2 }));
    const { face } = stood;
    assert.deepEqual(face.shards, ["shard-1", "shard-2"]);
    await using first = await face.shard("shard-1").connect();
    await using second = await face.shard("shard-2").connect();
    await first.query("CREATE TABLE t ()");
    await assert.rejects(second.query("SELECT FROM t"), /does not exist/);
    await face.pause("shard-1");
    const stuck = first.query("SELECT 1").then(() => "answered");
    await second.query("SELECT 1");
    assert.equal(
      await Promise.race([stuck, second.query("SELECT pg_sleep(0.2)").then(() => "stuck")]),
      "stuck",
    );
    await face.resume("shard-1");
    assert.equal(await stuck, "answered");

    const again = await stood.again();
    await using fresh = await again.shard("shard-1").connect();
    await fresh.query("CREATE TABLE t ()");
  });
});
