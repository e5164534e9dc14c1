// RabbitMQ. Labs share one broker, and each gets a virtual host of its own in it; a lab that kills
// the broker gets a broker of its own. Beside it runs epmd, which Erlang nodes find each other by:
// left to itself RabbitMQ would start one that outlives everybody.

import { once } from "node:events";
import { connect } from "node:net";
import type { Channel, ChannelModel, ConfirmChannel, SocketOptions } from "amqplib";
import { type Address, type At, closing, type NodeAddress, type Place, service } from "#kit";
import { brokerCommand, type RabbitOptions } from "./rabbitmq-broker.ts";
import { rabbitProgram } from "./rabbitmq-program.ts";

/** A connection of amqplib that `await using` closes. */
export type Rabbit = ChannelModel & AsyncDisposable;

/** What a lab does with a RabbitMQ broker. */
export interface RabbitFace {
  /** amqp://..., with the virtual host, for a client of the lab's own choice. */
  readonly url: string;
  /** Opens a connection of its own. */
  connect(options?: SocketOptions): Promise<Rabbit>;
  /** Opens a channel on a connection of its own. */
  channel(): Promise<Channel & AsyncDisposable>;
  /** Opens a channel on which the broker confirms what is published. */
  confirmChannel(): Promise<ConfirmChannel & AsyncDisposable>;
}

export const rabbitmq = service<RabbitOptions, RabbitFace>({
  name: "rabbitmq",
  image: "rabbitmq:4.1.4-management",
  port: 5672,
  program: "rabbitmq-server",
  packages: { apt: "rabbitmq-server", dnf: "rabbitmq-server", brew: "rabbitmq" },
  version: { args: ["version"], pattern: /(\d+\.\d+\.\d+)/, atLeast: "3.10.0" },
  embedded: rabbitProgram,
  options: { config: {} },
  nodes: () => ["rabbitmq", "epmd"],
  ports: () => ["management", "distribution"],
  command: brokerCommand,
  ready: answers,
  // A confirmed message is on the disk by then, and an orderly stop takes a second.
  stopSignal: "SIGKILL",
  startSeconds: 30,
  tenants: {
    open: (first, name) => manage(first, "PUT", `vhosts/${name}`),
    close: (first, name) => manage(first, "DELETE", `vhosts/${name}`),
  },
  reset: newVirtualHost,
  open: openRabbit,
});

/** Where a lab has a broker for itself, it still works in a virtual host that can be thrown away. */
function virtualHost(at: At): string {
  return at.tenant || "lab";
}

/** Makes the virtual host anew: what a trial left must not help or hurt the next. */
export async function newVirtualHost(at: At): Promise<void> {
  const [first] = Object.values(at.nodes) as [NodeAddress];
  const path = `vhosts/${virtualHost(at)}`;
  await manage(first, "DELETE", path);
  await manage(first, "PUT", path);
}

/** Builds the face of one broker; shared with the service that runs several. */
export function openRabbit(at: At): RabbitFace {
  const url = `amqp://guest:guest@${at.address.host}:${at.address.port}/${virtualHost(at)}`;
  const onOwnConnection = async <C extends Channel>(open: (on: Rabbit) => Promise<C>) => {
    const connection = await connectRabbit(url);
    const channel = await open(connection);
    channel.on("error", () => {}); // the operation that failed rejects
    return at.own(closing(channel, () => connection[Symbol.asyncDispose]()));
  };
  return {
    url,
    connect: async (options) => at.own(await connectRabbit(url, options)),
    channel: () => onOwnConnection((connection) => connection.createChannel()),
    confirmChannel: () => onOwnConnection((connection) => connection.createConfirmChannel()),
  };
}

/** How long a broker may take to say goodbye; a paused or dead one never does. */
const GOODBYE_MS = 500;

/** Connects an amqplib client and gives it an end that comes even if the broker is gone. */
async function connectRabbit(url: string, options: SocketOptions = {}): Promise<Rabbit> {
  const { connect } = await import("amqplib");
  const cable = new AbortController();
  // Without noDelay every small exchange of frames waits 40 ms for a delayed acknowledgement.
  const socketOptions = { noDelay: true, ...options, signal: cable.signal };
  const connection = await connect(url, socketOptions);
  connection.on("error", () => {}); // a lost broker shows in the operation that is under way
  return closing(connection, async () => {
    const late = setTimeout(() => cable.abort(), GOODBYE_MS);
    const gone = once(connection, "close").catch(() => {});
    await Promise.race([connection.close().catch(() => {}), gone]);
    clearTimeout(late);
  });
}

/** Class 10, method 10, after the seven bytes of a frame's header (AMQP 0-9-1, 4.2.4). */
const CONNECTION_START = 0x000a_000a;

/** Resolves when epmd, or the broker and its management interface, answer. */
export async function answers(place: Place<RabbitOptions>): Promise<void> {
  if (place.node === "epmd") return void (await ask(place, Buffer.from([0, 1, 110]))); // NAMES_REQ
  const reply = await ask(place, Buffer.from("AMQP\x00\x00\x09\x01"));
  if (reply.readUInt32BE(7) !== CONNECTION_START) throw new Error("no Connection.Start");
  await manage(place, "GET", "whoami");
}

/** Sends a greeting over a bare socket and returns the first bytes of the answer. */
async function ask({ host, port }: Address, greeting: Buffer): Promise<Buffer> {
  const socket = connect(port, host);
  try {
    socket.write(greeting);
    const [reply] = (await once(socket, "data")) as [Buffer];
    return reply;
  } finally {
    socket.destroy();
  }
}

/** Calls the HTTP API of the management plugin. What is not there needs no deleting. */
async function manage({ host, ports }: NodeAddress, method: string, path: string): Promise<void> {
  const answer = await fetch(`http://${host}:${ports.management}/api/${path}`, {
    method,
    headers: { authorization: `Basic ${btoa("guest:guest")}`, "content-type": "application/json" },
  });
  const said = await answer.text();
  if (answer.ok || (method === "DELETE" && answer.status === 404)) return;
  throw new Error(`RabbitMQ answers ${method} ${path} with ${answer.status}: ${said}`);
}
