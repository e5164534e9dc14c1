import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { link } from "./link.ts";
import { Caller, echoServer, redisServer, tcpServer } from "./servers.ts";

const FIRST = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
const SECOND = "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2\r\n";

test("a hold lets exactly the bytes of the first SET pass, and the rest on release", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const observer = redis.open(redis.target);
  using caller = new Caller(wire.address);
  wire.after({ requestBytes: FIRST.length }).hold();
  caller.say(FIRST + SECOND);
  await wire.held();
  await caller.hears("+OK\r\n");
  assert.deepEqual(await observer.mget("a", "b"), ["1", null]);
  assert.equal(wire.counts().requestBytes, FIRST.length);
  wire.release();
  await caller.hears("+OK\r\n+OK\r\n");
  assert.deepEqual(await observer.mget("a", "b"), ["1", "2"]);
});

test("a hold stops in the middle of a message", async () => {
  await using echo = await tcpServer((socket) => socket.pipe(socket));
  await using wire = await link(echo.address);
  using caller = new Caller(wire.address);
  wire.after({ replyBytes: 3 }).hold();
  caller.say("abcdef");
  await wire.held();
  await caller.hears("abc");
  assert.equal(caller.heard.toString(), "abc");
  wire.after({ replyBytes: 1 }).hold();
  await wire.held();
  await caller.hears("abcd");
  assert.equal(caller.heard.toString(), "abcd");
  wire.heal();
  await caller.hears("abcdef");
});

test("a hold is a barrier: two clients have read before either may write", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const clients = [redis.open(wire.address), redis.open(wire.address)] as const;
  const observer = redis.open(redis.target);
  await observer.set("balance", 0);
  await Promise.all(clients.map((client) => client.ping()));
  const read = "*2\r\n$3\r\nGET\r\n$7\r\nbalance\r\n";
  wire.after({ requestBytes: read.length }).hold();
  const additions = clients.map(async (client) =>
    client.set("balance", Number(await client.get("balance")) + 1),
  );
  await wire.held(2);
  assert.equal(await observer.get("balance"), "0");
  wire.release();
  await Promise.all(additions);
  assert.equal(await observer.get("balance"), "1");
});

test("a reset before the first byte of the reply loses the reply of a command that was done", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address, { retryStrategy: () => null });
  const observer = redis.open(redis.target);
  await client.ping();
  wire.after({ replyBytes: 0 }).reset();
  await assert.rejects(client.incr("balance"));
  assert.equal(await observer.get("balance"), "1");
});

test("a reset of one reply happens once, so that a client's second attempt succeeds", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address);
  await client.ping();
  wire.after({ replyBytes: 0 }).reset();
  assert.equal(await client.incr("balance"), 2, "ioredis sends the command again by itself");
  assert.equal(wire.counts().connections, 2);
});

test("a cut after N bytes stops both ways of one connection and leaves the others alone", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  using one = new Caller(wire.address);
  using other = new Caller(wire.address);
  wire.after({ replyBytes: 4 }).cut();
  one.say("12345678");
  await one.hears("1234");
  await until("the echo", () => echo.sockets[0]?.bytesWritten === 8);
  one.say("more");
  other.say("abcdefgh");
  await other.hears("abcdefgh");
  assert.equal(one.heard.toString(), "1234");
  assert.equal(one.ending, undefined);
  assert.equal(echo.sockets[0]?.bytesRead, 8);
  wire.heal();
  await one.hears("12345678more");
});

test("a limit holds for connections that come later", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  wire.after({ requestBytes: 2 }).hold();
  using caller = new Caller(wire.address);
  caller.say("hello");
  await wire.held();
  await caller.hears("he");
  assert.equal(caller.heard.toString(), "he");
});

test("whoever waits for held() is told when the link closes", async () => {
  await using echo = await echoServer();
  const wire = await link(echo.address);
  const waiting = assert.rejects(wire.held(), /closed/);
  await wire[Symbol.asyncDispose]();
  await waiting;
});
