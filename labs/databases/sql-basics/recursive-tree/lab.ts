// A comment answers a comment, a folder lies in a folder: each row names its parent, and nobody
// knows how deep it goes. A program can ask level by level. WITH RECURSIVE asks once and lets the
// server walk, for ever if there is a circle in the data. CYCLE remembers the way to each row and
// stops there. A path stored in each row needs no walk at all, until a branch is moved.

import { lab, link } from "#kit";
import { type Postgres, postgres } from "#services/postgres";

/** Reads a node and all below it, and returns how many rows that were. */
type Read = (client: Postgres, from: number) => Promise<number>;

/** A query that finds no end is given up after so many rows. */
const GIVES_UP = 10_000;

const levelByLevel: Read = async (client, from) => {
  const seen = new Set([from]);
  for (let level = [from]; level.length > 0; ) {
    const { rows } = await client.query("SELECT id FROM node WHERE parent = ANY($1)", [level]);
    level = rows.map(({ id }) => id).filter((id) => !seen.has(id));
    for (const id of level) seen.add(id);
  }
  return seen.size;
};

const inOne =
  (query: string): Read =>
  async (client, from) => {
    const { rows } = await client.query(`${query} LIMIT ${GIVES_UP}`, [from]);
    return rows.length;
  };

const ALL = "SELECT id, parent FROM node WHERE $1 >= 0";
const WALK = `WITH RECURSIVE tree AS (
    SELECT id, parent FROM node WHERE id = $1
    UNION ALL
    SELECT node.id, node.parent FROM tree JOIN node ON node.parent = tree.id)`;
const RECURSIVE = `${WALK} SELECT * FROM tree`;
const RECURSIVE_CYCLE = [
  WALK,
  "CYCLE id SET looped USING way", // matters: A circle in the data does not hang the query
  "SELECT * FROM tree",
].join(" ");
const BELOW_PATH = "SELECT * FROM node WHERE path <@ (SELECT path FROM node WHERE id = $1)";

// Chains of equal length hang from node 0: node 1 is the first of the first one.
const BY_PARENT = (nodes: number, chains: number) => `
  CREATE TABLE node AS SELECT 0 AS id, -1 AS parent;
  INSERT INTO node SELECT id, greatest(id - ${chains}, 0) FROM generate_series(1, ${nodes}) AS id;
  CREATE INDEX ON node (parent)`;
const BY_PATH = (nodes: number, chains: number) => `
  CREATE EXTENSION ltree;
  CREATE TABLE node AS SELECT 0 AS id, ltree '0' AS path;
  INSERT INTO node
    SELECT id, (SELECT '0.' || string_agg(above::text, '.')
                  FROM generate_series((id - 1) % ${chains} + 1, id, ${chains}) AS above)::ltree
      FROM generate_series(1, ${nodes}) AS id;
  CREATE INDEX ON node USING gist (path)`;

/** Moves node $1, with all below it, to node $2. */
const MOVE_BY_PARENT = "UPDATE node SET parent = $2 WHERE id = $1";
const MOVE_BY_PATH = `
  UPDATE node SET path = target.path || subpath(node.path, nlevel(branch.path) - 1)
    FROM node AS branch, node AS target
   WHERE branch.id = $1 AND target.id = $2 AND node.path <@ branch.path`;

const byParent = { schema: BY_PARENT, move: MOVE_BY_PARENT };

export default lab({
  title: "Trees in SQL: loop, recursive CTE, path",
  question: "How do I read a comment thread or a folder tree of unknown depth?",
  services: { postgres },
  knobs: { nodes: { value: 1000, from: 40, to: 5000 }, depth: { value: 20, from: 2, to: 40 } },
  arms: {
    "query-per-level": { ...byParent, read: levelByLevel, query: ALL },
    recursive: { ...byParent, read: inOne(RECURSIVE), query: RECURSIVE },
    "recursive-cycle": { ...byParent, read: inOne(RECURSIVE_CYCLE), query: RECURSIVE_CYCLE },
    path: { schema: BY_PATH, move: MOVE_BY_PATH, read: inOne(BELOW_PATH), query: BELOW_PATH },
  },

  async trial({ schema, move, read, query }, { postgres, knobs: { nodes, depth } }) {
    await using client = await postgres.connect();
    await client.query(schema(nodes, Math.ceil(nodes / depth)));
    await using wire = await link(postgres.address);
    await using remote = await postgres.through(wire).connect();

    const before = wire.counts().roundTrips;
    const nodesRead = await read(remote, 0);
    const roundTrips = wire.counts().roundTrips - before;
    const { rows: sizes } = await client.query(
      `SELECT max(bytes) - min(bytes) AS growth
         FROM (SELECT pg_column_size(ROW(tree.*)) AS bytes FROM (${query}) AS tree) AS sizes`,
      [0],
    );
    const moved = await client.query(move, [1, 2]);
    await client.query(move, [2, 1]); // a circle: node 1 lies in node 2, and node 2 in node 1
    return {
      nodesRead,
      roundTrips,
      growth: sizes[0].growth as number,
      rowsMoved: moved.rowCount ?? 0,
      hangs: (await read(client, 1)) >= GIVES_UP,
    };
  },

  claims: {
    "One round trip at any depth": {
      holds: (found) => found.roundTrips === 1,
      brokenBy: ["query-per-level"],
    },
    "A circle in the data does not hang the query": {
      holds: (found) => !found.hangs,
      brokenBy: ["recursive"],
    },
    "A row carries nothing about the rows above it but its parent": {
      holds: (found) => found.growth === 0,
      brokenBy: ["recursive-cycle", "path"],
    },
    "Moving a branch writes one row": {
      holds: (found) => found.rowsMoved === 1,
      brokenBy: ["path"],
    },
  },

  measures: {
    "nodes read": (found) => found.nodesRead,
    "round trips": (found) => found.roundTrips,
    "bytes that a row grows by": (found) => found.growth,
    "rows written by a move": (found) => found.rowsMoved,
  },
});
