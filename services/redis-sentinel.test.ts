import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { redisSentinel } from "./redis-sentinel.ts";

describe("redis-sentinel", { skip: await lacking(redisSentinel) }, () => {
  test("sentinels promote a replica when the primary is killed", async () => {
    await using stood = await stand(redisSentinel);
    const { face } = stood;
    await using client = await face.connect();
    await client.set("before", "1");
    await client.wait(2, 1_000);
    await face.kill("primary");
    const primary = await until("another primary", async () => {
      const name = await face.primary();
      return name === "primary" ? undefined : name;
    });
    assert.match(primary, /^replica-[12]$/);
    assert.equal(await until("an answer", () => client.get("before")), "1");
    await client.set("after", "2");

    const again = await stood.again();
    assert.equal(await again.primary(), "primary", "a new trial has the first roles again");
    await using fresh = await again.connect();
    assert.equal(await fresh.dbsize(), 0);
  });

  test("two of three sentinels are needed to agree, and one left alone promotes nobody", async () => {
    await using stood = await stand(redisSentinel);
    const { face } = stood;
    await face.kill("sentinel-1");
    await face.kill("sentinel-2");
    await face.kill("primary");
    await using sentinel = await face.node("sentinel-3").connect({ enableReadyCheck: false });
    await until("the last sentinel to suspect the primary", async () => {
      const state = await sentinel.call("SENTINEL", "MASTER", face.group);
      return JSON.stringify(state).includes("s_down");
    });
    await until("it to miss the others too", async () => {
      const answer = await sentinel.call("SENTINEL", "CKQUORUM", face.group).catch(String);
      return String(answer).includes("NOQUORUM");
    });
    await using replica = await face.node("replica-1").connect();
    assert.match(await replica.info("replication"), /role:slave/);
  });
});
