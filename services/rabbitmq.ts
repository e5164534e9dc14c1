// RabbitMQ. Labs share one broker, and each gets a virtual host of its own in it; a lab that kills
// the broker gets a broker of its own. Beside it runs epmd, which Erlang nodes find each other by:
// left to itself RabbitMQ would start one that outlives everybody.

import { once } from "node:events";
import type { Channel, ChannelModel, ConfirmChannel, SocketOptions } from "amqplib";
import { type At, closing, type NodeAddress, type Place, service } from "#kit";
import { brokerCommand, type RabbitOptions } from "./rabbitmq-broker.ts";
import { manage } from "./rabbitmq-management.ts";
import { rabbitProgram } from "./rabbitmq-program.ts";
import { exchange } from "./tcp.ts";

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
  protocol: "amqp",
  program: "rabbitmq-server",
  packages: { apt: "rabbitmq-server", dnf: "rabbitmq-server", brew: "rabbitmq" },
  version: { args: ["version"], pattern: /(\d+\.\d+\.\d+)/, atLeast: "3.10.0" },
  embedded: rabbitProgram,
  options: { config: {} },
  nodes: () => ["broker", "epmd"],
  ports: () => ["management", "distribution"],
  command: brokerCommand,
  ready: answers,
  complaints: /\[error\].*(You've tried|Conf file|Error preparing|Error during)/,
  startSeconds: 60,
  tenants: {
    open: async (first, name) => void (await manage(first, "PUT", `vhosts/${name}`)),
    close: async (first, name) => void (await manage(first, "DELETE", `vhosts/${name}`)),
  },
  reset: newVirtualHost,
  open: openRabbit,
});

/** Where a lab has a broker for itself, it still works in a virtual host that can be thrown away. */
function virtualHost(at: At): string {
  return at.tenant || "lab";
}

/** The path of the virtual host in the HTTP API. */
export function virtualHostPath(at: At): string {
  return `vhosts/${virtualHost(at)}`;
}

/** Makes the virtual host anew: what a trial left must not help or hurt the next. */
async function newVirtualHost(at: At): Promise<void> {
  const [first] = Object.values(at.nodes) as [NodeAddress];
  await manage(first, "DELETE", virtualHostPath(at));
  await manage(first, "PUT", virtualHostPath(at));
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

/** What is asked of epmd (EPMD_NAMES_REQ), and how AMQP 0-9-1 begins. */
const NAMES_REQUEST = Buffer.from([0, 1, 110]);
const AMQP_HEADER = Buffer.from("AMQP\x00\x00\x09\x01");

/** Class 10, method 10, after the seven bytes of a frame's header (AMQP 0-9-1, 4.2.4). */
const CONNECTION_START = 0x000a_000a;

/** Resolves when epmd, or the broker and its management interface, answer. */
export async function answers(place: Place<RabbitOptions>): Promise<void> {
  if (place.node === "epmd") return void (await exchange(place, NAMES_REQUEST));
  const reply = await exchange(place, AMQP_HEADER);
  if (reply.readUInt32BE(7) !== CONNECTION_START) throw new Error("no Connection.Start");
  await manage(place, "GET", "whoami");
}
