// Reads go to replicas, and a replica may be behind. So users miss what they have just saved, or see
// it once and then no more. Which replica will do depends on what the user has written and read before:
// the time since then is a guess at that, a position in the log is a fact.

import { lab, repeat, sum, VirtualClock } from "#kit";
import { pauseReplay, resumeReplay } from "#patterns/paused-replay";
import type { Postgres } from "#services/postgres";
import { postgresReplicated } from "#services/postgres-replicated";

/** What is kept of a user between two requests. */
interface Session {
  readonly user: number;
  /** Until when the user reads from the primary. */
  pinnedUntil: number;
  /** Where the log was when the user last wrote or read. */
  position: string;
  /** What the user has read: versions, and whether the primary gave them. */
  readonly reads: { readonly version: number; readonly byPrimary: boolean }[];
}

interface Servers {
  readonly primary: Postgres;
  readonly replicas: readonly Postgres[];
  readonly clock: VirtualClock;
  /** How often the replicas have taken turns. */
  turn: number;
}

/** Chooses the server for a user's next read. */
type Route = (session: Session, servers: Servers) => Promise<Postgres>;

const roundRobin: Route = async (_session, servers) => inTurn(servers)[0]!;

const stickyReplica: Route = async ({ user }, { replicas }) => replicas[pairOf(user) % 2]!;

const pinned: Route = async (session, servers) =>
  servers.clock.now() < session.pinnedUntil ? servers.primary : roundRobin(session, servers);

const lsnToken: Route = async ({ position }, servers) => {
  for (const replica of inTurn(servers)) {
    if (!(await hasReplayed(replica, position))) continue; // matters: A user sees their own write; Two reads in a row never go back in time
    return replica;
  }
  return servers.primary;
};

/** The replicas, beginning with the one whose turn it is. */
function inTurn(servers: Servers): Postgres[] {
  const first = servers.turn++ % servers.replicas.length;
  return [...servers.replicas.slice(first), ...servers.replicas.slice(0, first)];
}

async function hasReplayed(replica: Postgres, position: string): Promise<boolean> {
  const question = "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS reached";
  return (await replica.query(question, [position])).rows[0].reached;
}

// Users come in pairs: one has a profile and changes it, the other only looks at it.
const pairOf = (user: number) => Math.floor(user / 2);
const isOwner = ({ user }: Session) => user % 2 === 0;

async function save(session: Session, { primary, clock }: Servers, pinMs: number): Promise<void> {
  await primary.query("UPDATE profile SET version = 1 WHERE pair = $1", [pairOf(session.user)]);
  const { rows } = await primary.query("SELECT pg_current_wal_insert_lsn() AS position");
  session.position = rows[0].position;
  session.pinnedUntil = clock.now() + pinMs;
}

const READ = `
  SELECT version, CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                       ELSE pg_current_wal_insert_lsn() END AS position
    FROM profile WHERE pair = $1`;

async function look(session: Session, servers: Servers, route: Route): Promise<void> {
  const server = await route(session, servers);
  const { rows } = await server.query(READ, [pairOf(session.user)]);
  session.position = rows[0].position;
  session.reads.push({ version: rows[0].version, byPrimary: server === servers.primary });
}

/** How often a user saw an older version than the time before. */
function wentBack({ reads }: Session): number {
  return reads.filter(({ version }, at) => at > 0 && version < reads[at - 1]!.version).length;
}

export default lab({
  title: "Read/write splitting: read your writes, and never back in time",
  question: "If reads go to replicas, how do I keep a user from missing what they just saved?",
  services: { postgres: postgresReplicated },
  knobs: { users: 20, pinMs: 500 },
  traced: { users: 2 },
  arms: {
    "round-robin": roundRobin,
    "sticky-replica": stickyReplica,
    pinned,
    "lsn-token": lsnToken,
  },

  async trial(route, { postgres, knobs: { users, pinMs } }) {
    const primary = await postgres.connect();
    const replicas = await Promise.all(postgres.standbys.map((n) => postgres.node(n).connect()));
    await primary.query(
      `CREATE TABLE profile AS SELECT generate_series(0, ${users}) AS pair, 0 AS version`,
    );
    await postgres.caughtUp();
    const servers = { primary, replicas, clock: new VirtualClock(), turn: 0 };
    const sessions = Array.from(
      { length: users },
      (_, user): Session => ({ user, pinnedUntil: 0, position: "0/0", reads: [] }),
    );

    for (const replica of replicas) await pauseReplay(replica);
    for (const session of sessions) {
      if (isOwner(session)) await save(session, servers, pinMs);
      await look(session, servers, route);
    }
    await resumeReplay(replicas[0]!);
    await postgres.caughtUp(postgres.standbys[0]);
    await servers.clock.advance(pinMs);
    for (const session of sessions) await repeat(4, () => look(session, servers, route));
    await resumeReplay(replicas[1]!);
    const reads = (of: Session[]) => of.flatMap((session) => session.reads);
    return {
      missed: reads(sessions.filter(isOwner)).filter(({ version }) => version === 0).length,
      wentBack: sum(sessions.map(wentBack)),
      byPrimary: reads(sessions).filter(({ byPrimary }) => byPrimary).length,
    };
  },

  claims: {
    "A user sees their own write": {
      holds: (found) => found.missed === 0,
      brokenBy: ["round-robin", "sticky-replica", "pinned"],
    },
    "Two reads in a row never go back in time": {
      holds: (found) => found.wentBack === 0,
      brokenBy: ["round-robin", "pinned"],
    },
    "The primary serves no reads": {
      holds: (found) => found.byPrimary === 0,
      brokenBy: ["pinned", "lsn-token"],
    },
  },

  measures: {
    "own writes missed": (found) => found.missed,
    "reads that went back in time": (found) => found.wentBack,
    "reads served by the primary": (found) => found.byPrimary,
  },
});
