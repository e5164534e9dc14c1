// A statement shows the balance after each line. A window function adds up the lines so far, and
// which lines those are is said by its frame. Without one it is RANGE: all lines up to this date,
// those of the same day included, so that all of them show the balance of the evening. ROWS counts
// lines, and needs an order in which no two are equal.

import { lab, sum } from "#kit";
import { explain } from "#patterns/explain";
import { type Postgres, postgres } from "#services/postgres";

const WINDOW = "SELECT id, booked_on, sum(amount) OVER (ORDER BY booked_on) AS balance FROM line";
const ROWS_WINDOW = `
  SELECT id, booked_on, sum(amount) OVER (ORDER BY booked_on, id
                                          ROWS UNBOUNDED PRECEDING) AS balance FROM line`;
const SELF_JOIN = `
  SELECT id, booked_on,
         (SELECT sum(amount) FROM line AS earlier
           WHERE (earlier.booked_on, earlier.id) <= (line.booked_on, line.id)) AS balance
    FROM line`;
const STORED = "SELECT id, booked_on, balance FROM line";

/** A few lines a day, with the balance after each, added up one by one. */
const fill = (lines: number, perDay: number) => `
  CREATE TABLE line (id int PRIMARY KEY, booked_on date, amount int, balance int);
  CREATE INDEX ON line (booked_on, id);
  DO $$ DECLARE total int := 0; amount int;
  BEGIN
    FOR n IN 1..${lines} LOOP
      amount := n * 37 % 101 - 40;
      total := total + amount;
      INSERT INTO line VALUES (n, date '2025-01-01' + (n - 1) / ${perDay}, amount, total);
    END LOOP;
  END $$`;

/** Books ten on a day long past. */
const BOOK = "INSERT INTO line VALUES (0, '2025-01-01', 10, 10)";
const CORRECT = "UPDATE line SET balance = balance + 10 WHERE (booked_on, id) > ('2025-01-01', 0)";

/** Rows that the nodes of a plan returned or threw away, all together. */
async function work(client: Postgres, query: string): Promise<number> {
  const { nodes } = await explain(client, query);
  return sum(nodes.map(({ rows, rowsRemoved }) => rows + rowsRemoved));
}

export default lab({
  title: "Window functions: a running balance that is right",
  question: "How do I show the balance after each line of a statement?",
  services: { postgres },
  knobs: { lines: { value: 400, from: 100, to: 2000 }, perDay: { value: 5, from: 1, to: 20 } },
  arms: {
    "default-frame": { balances: WINDOW, bookings: [BOOK] },
    "rows-frame": { balances: ROWS_WINDOW, bookings: [BOOK] },
    "self-join": { balances: SELF_JOIN, bookings: [BOOK] },
    "stored-balance": { balances: STORED, bookings: [BOOK, CORRECT] },
  },

  async trial({ balances, bookings }, { postgres, knobs: { lines, perDay } }) {
    await using client = await postgres.connect();
    await client.query(fill(lines, perDay));
    await client.query("VACUUM ANALYZE line");

    const wrong = await client.query(
      `SELECT FROM line JOIN (${balances}) AS shown USING (id) WHERE shown.balance <> line.balance`,
    );
    const lastTwenty = `
      SELECT * FROM (${balances}) AS shown ORDER BY booked_on DESC, id DESC LIMIT 20`;
    const rowsForLast = await work(client, lastTwenty);
    const rows = await work(client, balances);

    const written: number[] = [];
    for (const statement of bookings) written.push((await client.query(statement)).rowCount ?? 0);
    await client.query("DROP TABLE line");
    await client.query(fill(2 * lines, perDay));
    await client.query("VACUUM ANALYZE line");
    return {
      wrongLines: wrong.rows.length,
      rows,
      rowsForTwice: await work(client, balances),
      rowsForLast,
      rowsWritten: sum(written),
    };
  },

  claims: {
    "Two lines of one day have their own balances": {
      holds: (found) => found.wrongLines === 0,
      brokenBy: ["default-frame"],
    },
    "Twice the lines are about twice the work": {
      holds: (found) => found.rowsForTwice < 3 * found.rows,
      brokenBy: ["self-join"],
    },
    "The last twenty lines take fewer than a hundred rows": {
      holds: (found) => found.rowsForLast < 100,
      brokenBy: ["default-frame", "rows-frame", "self-join"],
    },
    "A back-dated entry writes one row": {
      holds: (found) => found.rowsWritten === 1,
      brokenBy: ["stored-balance"],
    },
  },

  measures: {
    "wrong lines": (found) => found.wrongLines,
    "rows processed": (found) => found.rows,
    "rows processed for twice the lines": (found) => found.rowsForTwice,
    "rows processed for the last twenty": (found) => found.rowsForLast,
    "rows written by a back-dated entry": (found) => found.rowsWritten,
  },
});
