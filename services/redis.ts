// Redis, one server without persistence: what a lab needs unless durability is its subject.

import { once } from "node:events";
import { connect } from "node:net";
import type { Redis as Client, RedisOptions } from "ioredis";
import { type Address, type At, closing, service } from "#kit";

/** An ioredis client that `await using` closes. */
export type Redis = Client & AsyncDisposable;

/** What a lab does with a Redis server. */
export interface RedisFace {
  /** redis://host:port, for a client of the lab's own choice. */
  readonly url: string;
  /** Opens a connection of its own; resolves when the server has answered. */
  connect(options?: RedisOptions): Promise<Redis>;
  /** The server's own counters since the trial began: its INFO as numbers, by field. */
  info(section?: string): Promise<Record<string, number>>;
}

export const redis = service({
  name: "redis",
  image: "redis:7.4.1",
  port: 6379,
  protocol: "resp",
  program: "redis-server",
  packages: { apt: "redis-server", dnf: "redis", brew: "redis" },
  version: { args: ["--version"], pattern: /v=(\d+\.\d+\.\d+)/, atLeast: "7.0.0" },
  // Directives of redis.conf, by name.
  options: { config: {} as Record<string, string> },
  command: ({ host, port, folder, options }) => ({
    args: [
      ...["--bind", host, "--port", String(port), "--dir", folder],
      ...["--save", "", "--appendonly", "no", "--daemonize", "no"],
      ...Object.entries(options.config).flatMap(([name, value]) => [`--${name}`, value]),
    ],
  }),
  ready: pingRedis,
  healthy: redisCli,
  // A new process takes no longer than undoing whatever a trial may have set.
  reset: (at) => at.renew(),
  open: openRedis,
});

/** Builds the face of one Redis server; shared with the services that run several. */
export function openRedis(at: At): RedisFace {
  const connect = async (options: RedisOptions = {}) =>
    at.own(await connectRedis(at.address, options));
  return {
    url: `redis://${at.address.host}:${at.address.port}`,
    connect,
    async info(section = "everything") {
      await using client = await connectRedis(at.address);
      return numbers(await client.info(section));
    },
  };
}

/** Connects an ioredis client and waits for its first answer. */
export async function connectRedis(address: Address, options: RedisOptions = {}): Promise<Redis> {
  const { Redis } = await import("ioredis");
  const client = new Redis({ ...address, lazyConnect: true, ...options });
  // Without a listener ioredis prints every lost connection; a lab sees it as a rejected command.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    client.disconnect(); // else it goes on trying behind the caller's back
    throw error;
  }
  return closing(client, () => client.disconnect());
}

/** Asks for PONG over a bare socket, which costs a start less than loading a client. */
export async function pingRedis({ host, port }: Address): Promise<void> {
  const socket = connect(port, host);
  try {
    socket.end("PING\r\n");
    const [reply] = (await once(socket, "data")) as [Buffer];
    if (!reply.toString().startsWith("+PONG")) throw new Error(reply.toString().trim());
  } finally {
    socket.destroy();
  }
}

/** The same question by the tool that comes with the server. */
export function redisCli({ host, port }: Address): string[] {
  return ["redis-cli", "-h", host, "-p", String(port), "-e", "ping"];
}

/** The numeric fields of an INFO reply. Compound fields (`cmdstat_get:calls=1,usec=2`) become `cmdstat_get.calls`. */
function numbers(info: string): Record<string, number> {
  const fields: Record<string, number> = {};
  for (const line of info.split("\r\n")) {
    const [name, value] = splitOnce(line, ":");
    const parts = value.includes("=") ? value.split(",") : [];
    for (const part of parts) {
      const [key, number] = splitOnce(part, "=");
      keep(fields, `${name}.${key}`, number);
    }
    if (parts.length === 0) keep(fields, name, value);
  }
  return fields;
}

function keep(fields: Record<string, number>, name: string, text: string) {
  if (text !== "" && Number.isFinite(Number(text))) fields[name] = Number(text);
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
