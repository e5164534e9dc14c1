import assert from "node:assert/strict";
import { test } from "node:test";
import { amqp } from "./amqp.ts";
import { labels, read } from "./reading.ts";

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const HEARTBEAT = 8;

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const start = Buffer.alloc(7);
  start.writeUInt8(type);
  start.writeUInt16BE(channel, 1);
  start.writeUInt32BE(payload.length, 3);
  return Buffer.concat([start, payload, Buffer.from([0xce])]);
}

function method(group: number, number: number, ...args: Buffer[]): Buffer {
  const numbers = Buffer.from([0, group, 0, number]);
  return frame(METHOD, 1, Buffer.concat([numbers, ...args]));
}

function short(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

function long(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

function content(bytes: number, ...bodies: number[]): Buffer[] {
  const header = Buffer.alloc(14);
  header.writeUInt16BE(60);
  header.writeBigUInt64BE(BigInt(bytes), 4);
  return [frame(HEADER, 1, header), ...bodies.map((size) => frame(BODY, 1, Buffer.alloc(size)))];
}

const ticket = Buffer.alloc(2);
const deliveryTag = Buffer.from([0, 0, 0, 0, 0, 0, 0, 9]);
const publish = method(60, 40, ticket, short("orders"), short("paid"), Buffer.from([0]));
const requests = () => amqp().requests;

test("methods are named, with their most telling arguments", () => {
  const stream = [
    method(50, 10, ticket, short("jobs"), Buffer.from([0]), Buffer.alloc(4)),
    method(60, 80, deliveryTag, Buffer.from([1])),
    method(60, 120, deliveryTag, Buffer.from([2])),
    method(20, 40, Buffer.from([1, 0x94]), short("NOT_FOUND"), Buffer.alloc(4)),
  ];
  assert.deepEqual(labels(requests, Buffer.concat(stream)), [
    "Queue.Declare jobs",
    "Basic.Ack 9 multiple",
    "Basic.Nack 9",
    "Channel.Close 404 NOT_FOUND",
  ]);
});

test("a message is its method, header and bodies", () => {
  const deliver = method(
    60,
    60,
    short("c"),
    deliveryTag,
    Buffer.from([0]),
    short(""),
    short("jobs"),
  );
  const stream = [publish, ...content(10, 6, 4), publish, ...content(0), deliver, ...content(3, 3)];
  assert.deepEqual(labels(requests, Buffer.concat(stream)), [
    "Basic.Publish orders paid, 10 bytes",
    "Basic.Publish orders paid, 0 bytes",
    'Basic.Deliver 9 "" jobs, 3 bytes',
  ]);
});

test("a large body is not kept", () => {
  const stream = Buffer.concat([publish, ...content(300_000, 131_064, 131_064, 37_872)]);
  assert.deepEqual(labels(requests, stream), ["Basic.Publish orders paid, 300,000 bytes"]);
});

test("the start is set-up, tells the connection's name and no password", () => {
  const properties = long(`${short("connection_name")}S${long("teller")}`);
  const startOk = [properties, short("PLAIN"), long("\0bob\0hunter2"), short("en_US")];
  const messages = read(
    requests(),
    Buffer.concat([
      Buffer.from("AMQP\0\0\x09\x01"),
      method(10, 11, ...startOk),
      method(10, 21, long("hunter2")),
      method(20, 10, short("")),
      publish,
      ...content(0),
    ]),
  );
  assert.deepEqual(
    messages.map(({ label, setup = false }) => [label, setup]),
    [
      ["AMQP 0-9-1", true],
      ["Connection.StartOk ***", true],
      ["Connection.SecureOk ***", true],
      ["Channel.Open", true],
      ["Basic.Publish orders paid, 0 bytes", false],
    ],
  );
  assert.equal(messages[1]?.name, "teller");
});

test("a heartbeat is a message of its own, and part of one that it comes into", () => {
  const heartbeat = frame(HEARTBEAT, 0, Buffer.alloc(0));
  const [header, body] = content(4, 4) as [Buffer, Buffer];
  const stream = Buffer.concat([heartbeat, publish, header, heartbeat, body]);
  assert.deepEqual(labels(requests, stream), [
    "heartbeat",
    "Basic.Publish orders paid, 4 bytes, heartbeat",
  ]);
});
