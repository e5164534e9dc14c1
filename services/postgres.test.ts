import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { postgres } from "./postgres.ts";

const linux = process.platform === "linux" ? false : "reads /proc";

describe("postgres", { skip: linux || (await lacking(postgres)) }, () => {
  test("it keeps nothing in the system's shared memory, where a kill would leave it", async () => {
    await using server = await stand(postgres);
    const client = await server.face.connect();
    await client.query("SELECT 1");
    const { pids } = server.server;
    assert.ok(pids.length > 0);
    for (const pid of pids) {
      assert.doesNotMatch(readFileSync(`/proc/${pid}/maps`, "utf8"), /\/dev\/shm\/PostgreSQL/);
    }
  });
});
