// A server stores an order and dies before it can say so. The proxy in front of it has no answer, and
// another server that it could ask. A PUT it may repeat, since HTTP says that a second one changes
// nothing. A POST it must not, and so the client gets an error for an order that exists; and whoever
// tells the proxy to repeat a POST too gets the order twice.

import { randomUUID } from "node:crypto";
import { lab, repeat, sum } from "#kit";
import { nginx } from "#services/nginx";
import { postgres } from "#services/postgres";
import { type Creation, openServer } from "./api.ts";

// Ids that the server hands out can be told from those that a client makes up.
const ORDERS = `
  CREATE SEQUENCE number;
  CREATE TABLE orders (id text PRIMARY KEY DEFAULT 'order-' || nextval('number'), item text)`;

const post: Creation = {
  method: "POST",
  path: () => "/orders",
  async store(db, _path, item) {
    const { rows } = await db.query("INSERT INTO orders (item) VALUES ($1) RETURNING id", [item]);
    return rows[0].id;
  },
};

const STORE = [
  "INSERT INTO orders (id, item) VALUES ($1, $2)",
  "ON CONFLICT (id) DO UPDATE SET item = excluded.item", // matters: No client gets an error for an order that exists
].join(" ");

const put: Creation = {
  method: "PUT",
  path: () => `/orders/${randomUUID()}`,
  async store(db, path, item) {
    const id = path.replace("/orders/", "");
    await db.query(STORE, [id, item]);
    return id;
  },
};

const byDefault = "proxy_next_upstream error timeout;"; // what nginx does unless told otherwise
const evenPost = "proxy_next_upstream error timeout non_idempotent;";

export default lab({
  title: "Which methods a proxy may repeat",
  question:
    "When a server dies after doing the work but before answering, which HTTP method leaves one order and a client that knows?",
  services: { nginx, postgres },
  knobs: { orders: 20 },
  arms: {
    post: { creation: post, repeats: byDefault },
    "post-repeated": { creation: post, repeats: evenPost },
    put: { creation: put, repeats: byDefault },
  },

  async trial({ creation, repeats }, { nginx, postgres, knobs }) {
    const db = await postgres.pool();
    await db.query(ORDERS);
    await using well = await openServer(db, creation, false);
    await using dying = await openServer(db, creation, true);
    const servers = [well, dying].map(({ url }) => `server ${new URL(url).host} max_fails=0;`);
    await nginx.configure(
      ({ listen }) => `
        upstream api { ${servers.join(" ")} }
        server {
          listen ${listen};
          ${repeats}
          add_header tried $upstream_addr always;
          location / { proxy_pass http://api; }
        }`,
    );

    const answers = await repeat(knobs.orders, async (order) => {
      const { method, path } = creation;
      const answer = await fetch(nginx.url + path(), { method, body: `item ${order}` });
      return { ok: answer.ok, attempts: answer.headers.get("tried")?.split(", ").length ?? 0 };
    });

    const { rows } = await db.query(`
      SELECT item, count(*)::int AS times, bool_and(id LIKE 'order-%') AS numbered
        FROM orders GROUP BY item`);
    const stored = new Set(rows.map(({ item }) => item));
    return {
      orders: knobs.orders,
      stored: sum(rows.map(({ times }) => times)),
      storedTwice: rows.filter(({ times }) => times > 1).length,
      falseErrors: answers.filter(({ ok }, order) => !ok && stored.has(`item ${order}`)).length,
      numberedByClient: rows.filter(({ numbered }) => !numbered).length,
      attempts: sum(answers.map(({ attempts }) => attempts)),
    };
  },

  claims: {
    "No order is stored twice": {
      holds: (found) => found.storedTwice === 0,
      brokenBy: ["post-repeated"],
    },
    "No client gets an error for an order that exists": {
      holds: (found) => found.falseErrors === 0,
      brokenBy: ["post"],
    },
    "Only the server hands out order numbers": {
      holds: (found) => found.numberedByClient === 0,
      brokenBy: ["put"],
    },
  },

  measures: {
    "rows stored per order": (found) => found.stored / found.orders,
    "errors for orders that exist": (found) => found.falseErrors,
    "upstream attempts per order": (found) => found.attempts / found.orders,
  },
});
