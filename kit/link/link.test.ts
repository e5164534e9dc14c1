import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../until.ts";
import { link } from "./link.ts";
import { Caller, echoServer, redisServer, tcpServer } from "./servers.ts";

test("a healthy link carries the commands and replies of a real Redis", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address);
  assert.equal(await client.set("balance", 7), "OK");
  assert.equal(await client.get("balance"), "7");
  assert.equal(await redis.open(redis.target).get("balance"), "7");
});

test("a link counts connections, bytes each way and round trips", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  using one = new Caller(wire.address);
  using other = new Caller(wire.address);
  for (const caller of [one, other]) {
    caller.say("first");
    await caller.hears("first");
    caller.say("second");
    await caller.hears("second");
  }
  assert.deepEqual(wire.counts(), {
    connections: 2,
    requestBytes: 22,
    replyBytes: 22,
    roundTrips: 4,
  });
});

test("requests that no reply comes between are one round trip", async () => {
  await using silent = await tcpServer((socket) => socket.resume());
  await using wire = await link(silent.address);
  using caller = new Caller(wire.address);
  for (const bytes of [1, 2, 3]) {
    caller.say("?");
    await until("the request", () => wire.counts().requestBytes === bytes);
  }
  assert.equal(wire.counts().roundTrips, 1);
});

test("a pipeline of a hundred commands is one round trip", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address);
  await client.ping();
  const before = wire.counts().roundTrips;
  const pipeline = client.pipeline();
  for (let turn = 0; turn < 100; turn++) pipeline.incr("hits");
  await pipeline.exec();
  assert.equal(wire.counts().roundTrips - before, 1);
});

test("a delay of 20 ms each way makes a round trip at least 40 ms long", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address);
  await client.ping();
  wire.delay({ ms: 20 });
  const start = performance.now();
  await client.ping();
  assert.ok(performance.now() - start >= 40);
});

test("a delay of replies alone lets the request arrive before", async () => {
  await using echo = await tcpServer((socket) => socket.pipe(socket));
  await using wire = await link(echo.address);
  using caller = new Caller(wire.address);
  wire.delay({ ms: 60_000 }, "replies");
  caller.say("question");
  await until("the request", () => echo.sockets[0]?.bytesRead === 8);
  assert.equal(caller.heard.length, 0);
  wire.heal();
  await caller.hears("question");
});

test("a jittered delay keeps the order of bytes", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  using caller = new Caller(wire.address);
  wire.delay({ ms: 3, jitterMs: 3 });
  let said = "";
  for (let turn = 0; turn < 50; turn++) {
    said += `${turn} `;
    caller.say(`${turn} `);
    await new Promise(setImmediate);
  }
  await until("all of it", () => caller.heard.length === said.length);
  assert.equal(caller.heard.toString(), said);
});

test("a throttled link takes at least as long as its bandwidth says", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  using caller = new Caller(wire.address);
  wire.throttle({ bytesPerSecond: 1_000_000 }, "requests");
  const start = performance.now();
  caller.say(Buffer.alloc(100_000));
  await until("all of it", () => caller.heard.length === 100_000);
  // Two pieces of 10 ms may go ahead of their time: the first, and one that is caught up.
  assert.ok(performance.now() - start >= 80);
});

test("a cut link lets no command through and tells nobody, until it heals", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address);
  const observer = redis.open(redis.target);
  await client.set("balance", 7);
  wire.cut();
  const late = client.set("balance", 8);
  assert.equal(await observer.get("balance"), "7");
  assert.equal(client.status, "ready");
  wire.heal();
  assert.equal(await late, "OK");
  assert.equal(await observer.get("balance"), "8");
});

test("a link cut for replies alone delivers the command and not its answer", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address);
  const observer = redis.open(redis.target);
  await client.set("balance", 7);
  wire.cut("replies");
  let answered = false;
  const answer = client.incr("balance").then(() => {
    answered = true;
  });
  await until("the command", async () => (await observer.get("balance")) === "8");
  assert.equal(answered, false);
  wire.heal();
  await answer;
});

test("a link cut for requests alone still brings what the server says by itself", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const subscriber = redis.open(wire.address);
  const observer = redis.open(redis.target);
  const heard: string[] = [];
  subscriber.on("message", (_channel, message) => heard.push(message));
  await subscriber.subscribe("news");
  wire.cut("requests");
  const unheard = subscriber.subscribe("weather");
  await observer.publish("news", "hello");
  await until("the message", () => heard.includes("hello"));
  assert.equal(await observer.publish("weather", "rain"), 0);
  wire.heal();
  await unheard;
});

test("a connection that is opened through a cut link reaches the server only when it heals", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  wire.cut();
  using caller = new Caller(wire.address);
  caller.say("hello");
  await until("the connection", () => wire.counts().connections === 1);
  assert.equal(echo.sockets.length, 0);
  wire.heal();
  await caller.hears("hello");
});

test("a client that leaves while the link is cut stays connected in the server's eyes", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const observer = redis.open(redis.target);
  const listed = async () => String(await observer.client("LIST")).includes("name=leaver");
  using caller = new Caller(wire.address);
  caller.say("CLIENT SETNAME leaver\r\n");
  await caller.hears("+OK");
  wire.cut();
  caller.socket.destroy();
  assert.ok(await listed());
  wire.heal();
  await until("the server's end", async () => !(await listed()));
});

test("a reset reaches both ends of every connection", async () => {
  const errors: string[] = [];
  await using server = await tcpServer((socket) =>
    socket.on("error", (error: NodeJS.ErrnoException) => errors.push(String(error.code))),
  );
  await using wire = await link(server.address);
  using one = new Caller(wire.address);
  using other = new Caller(wire.address);
  await until("both connections", () => server.sockets.length === 2);
  wire.reset();
  await one.ends("reset");
  await other.ends("reset");
  await until("both errors", () => errors.length === 2);
  assert.deepEqual(errors, ["ECONNRESET", "ECONNRESET"]);
});

test("a client reconnects through a link that was reset", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address);
  await client.set("balance", 7);
  wire.reset();
  assert.equal(await client.get("balance"), "7");
  assert.equal(wire.counts().connections, 2);
});

test("a server keeps a half-open connection whose client is gone, until the link heals", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const options = { connectionName: "ghost", retryStrategy: () => null };
  const client = redis.open(wire.address, options);
  const observer = redis.open(redis.target);
  const listed = async () => String(await observer.client("LIST")).includes("name=ghost");
  await client.ping();
  wire.halfOpen({ gone: "client" });
  await until("the client's end", () => client.status === "end");
  assert.ok(await listed());
  wire.heal();
  await until("the server's end", async () => !(await listed()));
});

test("a client keeps a half-open connection whose server is gone, until the link heals", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  using caller = new Caller(wire.address);
  caller.say("hello");
  await caller.hears("hello");
  wire.halfOpen({ gone: "server" });
  await until("the server's end", () => echo.sockets[0]?.destroyed);
  caller.say("anybody?");
  assert.equal(caller.ending, undefined);
  wire.heal();
  await caller.ends("reset");
  assert.equal(caller.heard.toString(), "hello");
});

test("a slow close delivers the bytes at once and the end later", async () => {
  await using server = await tcpServer((socket) => socket.end("goodbye"));
  await using wire = await link(server.address);
  wire.closeSlowly({ ms: 60_000 });
  using caller = new Caller(wire.address);
  await caller.hears("goodbye");
  assert.equal(caller.ending, undefined);
  wire.closeSlowly({ ms: 0 });
  await caller.ends("end");
});

test("a client that ends its side first still gets the whole reply", async () => {
  await using server = await tcpServer((socket) => {
    socket.resume();
    socket.on("end", () => socket.end("the reply"));
  });
  await using wire = await link(server.address);
  using caller = new Caller(wire.address);
  caller.socket.end("the request");
  await caller.ends("end");
  assert.equal(caller.heard.toString(), "the reply");
});

test("a server that is killed is gone for the client too", async () => {
  await using redis = await redisServer();
  await using wire = await link(redis.target);
  const client = redis.open(wire.address, { retryStrategy: () => null });
  await client.ping();
  redis.child.kill("SIGKILL");
  await until("the client's end", () => client.status === "end");
});

test("a server that is not there is a reset for the client", async () => {
  const server = await echoServer();
  await server[Symbol.asyncDispose]();
  await using wire = await link(server.address);
  using caller = new Caller(wire.address);
  await caller.ends("reset");
});

test("a link that is closed closes its connections and its port", async () => {
  await using echo = await echoServer();
  const wire = await link(echo.address);
  using caller = new Caller(wire.address);
  caller.say("hello");
  await caller.hears("hello");
  await wire[Symbol.asyncDispose]();
  await until("the client's end", () => caller.ending !== undefined);
  using late = new Caller(wire.address);
  await until("the refusal", () => late.socket.destroyed);
});

test("a fault that makes no sense is refused", async () => {
  await using echo = await echoServer();
  await using wire = await link(echo.address);
  assert.throws(() => wire.delay({ ms: -1 }), RangeError);
  assert.throws(() => wire.delay({ ms: 1, jitterMs: 2 }), RangeError);
  assert.throws(() => wire.throttle({ bytesPerSecond: 0 }), RangeError);
  assert.throws(() => wire.closeSlowly({ ms: Number.NaN }), RangeError);
  assert.throws(() => wire.after({ replyBytes: -1 }), RangeError);
});
