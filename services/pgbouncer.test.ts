import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { pgbouncer } from "./pgbouncer.ts";
import { postgres } from "./postgres.ts";

const skip = (await lacking(pgbouncer)) || (await lacking(postgres));

describe("pgbouncer", { skip }, () => {
  test("many clients share one server connection, a transaction at a time", async () => {
    await using database = await stand(postgres.own());
    await using stood = await stand(pgbouncer);
    const { face } = stood;
    await face.configure(
      { shop: database.face.address },
      { pool_mode: "transaction", default_pool_size: "1" },
    );
    const clients = await Promise.all(Array.from({ length: 5 }, () => face.connect("shop")));
    const answers = await Promise.all(
      clients.map((client) => client.query("SELECT pg_backend_pid() AS pid")),
    );
    assert.equal(new Set(answers.map(({ rows }) => rows[0].pid)).size, 1);
    const [row] = (await face.tell("SHOW POOLS")).filter(({ database }) => database === "shop");
    assert.equal(Number(row?.cl_active), 5);
    await using direct = await database.face.connect();
    const { rows } = await direct.query(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = 'postgres' AND backend_type = 'client backend'",
    );
    assert.equal(rows[0].count, "2");
  });
});
