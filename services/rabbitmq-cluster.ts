// Three brokers of RabbitMQ that form a cluster, for what a single one cannot show: queues with
// replicas, and what becomes of them when brokers die.

import { type At, type NodeAddress, numbered, type Place, service, until } from "#kit";
import { openRabbit, type RabbitFace, rabbitmq, virtualHostPath } from "./rabbitmq.ts";
import { brokerCommand, erlangName, type RabbitOptions } from "./rabbitmq-broker.ts";
import { manage } from "./rabbitmq-management.ts";

/** What a lab does with the cluster. By itself it is the first broker. */
export interface RabbitClusterFace extends RabbitFace {
  /** The names of the brokers: "rabbitmq-1" and so on. */
  readonly brokers: readonly string[];
  /** One broker by its name. */
  node(name: string): RabbitFace;
}

interface Options extends RabbitOptions {
  readonly brokers: number;
}

export const rabbitmqCluster = service<Options, RabbitClusterFace>({
  ...rabbitmq.form,
  name: "rabbitmq-cluster",
  options: { brokers: 3, config: {} },
  nodes: ({ brokers }) => [...numbered("rabbitmq", brokers), "epmd"],
  command: (place) => {
    const config = { ...formation(place), ...place.options.config };
    return brokerCommand({ ...place, options: { config } });
  },
  form: joined,
  startSeconds: 120,
  tenants: undefined,
  reset: async (at) => {
    await joined(at.nodes);
    await newVirtualHost(at);
  },
  open,
});

/**
 * Gives every broker the same list, itself included. RabbitMQ forms a cluster under a lock, which a
 * broker takes on all that it lists: it holds for all only if each lists all. Else a broker joins
 * while another still makes its tables, and one of the two dies ("All replicas on diskfull nodes
 * are not active yet").
 */
function formation({ peers }: Place<Options>): Record<string, string> {
  const listed = brokersOf(peers).map((broker, index) => [
    `cluster_formation.classic_config.nodes.${index + 1}`,
    erlangName(broker),
  ]);
  return {
    "cluster_formation.peer_discovery_backend": "classic_config",
    ...Object.fromEntries(listed),
    // Who gets the lock first looks ten times for a cluster, which cannot be there yet, and begins
    // one; by default that takes five seconds.
    "cluster_formation.discovery_retry_interval": "20",
  };
}

/** The names of the brokers, which are the nodes before epmd. */
function brokersOf(nodes: Readonly<Record<string, NodeAddress>>): string[] {
  return Object.keys(nodes).slice(0, -1);
}

/** Waits until every broker is in the cluster and sees all others. */
async function joined(nodes: Readonly<Record<string, NodeAddress>>): Promise<void> {
  const brokers = brokersOf(nodes);
  const seesAll = async (broker: string) => {
    const seen: { running: boolean; partitions?: string[] }[] = JSON.parse(
      await manage(nodes[broker]!, "GET", "nodes"),
    );
    const well = seen.filter(({ running, partitions = [] }) => running && partitions.length === 0);
    return well.length === brokers.length;
  };
  await until(
    "the brokers to form a cluster",
    async () => (await Promise.all(brokers.map(seesAll))).every(Boolean),
    { withinMs: 30_000, everyMs: 50 },
  );
}

/** Makes the virtual host anew, and resolves when it runs on every broker. */
async function newVirtualHost(at: At): Promise<void> {
  const [first] = Object.values(at.nodes) as [NodeAddress];
  const path = virtualHostPath(at);
  await manage(first, "DELETE", path);
  await Promise.all([manage(first, "PUT", path), startedOnAll(first, path)]);
}

/**
 * Starts a virtual host wherever it does not run, until it runs everywhere. A broker takes clients
 * a moment before RabbitMQ counts it as booted, and a virtual host that is made in that moment is
 * not started there. Since 3.13.4 RabbitMQ comes back for it by a timer; before, it is left to
 * others (https://github.com/rabbitmq/rabbitmq-server/pull/11363).
 */
export async function startedOnAll(first: NodeAddress, path: string): Promise<void> {
  await until(
    "the virtual host to run on every broker",
    async () => {
      const { cluster_state } = JSON.parse(await manage(first, "GET", path));
      const stopped = Object.keys(cluster_state).filter(
        (name) => cluster_state[name] !== "running",
      );
      for (const name of stopped) await manage(first, "POST", `${path}/start/${name}`);
      return stopped.length === 0;
    },
    { withinMs: 30_000, everyMs: 100 },
  );
}

function open(at: At): RabbitClusterFace {
  return {
    ...openRabbit(at),
    brokers: brokersOf(at.nodes),
    node: (name) => openRabbit({ ...at, address: at.addressOf(name) }),
  };
}
