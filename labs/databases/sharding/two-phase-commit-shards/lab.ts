// Money moves from an account on one shard to an account on another. Two commits are two moments, and a
// program can die between them. Two-phase commit lets both shards promise first; after that somebody has
// to remember whether the answer was yes, or the promises stay open for ever.

import { lab, link, repeat } from "#kit";
import { postgresShards } from "#services/postgres-shards";
import { type Bank, isMissed, Killed, locked, SCHEMA, total } from "./accounts.ts";

interface Arm {
  /** Moves one unit, or says why not; `halfway` is called where it hurts most. */
  transfer(bank: Bank, id: string, halfway: () => Promise<void>): Promise<unknown>;
  /** What the program does first when it starts again. */
  recover?(bank: Bank): Promise<void>;
  /** Whether both accounts must be on the same shard. */
  readonly isLocal?: boolean;
}

const TAKE = "UPDATE account SET balance = balance - 1 WHERE id = 1";
const GIVE = "UPDATE account SET balance = balance + 1 WHERE id = 2";

const twoCommits: Arm = {
  async transfer({ from, to }, _id, halfway) {
    await from.query(`BEGIN; ${TAKE}`);
    await to.query(`BEGIN; ${GIVE}`);
    await from.query("COMMIT");
    await halfway();
    await to.query("COMMIT");
  },
};

/** Lets both shards promise that they can commit. */
async function promise({ from, to }: Bank, id: string): Promise<void> {
  await from.query(`BEGIN; ${TAKE}; PREPARE TRANSACTION '${id}'`);
  await to.query(`BEGIN; ${GIVE}; PREPARE TRANSACTION '${id}'`);
}

/** Has them do it. */
async function keepPromise({ from, to }: Bank, id: string, halfway: () => Promise<void>) {
  await from.query(`COMMIT PREPARED '${id}'`);
  await halfway();
  await to.query(`COMMIT PREPARED '${id}'`);
}

const prepared: Arm = {
  async transfer(bank, id, halfway) {
    await promise(bank, id);
    return keepPromise(bank, id, halfway);
  },
};

const preparedWithLog: Arm = {
  async transfer(bank, id, halfway) {
    await promise(bank, id);
    await bank.from.query("INSERT INTO decision VALUES ($1)", [id]); // matters: After the crash and a restart nothing is missing from the total
    return keepPromise(bank, id, halfway);
  },

  async recover({ from, to }) {
    const decided = await from.query("SELECT id FROM decision");
    for (const shard of [from, to]) {
      const { rows } = await shard.query("SELECT gid FROM pg_prepared_xacts");
      for (const { gid } of rows) {
        const isDecided = decided.rows.some(({ id }) => id === gid);
        await shard.query(`${isDecided ? "COMMIT" : "ROLLBACK"} PREPARED '${gid}'`);
      }
    }
  },
};

const sameShard: Arm = {
  async transfer({ from, to }, _id, halfway) {
    if (from !== to) return "refused";
    await from.query(`BEGIN; ${TAKE}`);
    await halfway();
    await from.query(`${GIVE}; COMMIT`);
  },
  isLocal: true,
};

export default lab({
  title: "A transfer across two shards: two-phase commit",
  question: "What is left behind when the program dies in the middle of a transfer between shards?",
  services: {
    postgres: postgresShards.with({ shards: 2, config: { max_prepared_transactions: "10" } }),
  },
  knobs: { transfers: 20 },
  arms: {
    "two-commits": twoCommits,
    prepared,
    "prepared-with-log": preparedWithLog,
    "same-shard": sameShard,
  },

  async trial(arm, { postgres, knobs: { transfers } }) {
    await using first = await link(postgres.nodes["shard-1"]!);
    await using second = await link(postgres.nodes["shard-2"]!);
    const program = { application_name: "transfer" };
    const from = await postgres.shard("shard-1").connect({ ...first.address, ...program });
    const to = await postgres.shard("shard-2").connect({ ...second.address, ...program });
    const shards = await Promise.all(postgres.shards.map((name) => postgres.shard(name).connect()));
    for (const shard of shards) await shard.query(SCHEMA);
    const before = await total(shards);
    const goOn = async () => {};
    const done = await repeat(transfers, (turn) => arm.transfer({ from, to }, `${turn}`, goOn));
    let half = before;
    const die = async () => {
      half = await total(shards);
      for (const road of [first, second]) road.reset();
      throw new Killed();
    };
    const bank = arm.isLocal ? { from, to: from } : { from, to };
    await arm.transfer(bank, "last", die).catch((error) => {
      if (!(error instanceof Killed)) throw error;
    });
    await isMissed(shards, program.application_name);
    await arm.recover?.({ from: shards[0]!, to: shards[1]! });
    return {
      locked: await locked(shards),
      missing: before - (await total(shards)),
      halfSeen: before - half,
      refused: done.filter((one) => one === "refused").length,
    };
  },

  claims: {
    "After the crash and a restart nothing is missing from the total": {
      holds: (found) => found.missing === 0,
      brokenBy: ["two-commits", "prepared"],
    },
    "No row stays locked after the restart": {
      holds: (found) => found.locked === 0,
      brokenBy: ["prepared"],
    },
    "A reader never sees half a transfer": {
      holds: (found) => found.halfSeen === 0,
      brokenBy: ["two-commits", "prepared", "prepared-with-log"],
    },
    "Any two accounts can be used": {
      holds: (found) => found.refused === 0,
      brokenBy: ["same-shard"],
    },
  },

  measures: {
    "money missing": (found) => found.missing,
    "rows that stay locked": (found) => found.locked,
    "transfers refused": (found) => found.refused,
  },
});
