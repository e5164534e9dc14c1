import assert from "node:assert/strict";
import { test } from "node:test";
import { postgresReplicated } from "#services/postgres-replicated";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { isAnsweredAlone } from "./lonely-commit.ts";

test("a commit is answered alone when it asks for no standby, and waits when it does", {
  skip: await lacking(postgresReplicated),
}, async () => {
  const synchronous = '"standby-1"';
  await using server = await stand(postgresReplicated.with({ standbys: 1, synchronous }));
  await using client = await server.face.connect();
  await using observer = await server.face.connect();
  await server.face.pause("standby-1");
  await client.query("SET synchronous_commit = local");
  assert.equal(await isAnsweredAlone(client.query("CREATE TABLE a ()"), observer), true);
  await client.query("SET synchronous_commit = on");
  const commit = client.query("CREATE TABLE b ()");
  assert.equal(await isAnsweredAlone(commit, observer), false);
  await server.face.resume("standby-1");
  await commit;
});
