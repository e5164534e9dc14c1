import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { SocketCounter } from "./sockets.ts";

/** Answers every line with itself. */
const echo = createServer((socket) => socket.pipe(socket));
let port = 0;
before(async () => {
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  port = (echo.address() as AddressInfo).port;
});
after(() => echo.close());

async function open(): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

async function ask(socket: Socket, text: string): Promise<void> {
  socket.write(text);
  await once(socket, "data");
}

test("each question that waits for its answer is a round trip", async () => {
  using counter = new SocketCounter();
  const socket = await open();
  for (const text of ["one\n", "two\n", "three\n"]) await ask(socket, text);
  socket.destroy();
  assert.deepEqual(counter.counts(new Set([port])), {
    ...{ connections: 1, requestBytes: 14, replyBytes: 14, roundTrips: 3 },
  });
});

test("what is sent without waiting is one round trip", async () => {
  using counter = new SocketCounter();
  const socket = await open();
  socket.write("one\n");
  socket.write("two\n");
  await ask(socket, "three\n");
  socket.destroy();
  assert.equal(counter.counts(new Set([port])).roundTrips, 1);
});

test("only connections to the ports that are asked for count", async () => {
  using counter = new SocketCounter();
  const socket = await open();
  await ask(socket, "one\n");
  socket.destroy();
  assert.equal(counter.counts(new Set([1])).connections, 0);
});

test("a stream that nobody reads stands still although it is counted", async () => {
  using counter = new SocketCounter();
  const socket = await open();
  socket.write("one\n");
  await once(socket, "readable");
  assert.notEqual(socket.readableFlowing, true);
  assert.equal(String(socket.read()), "one\n");
  socket.destroy();
  assert.equal(counter.counts(new Set([port])).roundTrips, 1);
});

test("after it is disposed of, no new socket is watched", async () => {
  const counter = new SocketCounter();
  counter[Symbol.dispose]();
  const socket = await open();
  assert.equal(Object.hasOwn(socket, "push"), false);
  socket.destroy();
  assert.equal(counter.counts(new Set([port])).connections, 0);
});
