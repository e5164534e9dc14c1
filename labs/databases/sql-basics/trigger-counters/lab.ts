// A post shows how many comments it has. If the program adds one to the post with each comment, the
// number is right as long as everybody goes through the program. A trigger fires for whoever
// writes. Both lock the post for every comment, so that the second of two has to wait for the
// first. Whoever counts at each read locks nothing, and reads every comment to show one number.

import { contend, lab } from "#kit";
import { explain } from "#patterns/explain";
import { lockBarrier } from "#patterns/lock-barrier";
import { postgres } from "#services/postgres";

const COMMENT = "INSERT INTO comment (post) VALUES (1)";
const ADD_ONE = "UPDATE post SET comments = comments + 1 WHERE id = 1";
const STORED = "SELECT comments AS number FROM post WHERE id = 1";
const COUNTED = "SELECT count(*)::int AS number FROM comment WHERE post = 1";

const COUNT_FUNCTION = `
  CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE post SET comments = comments + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END
     WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.post ELSE OLD.post END;
    RETURN NULL;
  END $$`;
const COUNT_TRIGGER = `
  CREATE TRIGGER count_comment AFTER INSERT OR DELETE ON comment
     FOR EACH ROW EXECUTE FUNCTION count_comment()`;

const fill = (comments: number) => `
  CREATE TABLE post (id int PRIMARY KEY, comments int);
  CREATE TABLE comment (id bigserial PRIMARY KEY, post int REFERENCES post);
  INSERT INTO post VALUES (1, ${comments});
  INSERT INTO comment (post) SELECT 1 FROM generate_series(1, ${comments});
  CREATE INDEX ON comment (post)`;

export default lab({
  title: "Triggers: a counter that is always right",
  question: "Who counts the comments of a post: the program, a trigger, or whoever reads?",
  services: { postgres },
  knobs: { comments: 2000 },
  arms: {
    "app-code": { schema: [], comment: [COMMENT, ADD_ONE], read: STORED },
    "row-trigger": {
      schema: [
        COUNT_FUNCTION,
        COUNT_TRIGGER, // matters: The number is right after a DELETE typed by hand
      ],
      comment: [COMMENT],
      read: STORED,
    },
    "count-on-read": { schema: [], comment: [COMMENT], read: COUNTED },
  },

  async trial({ schema, comment, read }, { postgres, knobs }) {
    await using observer = await postgres.connect();
    await observer.query(fill(knobs.comments));
    for (const statement of schema) await observer.query(statement);

    const bothInside = lockBarrier(observer, 2);
    await contend(2, postgres.connect, async (client) => {
      await client.query("BEGIN");
      for (const statement of comment) await client.query(statement);
      await bothInside.arrive();
      await client.query("COMMIT");
    });
    await observer.query("DELETE FROM comment WHERE id <= 10"); // typed by hand

    const { rows: shown } = await observer.query(read);
    const { rows: counted } = await observer.query(COUNTED);
    await observer.query("VACUUM ANALYZE comment, post");
    const reading = await explain(observer, read);
    return {
      difference: Math.abs(shown[0].number - counted[0].number),
      waited: bothInside.waited,
      rowsRead: reading.nodes.at(-1)!.rows,
    };
  },

  claims: {
    "The number is right after a DELETE typed by hand": {
      holds: (found) => found.difference === 0,
      brokenBy: ["app-code"],
    },
    "Two comments on one post do not wait for each other": {
      holds: (found) => found.waited === 0,
      brokenBy: ["app-code", "row-trigger"],
    },
    "Reading the number reads one row": {
      holds: (found) => found.rowsRead === 1,
      brokenBy: ["count-on-read"],
    },
  },

  measures: {
    "difference to the truth": (found) => found.difference,
    "inserts that waited": (found) => found.waited,
    "rows read for the number": (found) => found.rowsRead,
  },
});
