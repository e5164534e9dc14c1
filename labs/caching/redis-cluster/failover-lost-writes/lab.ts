// A master answers OK before its replica has the write. If it dies in between, the replica is
// promoted without it, and nobody is told. Two means promise more: a master that refuses writes while
// no replica is connected, and WAIT, which tells how many replicas have the write by now.

import { lab, until } from "#kit";
import { workOn } from "#patterns/redis-cost";
import type { Redis } from "#services/redis";
import { redisCluster } from "#services/redis-cluster";

/** Writes a value, and tells whether the client may count that as done. */
type Write = (master: Redis, key: string, value: string, waitMs: number) => Promise<boolean>;

const set: Write = async (master, key, value) => {
  await master.set(key, value);
  return true;
};

const setAndWait: Write = async (master, key, value, waitMs) => {
  await master.set(key, value);
  const replicas = await master.wait(1, waitMs);
  if (replicas === 0) return false; // matters: No write that counted as done is lost
  return true;
};

/** A key in a slot of the first master: of a name with braces only what stands in them is hashed. */
const keyOf = (number: number) => `{alice}:${number}`;

/** Waits until a replica has read what was on its way to it, and has the other masters elect it. */
async function elect(replica: Redis): Promise<void> {
  const says = async (state: string) => (await replica.info("replication")).includes(state);
  await until("the replica to miss its master", () => says("master_link_status:down"));
  await replica.call("CLUSTER", "FAILOVER", "FORCE"); // else they would wait for the node timeout
  await until("the replica to be elected", () => says("role:master"));
}

export default lab({
  title: "Acknowledged writes lost in a failover",
  question: "The client got its OK and the replica was promoted - so where is the write?",
  services: { cluster: redisCluster.with({ replicas: [1] }) },
  knobs: { writes: 80, hangsAfter: 20, valueKb: 500, waitMs: 100 },
  arms: {
    plain: { write: set, minReplicas: 0 },
    "min-replicas": { write: set, minReplicas: 1 },
    wait: { write: setAndWait, minReplicas: 0 },
  },

  async trial({ write, minReplicas }, { cluster, knobs }) {
    const { writes, hangsAfter, valueKb, waitMs } = knobs;
    const master = await cluster.node("master-1").connect();
    const replica = await cluster.node("replica-1").connect();
    for (const node of [master, replica]) {
      await node.config("SET", "min-replicas-to-write", minReplicas);
      await node.config("RESETSTAT"); // the cluster's own set-up has waited for replicas, too
    }

    const value = "x".repeat(valueKb * 1_000); // together more than the sockets between the two hold
    const done: string[] = [];
    for (let number = 1; number <= writes; number++) {
      if (!(await write(master, keyOf(number), value, waitMs))) break;
      done.push(keyOf(number));
      if (number === hangsAfter) await cluster.pause("replica-1");
    }
    const sets = await workOn(cluster.node("master-1"), "set");
    const waits = await workOn(cluster.node("master-1"), "wait");
    await cluster.kill("master-1");
    await cluster.resume("replica-1");
    await elect(replica);
    const lost = done.length - (await replica.exists(...done));

    // The new master has no replica of its own.
    const goesOn = await write(replica, keyOf(0), "alone", waitMs).catch(() => false);
    const isThere = (await replica.exists(keyOf(0))) === 1;
    const failedAndThere = Number(!goesOn && isThere);
    return { lost, goesOn, failedAndThere, commands: 1 + waits.calls / sets.calls };
  },

  claims: {
    "No write that counted as done is lost": {
      holds: (found) => found.lost === 0,
      brokenBy: ["plain", "min-replicas"],
    },
    "Writing goes on without a replica": {
      holds: (found) => found.goesOn,
      brokenBy: ["min-replicas", "wait"],
    },
    "A write that counted as failed is not there": {
      holds: (found) => found.failedAndThere === 0,
      brokenBy: ["wait"],
    },
    "A write is one command": { holds: (found) => found.commands === 1, brokenBy: ["wait"] },
  },

  measures: {
    "acknowledged writes lost": (found) => found.lost,
    "failed writes found later": (found) => found.failedAndThere,
    "commands per write": (found) => found.commands,
  },
});
