import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "#kit";
import { postgresReplicated } from "#services/postgres-replicated";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { pauseReplay, resumeReplay } from "./paused-replay.ts";

test("a paused standby receives a row and does not show it until it goes on", {
  skip: await lacking(postgresReplicated),
}, async () => {
  await using server = await stand(postgresReplicated.with({ standbys: 1 }));
  await using primary = await server.face.connect();
  await using standby = await server.face.node("standby-1").connect();
  const rows = async () => (await standby.query("SELECT FROM seen")).rowCount;
  await primary.query("CREATE TABLE seen (id int)");
  await server.face.caughtUp();

  await pauseReplay(standby);
  await primary.query("INSERT INTO seen VALUES (1)");
  const written = await primary.query("SELECT pg_current_wal_flush_lsn() AS position");
  await until("the standby to receive the row", async () => {
    const question = "SELECT pg_last_wal_receive_lsn() >= $1::pg_lsn AS received";
    return (await standby.query(question, [written.rows[0].position])).rows[0].received;
  });
  assert.equal(await rows(), 0);

  await resumeReplay(standby);
  await until("the row to show", async () => (await rows()) === 1);
});
