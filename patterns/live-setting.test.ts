import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "#kit";
import { postgresReplicated } from "#services/postgres-replicated";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { setLive } from "./live-setting.ts";

test("a setting takes effect on a running standby, quotes and all", {
  skip: await lacking(postgresReplicated),
}, async () => {
  await using server = await stand(postgresReplicated.with({ standbys: 1 }));
  await using standby = await server.face.node("standby-1").connect();
  await setLive(standby, "log_line_prefix", "it''s ");
  await until("the setting to be there", async () => {
    await using client = await server.face.node("standby-1").connect();
    return (await client.query("SHOW log_line_prefix")).rows[0].log_line_prefix === "it''s ";
  });
  await setLive(standby, "primary_conninfo", "");
  await until("the standby to receive no more", async () => {
    const { rowCount } = await standby.query("SELECT FROM pg_stat_wal_receiver");
    return rowCount === 0;
  });
  assert.equal((await standby.query("SHOW primary_conninfo")).rows[0].primary_conninfo, "");
});
