// A page lists authors with their books. To ask for the authors and then, in a loop, for the books
// of each is one query and N more, and the program waits for every one of them. There are three
// ways to ask once or twice instead. Two of them pay with something that the loop does not have:
// the same author sent again and again, or values that are no longer what the database stored.

import { isDeepStrictEqual } from "node:util";
import { lab, link } from "#kit";
import { type Postgres, postgres } from "#services/postgres";

/** A row as the driver types it: a bigint is a string, a timestamptz a Date. */
type Book = { author_id: number; [column: string]: unknown };
type Author = { author_id: number; books: Book[] };

/** Reads the first `count` authors, each with all books. */
type ReadPage = (client: Postgres, count: number) => Promise<Author[]>;

const AUTHORS = "SELECT * FROM author ORDER BY author_id LIMIT $1";

const loop: ReadPage = async (client, count) => {
  const { rows: authors } = await client.query<Author>(AUTHORS, [count]);
  for (const author of authors) {
    const books = "SELECT * FROM book WHERE author_id = $1 ORDER BY book_id";
    author.books = (await client.query<Book>(books, [author.author_id])).rows;
  }
  return authors;
};

const join: ReadPage = async (client, count) => {
  const { rows } = await client.query<Author & Book>(
    `SELECT * FROM (${AUTHORS}) AS page JOIN book USING (author_id) ORDER BY author_id, book_id`,
    [count],
  );
  const byAuthor = Map.groupBy(rows, (row) => row.author_id);
  return [...byAuthor.values()].map((rows) => ({ ...rows[0]!, books: rows }));
};

const inList: ReadPage = async (client, count) => {
  const { rows: authors } = await client.query<Author>(AUTHORS, [count]);
  const { rows: books } = await client.query<Book>(
    "SELECT * FROM book WHERE author_id = ANY($1) ORDER BY book_id",
    [authors.map((author) => author.author_id)],
  );
  const byAuthor = Map.groupBy(books, (book) => book.author_id);
  return authors.map((author) => ({ ...author, books: byAuthor.get(author.author_id) ?? [] }));
};

const jsonAggregate: ReadPage = async (client, count) => {
  const { rows } = await client.query<Author>(
    `SELECT *, (SELECT json_agg(book ORDER BY book_id) FROM book
                 WHERE book.author_id = page.author_id) AS books
       FROM (${AUTHORS}) AS page`,
    [count],
  );
  return rows;
};

const BIOGRAPHY_BYTES = 4096;

/** Book ids begin at 2^53 + 1, the first whole number that a JavaScript number cannot hold. */
const schema = (authors: number, books: number) => `
  CREATE TABLE author AS
    SELECT author_id, 'Author ' || author_id AS name,
           repeat('life and work   ', ${BIOGRAPHY_BYTES / 16}) AS biography
      FROM generate_series(1, ${authors}) AS author_id;
  CREATE TABLE book AS
    SELECT 9007199254740992 + row_number() OVER () AS book_id, author_id, 'Book ' || n AS title,
           timestamptz '2001-01-01' + n * interval '1 year' AS published
      FROM author, generate_series(1, ${books}) AS n`;

export default lab({
  title: "The N+1 query and three ways out",
  question:
    "A page lists authors with their books: how many queries, and what does a way out cost?",
  services: { postgres },
  knobs: { authors: 50, books: 20 },
  arms: { loop, join, "in-list": inList, "json-aggregate": jsonAggregate },

  async trial(readPage, { postgres, knobs: { authors, books } }) {
    await using direct = await postgres.connect();
    await direct.query(schema(2 * authors, books));
    await using wire = await link(postgres.address);
    await using client = await postgres.through(wire).connect();

    const read = async (count: number) => {
      const before = wire.counts();
      const page = await readPage(client, count);
      const { roundTrips, replyBytes } = wire.counts();
      return {
        roundTrips: roundTrips - before.roundTrips,
        bytes: replyBytes - before.replyBytes,
        books: page.flatMap((author) => author.books),
      };
    };
    const page = await read(authors);
    const twiceThePage = await read(2 * authors);

    const { rows: stored } = await direct.query<Book>(
      "SELECT * FROM book WHERE author_id <= $1 ORDER BY author_id, book_id",
      [authors],
    );
    const changed = stored.flatMap((book, at) =>
      Object.keys(book).filter((name) => !isDeepStrictEqual(book[name], page.books[at]?.[name])),
    );
    return {
      roundTrips: page.roundTrips,
      roundTripsForTwice: twiceThePage.roundTrips,
      bytes: page.bytes,
      biographyBytes: authors * BIOGRAPHY_BYTES,
      valuesChanged: changed.length,
    };
  },

  claims: {
    "Round trips do not grow with the authors": {
      holds: (found) => found.roundTripsForTwice === found.roundTrips,
      brokenBy: ["loop"],
    },
    "No author crosses the wire twice": {
      holds: (found) => found.bytes < 2 * found.biographyBytes,
      brokenBy: ["join"],
    },
    "The page is one round trip": {
      holds: (found) => found.roundTrips === 1,
      brokenBy: ["loop", "in-list"],
    },
    "Big integers and dates arrive as the driver types them": {
      holds: (found) => found.valuesChanged === 0,
      brokenBy: ["json-aggregate"],
    },
  },

  measures: {
    queries: (found) => found.roundTrips,
    "bytes received": (found) => found.bytes,
    "values changed on the way": (found) => found.valuesChanged,
  },
});
