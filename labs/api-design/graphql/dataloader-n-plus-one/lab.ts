// Fifty posts are asked for, each with its author, and a server that resolves one field at a time
// asks the database once for each. DataLoader collects the ids of one tick and asks once for all. In
// return its batch function has to keep two promises that SQL does not make: as many values as there
// were ids, and in their order. When the first is broken everything fails; when it is the second,
// nothing does.

import DataLoader from "dataloader";
import type { Client } from "pg";
import { lab, link } from "#kit";
import { postgres } from "#services/postgres";
import { type Author, type Loader, openApi, TABLES } from "./api.ts";

const oneByOne: Loader = (db) => async (id) => {
  const { rows } = await db.query("SELECT id, name FROM author WHERE id = $1", [id]);
  return rows[0];
};

async function authorsIn(db: Client, ids: readonly string[]): Promise<Author[]> {
  const { rows } = await db.query("SELECT id, name FROM author WHERE id = ANY($1)", [ids]);
  return rows;
}

const rowsAsTheyCome: Loader = (db) => {
  const loader = new DataLoader<string, Author>((ids) => authorsIn(db, ids));
  return (id) => loader.load(id);
};

const rowsByKey: Loader = (db) => {
  const loader = new DataLoader<string, Author>(async (ids) => {
    const found = await authorsIn(db, ids);
    let authors: (Author | Error)[] = found;
    authors = inOrderOf(ids, found); // matters: Every post shows its own author; A missing author spoils only their own post
    return authors;
  });
  return (id) => loader.load(id);
};

/** For each id its author, and an Error where there is none. */
function inOrderOf(ids: readonly string[], authors: readonly Author[]) {
  const byId = new Map(authors.map((author) => [author.id, author]));
  return ids.map((id) => byId.get(id) ?? new Error(`there is no author ${id}`));
}

/** The id of an author, and the name too, so that a wrong one shows. */
const author = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

export default lab({
  title: "DataLoader and its two promises",
  question:
    "What must a batch function return so that fifty posts with one query still each show their own author?",
  services: { postgres },
  knobs: { posts: { value: 50, from: 40, to: 500 }, authors: { value: 20, from: 2, to: 20 } },
  arms: { "one-by-one": oneByOne, "rows-as-they-come": rowsAsTheyCome, "rows-by-key": rowsByKey },

  async trial(loader, { postgres, knobs }) {
    await using setup = await postgres.connect();
    await setup.query(TABLES);
    const authors = Array.from({ length: knobs.authors }, (_, index) => author(index));
    await setup.query("INSERT INTO author SELECT id, id FROM unnest($1::uuid[]) AS id", [authors]);
    await setup.query(
      `INSERT INTO post SELECT n, ($1::text[])[$2 - n % $2] FROM generate_series(0, $3 - 1) AS n`,
      [authors, knobs.authors, knobs.posts], // by the last author first
    );
    await using wire = await link(postgres.address);
    const posts = openApi(await postgres.through(wire).connect(), loader);

    /** Asks for posts, and counts those without their author, but for the posts of one author. */
    const ask = async (first: number, excused?: string) => {
      const before = wire.counts().roundTrips;
      const others = (await posts(first)).filter(({ authorId }) => authorId !== excused);
      return {
        queries: wire.counts().roundTrips - before, // on one connection each waits for its answer
        wrong: others.filter(({ author, authorId }) => author && author.name !== authorId).length,
        without: others.filter(({ author }) => !author).length,
      };
    };

    const few = await ask(Math.ceil(knobs.posts / 2));
    const all = await ask(knobs.posts);
    await setup.query("DELETE FROM author WHERE id = $1", [author(1)]);
    const missing = await ask(knobs.posts, author(1));
    await setup.query("INSERT INTO author VALUES ($1::uuid, $1)", [author(1)]);
    await setup.query("UPDATE post SET author_id = 'jane.doe' WHERE id = 0");
    const refused = await ask(knobs.posts, "jane.doe");
    return { few, all, missing, refused };
  },

  claims: {
    "Queries do not grow with the posts": {
      holds: ({ few, all }) => all.queries === few.queries,
      brokenBy: ["one-by-one"],
    },
    "Every post shows its own author": {
      holds: ({ all }) => all.wrong + all.without === 0,
      brokenBy: ["rows-as-they-come"],
    },
    "A missing author spoils only their own post": {
      holds: ({ missing }) => missing.wrong + missing.without === 0,
      brokenBy: ["rows-as-they-come"],
    },
    "An id that the database refuses spoils only its own post": {
      holds: ({ refused }) => refused.wrong + refused.without === 0,
      brokenBy: ["rows-as-they-come", "rows-by-key"],
    },
  },

  measures: {
    "queries per request": ({ all }) => all.queries,
    "posts with a wrong author": ({ all }) => all.wrong,
    "posts without an author": ({ missing }) => missing.without,
    "posts spoiled by one bad id": ({ refused }) => refused.wrong + refused.without,
  },
});
