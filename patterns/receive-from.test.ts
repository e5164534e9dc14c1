import assert from "node:assert/strict";
import { test } from "node:test";
import { link, until } from "#kit";
import { postgresReplicated } from "#services/postgres-replicated";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { receiveFrom } from "./receive-from.ts";

test("a standby that receives from a link gets nothing while the link is cut", {
  skip: await lacking(postgresReplicated),
}, async () => {
  await using server = await stand(postgresReplicated.with({ standbys: 1 }));
  const { face } = server;
  await using road = await link(face.address);
  await using primary = await face.connect();
  await using standby = await face.node("standby-1").connect();
  await receiveFrom(standby, road.address);
  assert.equal(road.counts().connections, 1);
  const there = async () =>
    (await standby.query("SELECT to_regclass('sent') IS NOT NULL AS yes")).rows[0].yes;
  road.cut();
  await primary.query("CREATE TABLE sent ()");
  assert.equal(await there(), false);
  road.heal();
  await until("the table to arrive", there);
});
