import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { Random } from "../random.ts";
import { until } from "../until.ts";
import { type Link, link } from "./link.ts";
import { tcpServer } from "./servers.ts";

const MEBIBYTE = 1024 * 1024;

/** Random bytes in chunks of random lengths, from one byte to some hundred kilobytes. */
function* noise(random: Random, chunks: number): Generator<Buffer> {
  for (let chunk = 0; chunk < chunks; chunk++) {
    const bytes = Buffer.alloc(Math.ceil(2 ** random.integer(0, 18) * random.next()));
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.integer(0, 255);
    yield bytes;
  }
}

/** Writes at the socket's pace, with other turns of the event loop in between, and ends it. */
async function pour(socket: Socket, chunks: Iterable<Buffer>, random: Random): Promise<string> {
  const hash = createHash("sha256");
  for (const chunk of chunks) {
    hash.update(chunk);
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once("drain", resolve));
    if (random.chance(0.5)) await new Promise(setImmediate);
  }
  socket.end();
  return hash.digest("hex");
}

async function hashOf(socket: Socket): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of socket) hash.update(chunk);
  return hash.digest("hex");
}

/** Both sides talk at once; returns what each said and what the other heard, as hashes. */
async function converse(seed: number, disturb: (wire: Link, random: Random) => void) {
  const random = new Random(seed);
  const { promise, resolve } = Promise.withResolvers<Socket>();
  await using server = await tcpServer(resolve);
  await using wire = await link(server.address, { seed });
  const client = connect({ ...wire.address, allowHalfOpen: true });
  const far = await promise;
  const disturbing = setInterval(() => disturb(wire, random), 2);
  const [asked, answered, heardAnswer, heardQuestion] = await Promise.all([
    pour(client, noise(new Random(seed * 2), 100), random),
    pour(far, noise(new Random(seed * 2 + 1), 100), random),
    hashOf(client),
    hashOf(far),
  ]);
  clearInterval(disturbing);
  return { said: [asked, answered], heard: [heardQuestion, heardAnswer] };
}

for (const seed of [1, 2, 3, 4]) {
  test(`random chunks both ways arrive byte for byte (seed ${seed})`, async () => {
    const { said, heard } = await converse(seed, () => {});
    assert.deepEqual(heard, said);
  });

  test(`they also do while the link is slowed, cut, held and healed (seed ${seed})`, async () => {
    const { said, heard } = await converse(seed, (wire, random) => {
      random.pick([
        () => wire.delay({ ms: 2, jitterMs: 2 }),
        () => wire.throttle({ bytesPerSecond: 20_000_000 }),
        () => wire.cut(random.pick(["requests", "replies"])),
        () => wire.after({ replyBytes: random.integer(0, 5_000) }).hold(),
        () => wire.after({ requestBytes: random.integer(0, 5_000) }).cut(),
        () => wire.release(),
        () => wire.heal(),
        () => wire.heal(),
      ])();
    });
    assert.deepEqual(heard, said);
  });
}

test("HTTP requests with bodies, chunked replies and kept connections pass unharmed", async () => {
  const body = Buffer.concat([...noise(new Random(7), 10)]);
  await using server = createServer(async (asked, response) => {
    for await (const chunk of asked) response.write(chunk);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await using wire = await link({ host: "127.0.0.1", port });
  for (let turn = 0; turn < 3; turn++) {
    const response = await new Promise<IncomingMessage>((resolve) => {
      request({ ...wire.address, method: "POST" }, resolve).end(body);
    });
    assert.deepEqual(await buffer(response), body);
  }
  assert.equal(wire.counts().connections, 1);
});

/** Waits until a sender has come to a stop, or has sent all. */
async function standstill(sender: Socket, all: number): Promise<void> {
  let last = -1;
  let unchanged = 0;
  await until("the sender to stop", () => {
    unchanged = sender.bytesWritten === last ? unchanged + 1 : 0;
    last = sender.bytesWritten;
    return unchanged === 25 || last >= all;
  });
}

for (const fault of ["a client that does not read", "a cut link"] as const) {
  test(`a server that sends 128 MiB to ${fault} has to wait`, async () => {
    const chunks = Array.from({ length: 128 }, (_, index) => Buffer.alloc(MEBIBYTE, index));
    await using server = await tcpServer((socket) => pour(socket, chunks, new Random(1)));
    await using wire = await link(server.address);
    if (fault === "a cut link") wire.cut("replies");
    const client = connect({ ...wire.address });
    client.pause();
    const sender = await until("the connection", () => server.sockets[0]);
    await standstill(sender, 128 * MEBIBYTE);
    // The kernel keeps some MiB for each of the two connections, the link at most one.
    assert.ok(sender.bytesWritten < 40 * MEBIBYTE, `it has sent ${sender.bytesWritten}`);
    wire.heal();
    const sum = createHash("sha256");
    for (const chunk of chunks) sum.update(chunk);
    assert.equal(await hashOf(client), sum.digest("hex"));
  });
}
