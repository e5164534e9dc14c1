import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { until } from "../until.ts";
import { link } from "./link.ts";
import { mergeTraces } from "./merge.ts";
import { Caller, echoServer, redisServer } from "./servers.ts";
import type { Trace } from "./trace.ts";

const SET = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
const GET = "*2\r\n$3\r\nGET\r\n$1\r\na\r\n";

function lines({ messages }: Trace): string[] {
  return messages.map(({ connection, direction, label }) =>
    direction === "requests" ? `${connection} > ${label}` : `${connection} < ${label}`,
  );
}

test("a trace tells what a client and a real Redis said, in order, with times and sizes", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp", server: "redis" });
  const client = redis.open(wire.address, { connectionName: "teller" });
  await client.ping();
  wire.restartTrace();
  await client.set("balance", 7);
  await client.incr("balance");
  const trace = wire.trace();
  assert.deepEqual(lines(trace), [
    "teller > SET balance 7",
    "teller < OK",
    "teller > INCR balance",
    "teller < 8",
  ]);
  let last = 0;
  for (const { at, arrivedAt, bytes, server, setup } of trace.messages) {
    assert.ok(at >= last && arrivedAt !== null && arrivedAt >= at);
    assert.ok(bytes > 0 && server === "redis" && !setup);
    last = at;
  }
  assert.deepEqual(JSON.parse(JSON.stringify(trace)), trace);
});

test("what a client library does by itself is set-up, and counted apart", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp" });
  const client = redis.open(wire.address, { username: "default", password: "hunter2" });
  await client.incr("hits");
  const { messages } = wire.trace();
  assert.deepEqual(
    messages.filter(({ setup }) => !setup).map(({ label }) => label),
    ["INCR hits", "1"],
  );
  assert.ok(messages.some(({ setup }) => setup));
  assert.doesNotMatch(JSON.stringify(messages), /hunter2/);
  const { requests, replies } = wire.counts();
  assert.deepEqual({ requests, replies }, { requests: 1, replies: 1 });
});

test("the name that a lab gives its clients counts more than their own", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp", client: "teller" });
  using caller = new Caller(wire.address);
  caller.say("CLIENT SETNAME somebody\r\nGET a\r\n");
  await caller.hears("$-1");
  assert.deepEqual(
    [...new Set(wire.trace().messages.map(({ connection }) => connection))],
    ["teller"],
  );
});

test("a message that is cut off has not arrived, and the fault is marked", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp", client: "teller" });
  using caller = new Caller(wire.address);
  wire.cut("replies");
  caller.say(SET);
  await until("the reply", () => wire.trace().messages.length === 2);
  const [request, reply] = wire.trace().messages;
  assert.ok(request?.arrivedAt !== null);
  assert.equal(reply?.arrivedAt, null);
  wire.note("the client still waits");
  wire.heal();
  await caller.hears("+OK");
  assert.ok(wire.trace().messages[1]?.arrivedAt !== null);
  assert.deepEqual(
    wire.trace().marks.map(({ kind, label }) => [kind, label]),
    [
      ["fault", "cut, replies"],
      ["note", "the client still waits"],
      ["note", "healed"],
    ],
  );
});

test("what a server says to a client that is gone never arrives", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp" });
  const observer = redis.open(redis.target);
  using caller = new Caller(wire.address);
  caller.say("SUBSCRIBE news\r\n");
  await caller.hears("subscribe");
  wire.halfOpen({ gone: "client" });
  assert.equal(await observer.publish("news", "hello"), 1);
  await until("the message", () => wire.trace().messages.length === 3);
  wire.heal();
  await until("the server's end", async () => (await observer.publish("news", "bye")) === 0);
  assert.equal(wire.trace().messages[2]?.arrivedAt, null);
});

test("a hold after one request lets exactly the first command of a pipeline pass", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp" });
  const observer = redis.open(redis.target);
  using caller = new Caller(wire.address);
  wire.after({ requests: 1 }).hold();
  caller.say(SET + GET + GET);
  await wire.held();
  await caller.hears("+OK");
  assert.equal(await observer.get("a"), "1");
  wire.after({ requests: 1 }).hold();
  await caller.hears("+OK\r\n$1\r\n1");
  await wire.held();
  assert.deepEqual(lines(wire.trace()).slice(-2), ["client 1 < OK", 'client 1 < "1"']);
  wire.release();
  await until("the last reply", () => wire.trace().messages.length === 6);
  const held = wire.trace().marks.find(({ label }) => label === "held after 1 request");
  assert.equal(held?.connection, "client 1");
});

test("a command that is written in two pieces counts as one request", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp" });
  using caller = new Caller(wire.address);
  caller.say(SET.slice(0, 10));
  await until("the first piece", () => wire.counts().requestBytes === 10);
  wire.after({ requests: 1 }).hold();
  caller.say(SET.slice(10) + GET);
  await wire.held();
  await caller.hears("+OK");
  assert.equal(wire.counts().requestBytes, SET.length);
});

test("a reset in place of the second reply delivers the first", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp" });
  const observer = redis.open(redis.target);
  using caller = new Caller(wire.address);
  wire.after({ replies: 1 }).reset();
  caller.say(SET + GET + SET.replace("\n1\r", "\n2\r"));
  await caller.ends("reset");
  assert.equal(caller.heard.toString(), "+OK\r\n");
  await until("the third command", async () => (await observer.get("a")) === "2");
});

test("messages can only be counted, and a trace only be had, where the link traces", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  assert.throws(() => wire.after({ requests: 1 }), /trace/);
  assert.throws(() => wire.trace(), /trace/);
  wire.note("nobody writes this down");
});

test("a trace tells what fetch and an HTTP server said, without tokens", async () => {
  await using server = createServer((asked, response) => {
    asked.resume();
    response.writeHead(asked.url === "/" ? 200 : 404).end("an answer");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await using wire = await link({ host: "127.0.0.1", port }, { trace: "http", client: "browser" });
  const url = `http://127.0.0.1:${wire.address.port}`;
  const headers = { authorization: "Bearer hunter2" };
  await (await fetch(`${url}/`, { method: "POST", body: "a question", headers })).text();
  await (await fetch(`${url}/lost?token=hunter2`)).text();
  assert.deepEqual(lines(wire.trace()), [
    "browser > POST / [authorization ***]",
    "browser < 200 OK",
    "browser > GET /lost?token=***",
    "browser < 404 Not Found",
  ]);
  assert.equal(wire.counts().roundTrips, 2);
});

test("a full trace counts what comes after", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target, { trace: "resp" });
  using caller = new Caller(wire.address);
  caller.say("INCR hits\r\n".repeat(1_500));
  await until("all replies", () => wire.counts().replies === 1_500);
  const { messages, beyond } = wire.trace();
  assert.equal(messages.length, 2_000);
  assert.equal(beyond, 1_000);
});

test("the traces of two links are one story", async () => {
  await using redis = await redisServer();
  const tracing = { trace: "resp", server: "redis" } as const;
  await using one = await link(redis.target, { ...tracing, client: "alice" });
  await using other = await link(redis.target, { ...tracing, client: "bob" });
  using alice = new Caller(one.address);
  using bob = new Caller(other.address);
  for (const caller of [alice, bob, alice]) {
    caller.heard = Buffer.alloc(0);
    caller.say("INCR hits\r\n");
    await caller.hears("\r\n");
  }
  const merged = mergeTraces(other.trace(), one.trace());
  assert.deepEqual(lines(merged), [
    "alice > INCR hits",
    "alice < 1",
    "bob > INCR hits",
    "bob < 2",
    "alice > INCR hits",
    "alice < 3",
  ]);
  assert.equal(merged.startedAt, one.trace().startedAt);
});
