// Real servers and clients for the tests of this folder.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import type { Address } from "../service.ts";
import { until } from "../until.ts";
import type { Target } from "./connection.ts";

/** A TCP server on a free port that hands its sockets to `serve`. */
export async function tcpServer(serve: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
    /** All sockets so far, in the order of their connections. */
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A server that sends back what it gets, and ends when the client does. */
export function echoServer() {
  return tcpServer((socket) => socket.pipe(socket));
}

/** A client that keeps what it hears, and how its connection ended. */
export class Caller {
  readonly socket: Socket;
  heard = Buffer.alloc(0);
  ending: "end" | "reset" | undefined;

  constructor({ host, port }: Address) {
    this.socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    this.socket.on("data", (chunk) => {
      this.heard = Buffer.concat([this.heard, chunk]);
    });
    this.socket.on("end", () => {
      this.ending ??= "end";
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET") this.ending = "reset";
    });
  }

  say(text: string | Buffer): void {
    this.socket.write(text);
  }

  async hears(text: string): Promise<void> {
    await until(`"${text}"`, () => this.heard.toString().includes(text));
  }

  async ends(how: "end" | "reset"): Promise<void> {
    await until(`the ${how} of the connection`, () => this.ending === how);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** A Redis server on a unix socket in a folder of its own: needs no port that somebody may take. */
export async function redisServer() {
  const folder = await mkdtemp(join(tmpdir(), "link-redis-"));
  const path = join(folder, "redis.sock");
  const args = ["--port", "0", "--unixsocket", path, "--dir", folder, "--save", ""];
  const child = spawn("redis-server", args, { stdio: "ignore" });
  const clients: Redis[] = [];
  const open = (target: Target, options: RedisOptions = {}) => {
    const client = new Redis({ ...target, ...options });
    client.on("error", () => {}); // each test looks at the outcome of its commands
    clients.push(client);
    return client;
  };
  const started = {
    target: { path },
    child,
    /** A client that is disconnected together with the server. */
    open,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.disconnect();
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      await rm(folder, { recursive: true });
    },
  };
  await until("redis-server", () => open({ path }).ping());
  return started;
}
