import assert from "node:assert/strict";
import { test } from "node:test";
import { kafka } from "./kafka.ts";
import { read } from "./reading.ts";

function framed(...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function request(key: number, version: number, number: number, rest: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeInt16BE(key);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(number, 4);
  const name = Buffer.from("\0\x06teller");
  return framed(header, name, rest);
}

function reply(number: number, rest: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeInt32BE(number);
  return framed(header, rest);
}

test("requests have the name of their API, and so have the replies", () => {
  for (const longest of [1, 10_000]) {
    const { requests, replies } = kafka();
    const asked = [
      request(18, 4, 1, Buffer.alloc(3)),
      request(36, 2, 2, Buffer.from("\0bob\0hunter2")),
      request(0, 9, 3, Buffer.alloc(5_000)),
      request(1, 13, 4, Buffer.alloc(0)),
    ];
    assert.deepEqual(read(requests, Buffer.concat(asked), longest), [
      { label: "ApiVersions v4, 23 bytes", bytes: 23, name: "teller", setup: true },
      { label: "SaslAuthenticate v2, 32 bytes", bytes: 32, name: "teller", setup: true },
      { label: "Produce v9, 5,020 bytes", bytes: 5_020, name: "teller" },
      { label: "Fetch v13, 20 bytes", bytes: 20, name: "teller" },
    ]);
    const answered = [reply(1, Buffer.alloc(10)), reply(4, Buffer.alloc(9_000))];
    assert.deepEqual(read(replies, Buffer.concat(answered), longest), [
      { label: "ApiVersions reply, 18 bytes", bytes: 18, setup: true },
      { label: "Fetch reply, 9,008 bytes", bytes: 9_008 },
    ]);
  }
});

test("requests that are never answered are not kept for ever", () => {
  const { requests, replies } = kafka();
  for (let number = 0; number <= 1_000; number++) {
    read(requests, request(0, 9, number, Buffer.alloc(0)));
  }
  assert.throws(() => read(replies, reply(0, Buffer.alloc(0))));
  assert.equal(read(replies, reply(1_000, Buffer.alloc(0)))[0]?.label, "Produce reply, 8 bytes");
});
