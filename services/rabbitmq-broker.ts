// How the processes of RabbitMQ are started, alone or as a cluster: brokers, and the epmd of all.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Command, NodeAddress, Place } from "#kit";

/** What a lab may choose of a broker. */
export interface RabbitOptions {
  /** Settings of rabbitmq.conf, by name. */
  readonly config: Readonly<Record<string, string>>;
}

/** Whoever knows the cookie may run code in a node, so it is not in the arguments for all to see. */
const COOKIE = randomUUID();

/** The name by which Erlang knows a node. */
export function erlangName(node: string): string {
  return `${node}@localhost`;
}

/** Starts a broker, or the epmd that all brokers of the service are known to. */
export function brokerCommand(place: Place<RabbitOptions>): Command {
  const { node, bind, port, ports, folder, peers, options } = place;
  const epmd = peers.epmd as NodeAddress;
  if (node === "epmd") {
    return { program: "epmd", args: ["-port", String(port), "-address", bind] };
  }
  const settings = {
    "listeners.tcp.1": `${bind}:${port}`,
    "management.tcp.ip": bind,
    "management.tcp.port": String(ports.management),
    // Statistics would cost each queue a message every five seconds.
    "management.disable_stats": "true",
    "management_agent.disable_metrics_collector": "true",
    ...options.config,
  };
  return {
    args: [],
    env: {
      ...ownFolders(folder),
      ...START,
      ERL_EPMD_PORT: String(epmd.port),
      RABBITMQ_NODENAME: erlangName(node),
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_ERLANG_COOKIE: COOKIE,
    },
    files: {
      "rabbitmq.conf": Object.entries(settings)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join(""),
      enabled_plugins: "[rabbitmq_management].\n",
    },
  };
}

const START = {
  RABBITMQ_LOGS: "-",
  // Erlang's threads wait for each other at each of the thousand modules that a start loads, and
  // RabbitMQ has them sleep at once; a start is much shorter when they spin a little first.
  RABBITMQ_SCHEDULER_BUSY_WAIT_THRESHOLD: "short",
  // Mnesia, where declarations are kept, holds the end of one in memory until the next write, so a
  // queue that was declared just before a kill -9 is sometimes gone. Here each write dumps the log.
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-mnesia dump_log_write_threshold 1",
  // Has the script become the broker. Else it waits beside it, and would stop it by a signal.
  RUNNING_UNDER_SYSTEMD: "true",
  ERL_FLAGS: "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
};

/** Keeps RabbitMQ away from the files of a system-wide installation. */
function ownFolders(folder: string): Record<string, string> {
  return {
    HOME: folder,
    RABBITMQ_MNESIA_BASE: join(folder, "data"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_CONF_ENV_FILE: join(folder, "rabbitmq-env.conf"),
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
    RABBITMQ_CONFIG_FILES: join(folder, "conf.d"),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, "advanced.config"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
  };
}
