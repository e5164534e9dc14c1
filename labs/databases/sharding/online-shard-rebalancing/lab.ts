// A bucket of rows moves to another server while clients write to it. What is written after a row was
// copied and before the map is changed stays behind. Writes can be kept out for as long as the copy
// takes, or be sent after it: then they are kept out only until the last one has arrived.

import { type Link, lab, link, until } from "#kit";
import type { Postgres } from "#services/postgres";
import { postgresShards } from "#services/postgres-shards";
import { BucketMap } from "./bucket-map.ts";

interface Moving {
  readonly source: Postgres;
  readonly target: Postgres;
  readonly map: BucketMap;
  readonly rows: number;
  /** The link between the two. */
  readonly road: Link;
  /** A client changes the first row; resolves when that is answered, or waits. */
  work(): Promise<void>;
}

type Move = (moving: Moving) => Promise<void>;

const copyThenSwitch: Move = async ({ source, target, map, rows, work }) => {
  const half = Math.floor(rows / 2);
  await copy(source, target, 0, half);
  await work();
  await copy(source, target, half, rows);
  map.switchTo(target);
};

const freezeThenCopy: Move = async (moving) => {
  moving.map.freeze();
  await copyThenSwitch(moving);
};

const logicalReplication: Move = async ({ source, target, map, road, work }) => {
  await source.query(`CREATE PUBLICATION bucket FOR TABLE item WHERE (bucket = ${BUCKET})`);
  road.after({ replyBytes: 100_000 }).hold();
  const { host, port } = road.address;
  await target.query(
    `CREATE SUBSCRIPTION bucket CONNECTION 'host=${host} port=${port} user=postgres' PUBLICATION bucket`,
  );
  await road.held(); // in the middle of the copy
  await work();
  road.release();
  await until("the copy to end", async () => {
    const { rowCount } = await target.query(
      "SELECT FROM pg_subscription_rel WHERE srsubstate = 'r'",
    );
    return rowCount === 1;
  });
  road.after({ replyBytes: 0 }).hold(); // the next write is long on its way
  await work();
  map.freeze();
  await arrivalOfLastWrite(source, road); // matters: No acknowledged write is missing after the switch
  map.switchTo(target);
};

const BUCKET = 3;

/** Copies the rows of the bucket from one id up to another, as they are now. */
async function copy(source: Postgres, target: Postgres, from: number, to: number): Promise<void> {
  const range = "SELECT id, amount FROM item WHERE bucket = $1 AND id > $2 AND id <= $3";
  const { rows } = await source.query(range, [BUCKET, from, to]);
  await target.query("INSERT INTO item SELECT $1, * FROM unnest($2::int[], $3::int[])", [
    BUCKET,
    rows.map(({ id }) => id),
    rows.map(({ amount }) => amount),
  ]);
}

/** Lets come what is on its way, and waits until the target has confirmed all that was written. */
async function arrivalOfLastWrite(source: Postgres, road: Link): Promise<void> {
  const { rows } = await source.query("SELECT pg_current_wal_lsn() AS written");
  road.release();
  const confirmed = "SELECT FROM pg_replication_slots WHERE confirmed_flush_lsn >= $1::pg_lsn";
  await until("the last write to arrive", async () => {
    return (await source.query(confirmed, [rows[0].written])).rowCount === 1;
  });
}

const TABLE = `
  CREATE TABLE item (bucket int, id int, amount int DEFAULT 0, note text DEFAULT repeat('x', 20),
                     PRIMARY KEY (bucket, id))`;
const FILL = `
  INSERT INTO item (bucket, id)
    SELECT bucket, id FROM generate_series(0, 3) AS bucket, generate_series(1, $1::int) AS id`;
const FIRST = "SELECT amount FROM item WHERE bucket = $1 AND id = 1";
const ADD_ONE = "UPDATE item SET amount = amount + 1 WHERE bucket = $1 AND id = 1";

export default lab({
  title: "Shard rebalancing while writes go on",
  question: "How do I move a bucket to another server without losing a write or closing the shop?",
  services: { postgres: postgresShards.with({ shards: 2, config: { wal_level: "logical" } }) },
  knobs: { rows: { value: 10_000, from: 5_000, to: 50_000 } },
  arms: {
    "copy-then-switch": copyThenSwitch,
    "freeze-then-copy": freezeThenCopy,
    "logical-replication": logicalReplication,
  },

  async trial(move, { postgres, knobs: { rows } }) {
    const source = await postgres.shard("shard-1").connect();
    const target = await postgres.shard("shard-2").connect();
    await using road = await link(postgres.nodes["shard-1"]!);
    for (const shard of [source, target]) await shard.query(TABLE);
    await source.query(FILL, [rows]);
    const map = new BucketMap(source);
    let [answered, held, slots] = [0, 0, 0];
    const writes: Promise<void>[] = [];
    const write = async () => {
      const owner = await map.owner();
      await owner.query(ADD_ONE, [BUCKET]);
      answered += 1;
    };
    const work = async () => {
      const before = answered;
      writes.push(write());
      await until("the write to be answered", () => answered > before || map.isFrozen);
      if (answered === before) held += 1;
      slots = (await source.query("SELECT FROM pg_replication_slots")).rowCount!;
    };
    await move({ source, target, map, rows, road, work });
    await Promise.all(writes);
    const { rows: found } = await target.query(FIRST, [BUCKET]);
    return { missing: answered - found[0].amount, held, slots };
  },

  claims: {
    "No acknowledged write is missing after the switch": {
      holds: (found) => found.missing === 0,
      brokenBy: ["copy-then-switch"],
    },
    "A write made half way through the copy is answered before the copy ends": {
      holds: (found) => found.held === 0,
      brokenBy: ["freeze-then-copy"],
    },
    "The source keeps no slot and no log for the move": {
      holds: (found) => found.slots === 0,
      brokenBy: ["logical-replication"],
    },
  },

  measures: {
    "writes missing": (found) => found.missing,
    "writes held during the copy": (found) => found.held,
    "slots on the source": (found) => found.slots,
  },
});
