import assert from "node:assert/strict";
import { test } from "node:test";
import { postgres } from "#services/postgres";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { walWritten } from "./wal-written.ts";

test("what is written is counted, and no less", { skip: await lacking(postgres) }, async () => {
  await using server = await stand(postgres.with({ config: { autovacuum: "off" } }));
  await using client = await server.face.connect();
  await client.query("CREATE TABLE thing (text text)");
  const insert = (rows: number) => () =>
    client.query("INSERT INTO thing SELECT repeat('x', 100) FROM generate_series(1, $1)", [rows]);
  const thousand = await walWritten(client, insert(1000));
  assert.ok(thousand > 100_000, `${thousand} bytes`);
  assert.ok((await walWritten(client, insert(10))) < thousand / 10);
});
