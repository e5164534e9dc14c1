// Products have attributes, and next month there will be one more. In columns the database knows
// each of them and refuses what does not fit. In a JSONB document anything fits: a new attribute,
// and a price that is no number. A GIN index over the document finds any attribute, but only for a
// question that is put as containment (@>); the arrow (->>) takes a value out first, and no index
// knows it.

import type { DatabaseError } from "pg";
import { lab } from "#kit";
import { explain } from "#patterns/explain";
import { type Postgres, postgres } from "#services/postgres";

/** The same products for every arm; the first one has a long text that does not compress. */
const products = (count: number) => `
  SELECT id, 'brand ' || id % (${count} / 20) AS brand, id % 100 AS price,
         (SELECT string_agg(md5(n::text), ' ')
            FROM generate_series(1, CASE id WHEN 1 THEN 150 ELSE 2 END) AS n) AS text
    FROM generate_series(1, ${count}) AS id`;

const columns = {
  table: "CREATE TABLE product (id int PRIMARY KEY, brand text, price numeric, text text)",
  index: "CREATE INDEX ON product (brand)",
  row: "id, brand, price, text",
  find: "SELECT * FROM product WHERE brand = 'brand 7'",
  reprice: "UPDATE product SET price = 1 WHERE id = 1",
  newAttribute: "INSERT INTO product (id, brand, weight) VALUES (-1, 'new', 12)",
  wrongPrice: "INSERT INTO product (id, brand, price) VALUES (-2, 'new', 'cheap')",
};

const jsonb = {
  table: "CREATE TABLE product (id int PRIMARY KEY, doc jsonb)",
  index: "CREATE INDEX ON product USING gin (doc)",
  row: "id, jsonb_build_object('brand', brand, 'price', price, 'text', text)",
  reprice: "UPDATE product SET doc = jsonb_set(doc, '{price}', '1') WHERE id = 1",
  newAttribute: `INSERT INTO product VALUES (-1, '{"brand": "new", "weight": 12}')`,
  wrongPrice: `INSERT INTO product VALUES (-2, '{"brand": "new", "price": "cheap"}')`,
};

const UNDEFINED_COLUMN = "42703";
const INVALID_TEXT_REPRESENTATION = "22P02";
const REFUSALS = [UNDEFINED_COLUMN, INVALID_TEXT_REPRESENTATION];

/** Whether the server takes a row. */
function accepts(client: Postgres, insert: string): Promise<boolean> {
  const refused = (error: DatabaseError) => {
    if (!REFUSALS.includes(error.code ?? "")) throw error;
    return false;
  };
  return client.query(insert).then(() => true, refused);
}

export default lab({
  title: "JSONB or columns",
  question: "Products have different attributes: columns, or one JSONB document?",
  services: { postgres },
  knobs: { products: { value: 20_000, from: 5_000, to: 50_000 } },
  arms: {
    columns,
    "jsonb-arrow": { ...jsonb, find: "SELECT * FROM product WHERE doc->>'brand' = 'brand 7'" },
    "jsonb-contains": {
      ...jsonb,
      find: `SELECT * FROM product WHERE doc @> '{"brand": "brand 7"}'`,
    },
  },

  async trial(arm, { postgres, knobs }) {
    await using client = await postgres.connect();
    await client.query(arm.table);
    await client.query(
      `INSERT INTO product SELECT ${arm.row} FROM (${products(knobs.products)}) AS given`,
    );
    await client.query(arm.index);
    await client.query("VACUUM ANALYZE product");
    const { rows: sizes } = await client.query(
      `SELECT pg_relation_size('product')::int / current_setting('block_size')::int AS pages,
              pg_indexes_size('product')::int AS index_bytes`,
    );
    return {
      productsFound: (await client.query(arm.find)).rows.length,
      pages: (await explain(client, arm.find)).pages,
      tablePages: sizes[0].pages as number,
      indexBytes: sizes[0].index_bytes as number,
      walPerUpdate: (await explain(client, arm.reprice)).walBytes,
      takesNewAttribute: await accepts(client, arm.newAttribute),
      takesWrongPrice: await accepts(client, arm.wrongPrice),
    };
  },

  claims: {
    "A new attribute needs no ALTER TABLE": {
      holds: (found) => found.takesNewAttribute,
      brokenBy: ["columns"],
    },
    "A price that is not a number is refused": {
      holds: (found) => !found.takesWrongPrice,
      brokenBy: ["jsonb-arrow", "jsonb-contains"],
    },
    "Finding by an attribute reads a quarter of the table at most": {
      holds: (found) => found.pages <= found.tablePages / 4,
      brokenBy: ["jsonb-arrow"],
    },
    "Changing one attribute logs less than 1 kB": {
      holds: (found) => found.walPerUpdate < 1000,
      brokenBy: ["jsonb-arrow", "jsonb-contains"],
    },
  },

  measures: {
    "products found": (found) => found.productsFound,
    "pages per search": (found) => found.pages,
    "pages of the table": (found) => found.tablePages,
    "WAL bytes per update": (found) => found.walPerUpdate,
    "bytes of indexes": (found) => found.indexBytes,
  },
});
