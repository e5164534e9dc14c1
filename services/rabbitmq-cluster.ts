// Three brokers of RabbitMQ that form a cluster, for what a single one cannot show: queues with
// replicas, and what becomes of them when brokers die.

import { type At, type NodeAddress, nodeOf, numbered, type Place, service, until } from "#kit";
import { newVirtualHost, openRabbit, type RabbitFace, rabbitmq } from "./rabbitmq.ts";
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
  form: async (places) => joined(Object.values(places)),
  startSeconds: 120,
  tenants: undefined,
  reset: async (at) => {
    await joined(Object.values(at.nodes));
    await newVirtualHost(at);
  },
  open,
});

/** Lists every broker to every broker. */
function formation({ peers }: Place<Options>): Record<string, string> {
  const brokers = Object.keys(peers).slice(0, -1);
  return {
    "cluster_formation.peer_discovery_backend": "classic_config",
    ...Object.fromEntries(
      brokers.map((name, index) => [
        `cluster_formation.classic_config.nodes.${index + 1}`,
        erlangName(name),
      ]),
    ),
    "cluster_formation.discovery_retry_interval": "100",
    "cluster_formation.discovery_retry_limit": "10",
  };
}

/**
 * Waits until every broker, as the nodes before epmd are, is in the cluster and sees all others, and
 * has finished its start: it takes clients a moment sooner, and a virtual host that is made in that
 * moment never starts on it. The first virtual host lists the brokers that have.
 */
async function joined(nodes: readonly NodeAddress[]): Promise<void> {
  const brokers = nodes.slice(0, -1);
  const seesAll = async (broker: NodeAddress) => {
    const seen: { running: boolean; partitions?: string[] }[] = JSON.parse(
      await manage(broker, "GET", "nodes"),
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

function open(at: At): RabbitClusterFace {
  return {
    ...openRabbit(at),
    brokers: Object.keys(at.nodes).slice(0, -1),
    node: (name) => openRabbit({ ...at, address: nodeOf(at, name) }),
  };
}
