// The primary dies and two standbys are left, which have received its log up to different places.
// Whoever is promoted begins a history of its own there: what it lacks is gone, and a standby that has
// received more cannot go back. What no standby has received nobody can promote.

import { type Address, lab, link, repeat, until } from "#kit";
import { setLive } from "#patterns/live-setting";
import { isAnsweredAlone } from "#patterns/lonely-commit";
import type { Postgres } from "#services/postgres";
import { postgresReplicated } from "#services/postgres-replicated";

const services = {
  asynchronous: postgresReplicated,
  synchronous: postgresReplicated.with({ synchronous: "ANY 1 (*)" }),
};

/** A standby by its name, and a connection to it. */
interface Standby {
  readonly name: string;
  readonly client: Postgres;
}

interface Arm {
  readonly servers: keyof typeof services;
  /** Which of the standbys to promote. */
  readonly choose: (standbys: readonly Standby[]) => Promise<Standby>;
}

const first: Arm["choose"] = async (standbys) => standbys[0]!;

const furthest: Arm["choose"] = async (standbys) => {
  let best = standbys[0]!;
  for (const one of standbys) {
    if ((await received(one)) > (await received(best))) best = one; // matters: The other standby follows the new primary without a new copy; No acknowledged commit is lost
  }
  return best;
};

const firstFound: Arm = { servers: "asynchronous", choose: first };
const mostAdvanced: Arm = { servers: "asynchronous", choose: furthest };
const quorum: Arm = { servers: "synchronous", choose: furthest };

/** How much of the primary's log a standby has received, in bytes. */
async function received({ client }: Standby): Promise<number> {
  const { rows } = await client.query("SELECT pg_last_wal_receive_lsn() - '0/0' AS bytes");
  return Number(rows[0].bytes);
}

/** Takes a standby's connection to the primary away. */
async function cutOff(standby: Standby): Promise<void> {
  await setLive(standby.client, "primary_conninfo", "");
  const receivers = () => standby.client.query("SELECT FROM pg_stat_wal_receiver");
  await until(`${standby.name} to be cut off`, async () => (await receivers()).rowCount === 0);
}

const COMMIT = "INSERT INTO commits VALUES (DEFAULT)";

const SEGMENT_BYTES = 16 << 20;

/** Whether a standby follows the new primary, or asks it for the same piece of log for ever. */
async function follows(standby: Standby, primary: Address): Promise<boolean> {
  await using road = await link(primary);
  const { host, port } = road.address;
  await setLive(standby.client, "primary_conninfo", `host=${host} port=${port} user=postgres`);
  const history = "SELECT FROM pg_stat_wal_receiver WHERE received_tli = 2"; // begins with a promotion
  const look = async () => {
    if ((await standby.client.query(history)).rowCount === 1) return "follows";
    return road.counts().replyBytes > 3 * SEGMENT_BYTES && "in vain";
  };
  const outcome = await until(`${standby.name} to follow, or not`, look, { withinMs: 15_000 });
  return outcome === "follows";
}

export default lab({
  title: "Failover: which standby to promote",
  question:
    "The primary is gone and two standbys are left: how many acknowledged commits do I lose?",
  services,
  knobs: { commits: 10 },
  arms: { "first-found": firstFound, "most-advanced": mostAdvanced, quorum },

  async trial({ servers, choose }, bench) {
    const { commits } = bench.knobs;
    const postgres = bench[servers];
    const [primary, observer] = [await postgres.connect(), await postgres.connect()];
    const standbys: Standby[] = [];
    for (const name of postgres.standbys) {
      standbys.push({ name, client: await postgres.node(name).connect() });
    }
    await primary.query("CREATE TABLE commits (id serial)");
    await repeat(commits, () => primary.query(COMMIT));
    await postgres.caughtUp();
    await cutOff(standbys[0]!);
    await repeat(commits, () => primary.query(COMMIT));
    await postgres.caughtUp(standbys[1]!.name);
    await cutOff(standbys[1]!);
    let alone = 0;
    while (alone < commits / 2 && (await isAnsweredAlone(primary.query(COMMIT), observer)))
      alone += 1;
    await postgres.kill("primary");

    const chosen = await choose(standbys);
    const other = standbys.find((standby) => standby !== chosen)!;
    await chosen.client.query("SELECT pg_promote()");
    const found = await chosen.client.query("SELECT FROM commits");
    return {
      lost: 2 * commits + alone - found.rowCount!,
      waited: alone < commits / 2,
      follows: await follows(other, postgres.nodes[chosen.name]!),
    };
  },

  claims: {
    "No acknowledged commit is lost": {
      holds: (found) => found.lost === 0,
      brokenBy: ["first-found", "most-advanced"],
    },
    "The other standby follows the new primary without a new copy": {
      holds: (found) => found.follows,
      brokenBy: ["first-found"],
    },
    "A commit never waits for a standby": {
      holds: (found) => !found.waited,
      brokenBy: ["quorum"],
    },
  },

  measures: {
    "acknowledged commits lost": (found) => found.lost,
    "commits that wait for good": (found) => Number(found.waited),
  },
});
