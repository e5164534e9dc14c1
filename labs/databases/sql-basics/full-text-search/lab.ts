// A reader types "jumped" and means the text that says "jumping"; types "replicaton" and means
// replication; or knows only a part of a word. LIKE compares letters. Trigrams compare how many
// groups of three letters two words share. Full text knows the stem of each word and nothing else.
// Each finds what the others miss, and each needs its own index not to read every document.

import { isDeepStrictEqual } from "node:util";
import { lab } from "#kit";
import { explain } from "#patterns/explain";
import { postgres } from "#services/postgres";

/** Planted documents by id; a search for the word has to find exactly these. */
const SEARCHES = {
  anotherForm: { word: "jumped", ids: [1] },
  misspelt: { word: "replicaton", ids: [2] },
  partOfWord: { word: "lication", ids: [2] },
  rareWord: { word: "zeppelin", ids: [3, 4, 5] },
};

const fill = (documents: number) => `
  CREATE EXTENSION pg_trgm;
  CREATE TABLE document (id int PRIMARY KEY, text text);
  INSERT INTO document VALUES (1, 'A fox is jumping over a dog'), (2, 'All about replication'),
    (3, 'The first zeppelin'), (4, 'A zeppelin at night'), (5, 'No zeppelin today');
  INSERT INTO document
    SELECT n, format('Note %s: %s were seen near the %s in %s', n,
                     (ARRAY['birds', 'clouds', 'horses', 'boats', 'stones'])[1 + n % 5],
                     (ARRAY['harbour', 'forest', 'market', 'tower'])[1 + n % 4],
                     (ARRAY['spring', 'summer', 'autumn'])[1 + n % 3])
      FROM generate_series(6, ${documents}) AS n`;

export default lab({
  title: "Search in text: LIKE, trigrams, full text",
  question: "Which search finds another form of a word, a part of it, and a misspelt one?",
  services: { postgres },
  knobs: { documents: { value: 10_000, from: 2_000, to: 60_000 } },
  arms: {
    like: { index: "", where: "text ILIKE '%' || $1 || '%'" },
    trigram: {
      index: "CREATE INDEX ON document USING gin (text gin_trgm_ops)",
      where: "text ILIKE '%' || $1 || '%' OR $1 <% text",
    },
    "full-text": {
      index: "CREATE INDEX ON document USING gin (to_tsvector('english', text))",
      where: "to_tsvector('english', text) @@ websearch_to_tsquery('english', $1)",
    },
  },

  async trial({ index, where }, { postgres, knobs }) {
    await using client = await postgres.connect();
    await client.query(fill(knobs.documents));
    await client.query(index); // matters: A rare word is found without reading the whole table
    await client.query("VACUUM ANALYZE document");

    const statement = `SELECT id FROM document WHERE ${where} ORDER BY id`;
    const finds = async ({ word, ids }: { word: string; ids: number[] }) => {
      const { rows } = await client.query(statement, [word]);
      return isDeepStrictEqual(
        rows.map(({ id }) => id),
        ids,
      );
    };
    const { rows: sizes } = await client.query(
      `SELECT pg_relation_size('document')::int / current_setting('block_size')::int AS pages,
              pg_indexes_size('document')::int AS index_bytes`,
    );
    return {
      anotherForm: await finds(SEARCHES.anotherForm),
      misspelt: await finds(SEARCHES.misspelt),
      partOfWord: await finds(SEARCHES.partOfWord),
      rareWord: await finds(SEARCHES.rareWord),
      pages: (await explain(client, statement, [SEARCHES.rareWord.word])).pages,
      tablePages: sizes[0].pages as number,
      indexBytes: sizes[0].index_bytes as number,
    };
  },

  claims: {
    "Another form of the same word is found": {
      holds: (found) => found.anotherForm,
      brokenBy: ["like", "trigram"],
    },
    "A misspelt word is found": {
      holds: (found) => found.misspelt,
      brokenBy: ["like", "full-text"],
    },
    "Any part of a word is found": {
      holds: (found) => found.partOfWord,
      brokenBy: ["full-text"],
    },
    "A rare word is found without reading the whole table": {
      holds: (found) => found.rareWord && found.pages < found.tablePages,
      brokenBy: ["like"],
    },
  },

  measures: {
    "pages read": (found) => found.pages,
    "pages of the table": (found) => found.tablePages,
    "bytes of indexes": (found) => found.indexBytes,
  },
});
