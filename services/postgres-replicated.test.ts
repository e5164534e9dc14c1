import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { postgresReplicated } from "./postgres-replicated.ts";

describe("postgres-replicated", { skip: await lacking(postgresReplicated) }, () => {
  test("a standby is promoted when the primary is killed, and has what it had replayed", async () => {
    await using stood = await stand(postgresReplicated);
    const { face } = stood;
    assert.deepEqual(face.standbys, ["standby-1", "standby-2"]);
    const primary = await face.connect();
    await primary.query("CREATE TABLE t AS SELECT 1 AS one");
    await face.caughtUp();
    await using standby = await face.node("standby-1").connect();
    await assert.rejects(standby.query("INSERT INTO t VALUES (2)"), /read-only transaction/);
    await face.kill();
    await standby.query("SELECT pg_promote()");
    await standby.query("INSERT INTO t VALUES (2)");
    assert.equal((await standby.query("SELECT FROM t")).rowCount, 2);
    await face.restart("standby-1");
    await using restarted = await face.node("standby-1").connect();
    await restarted.query("INSERT INTO t VALUES (3)");

    const again = await stood.again();
    await using demoted = await again.node("standby-1").connect();
    await assert.rejects(demoted.query("CREATE TABLE t ()"), /read-only transaction/);
  });

  test("a synchronous commit waits for the standby that is paused, and ends when it is resumed", async () => {
    await using stood = await stand(
      postgresReplicated.with({ standbys: 1, synchronous: '"standby-1"' }),
    );
    const { face } = stood;
    await using client = await face.connect();
    await face.pause("standby-1");
    const commit = client.query("CREATE TABLE t ()").then(() => "committed");
    await using watcher = await face.connect();
    await until("the commit to wait for the standby", async () => {
      const { rows } = await watcher.query(
        "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
      );
      return rows.length === 1;
    });
    await face.resume("standby-1");
    assert.equal(await commit, "committed");
  });

  test("a standby that was stopped catches up when it comes back", async () => {
    await using stood = await stand(postgresReplicated.with({ standbys: 1 }));
    const { face } = stood;
    await face.kill("standby-1");
    await using client = await face.connect();
    await client.query("CREATE TABLE t AS SELECT generate_series(1, 1000)");
    await face.restart("standby-1");
    await face.caughtUp("standby-1");
    await using standby = await face.node("standby-1").connect();
    assert.equal((await standby.query("SELECT FROM t")).rowCount, 1000);
  });

  test("what one trial sets does not reach the next", async () => {
    await using stood = await stand(postgresReplicated.with({ standbys: 1 }));
    await using standby = await stood.face.node("standby-1").connect();
    await standby.query("SELECT pg_wal_replay_pause()");
    const face = await stood.again();
    await using primary = await face.connect();
    await primary.query("ALTER SYSTEM SET work_mem = '1MB'");
    await primary.query("SELECT pg_create_physical_replication_slot('left')");
    const again = await stood.again();
    await using fresh = await again.connect();
    const { rows } = await fresh.query(
      "SELECT current_setting('work_mem') AS memory, (SELECT count(*) FROM pg_replication_slots) AS slots",
    );
    assert.deepEqual(rows, [{ memory: "4MB", slots: "0" }]);
    await again.caughtUp();
  });
});
