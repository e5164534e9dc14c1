import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Postgres, type PostgresFace, postgres } from "#services/postgres";
import { type Stand, stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { explain } from "./explain.ts";

describe("explain", { skip: await lacking(postgres) }, () => {
  let server: Stand<PostgresFace>;
  let client: Postgres;
  before(async () => {
    server = await stand(postgres.own());
    client = await server.face.connect();
    await client.query(`
      CREATE TABLE thing AS SELECT n AS id, n % 10 AS kind FROM generate_series(1, 5000) AS n;
      ALTER TABLE thing ADD PRIMARY KEY (id)`);
    await client.query("VACUUM ANALYZE thing");
  });
  after(() => server[Symbol.asyncDispose]());

  test("a sequential scan looks at every page of the table", async () => {
    const { rows } = await client.query(
      "SELECT pg_relation_size('thing')::int / current_setting('block_size')::int AS pages",
    );
    const { pages, nodes } = await explain(client, "SELECT * FROM thing WHERE kind = 3");
    assert.equal(pages, rows[0].pages);
    assert.equal(nodes[0]?.type, "Seq Scan");
    assert.equal(nodes[0]?.rows, 500);
    assert.equal(nodes[0]?.rowsRemoved, 4500);
  });

  test("values are passed as parameters", async () => {
    const { pages, nodes } = await explain(client, "SELECT * FROM thing WHERE id = $1", [42]);
    assert.deepEqual(
      [nodes[0]?.type, nodes[0]?.index, nodes[0]?.rows],
      ["Index Scan", "thing_pkey", 1],
    );
    assert.ok(pages < 5, `${pages} pages`);
  });

  test("children follow their parents, with their rows over all loops", async () => {
    const { nodes } = await explain(
      client,
      "SELECT count(*) FROM generate_series(1, 3) AS n JOIN LATERAL (SELECT FROM thing WHERE id <= n OFFSET 0) AS low ON true",
    );
    assert.equal(nodes[0]?.type, "Aggregate");
    assert.equal(nodes.find(({ index }) => index === "thing_pkey")?.rows, 1 + 2 + 3);
  });

  test("a statement that writes has written, and its WAL is counted", async () => {
    assert.equal((await explain(client, "SELECT 1")).walBytes, 0);
    const { walBytes } = await explain(client, "UPDATE thing SET kind = -1 WHERE id = 7");
    assert.ok(walBytes > 0, `${walBytes} bytes`);
    const { rowCount } = await client.query("SELECT FROM thing WHERE kind = -1");
    assert.equal(rowCount, 1);
  });
});
