import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../random.ts";
import { size } from "./message.ts";
import { decodersFor, type Protocol } from "./protocols.ts";
import { noise } from "./reading.ts";

const PROTOCOLS: Protocol[] = ["amqp", "bytes", "http", "kafka", "postgres", "resp", "websocket"];

/** The start of a real conversation, so that noise also meets decoders that are under way. */
const GREETINGS: Record<Protocol, [request: string, reply: string]> = {
  amqp: ["AMQP\0\0\x09\x01", "\x01\0\0\0\0\0\x04\0\x0a\0\x33\xce"],
  bytes: ["", ""],
  http: ["GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
  kafka: ["\0\0\0\x0a\0\x12\0\x04\0\0\0\x01\0\0", "\0\0\0\x04\0\0\0\x01"],
  postgres: ["\0\0\0\x09\0\x03\0\0\0", "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"],
  resp: ["*1\r\n$4\r\nPING\r\n", "+PONG\r\n"],
  websocket: ["GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n"],
};

for (const protocol of PROTOCOLS) {
  test(`${protocol} never throws on noise, and tells no more bytes than there were`, () => {
    const random = new Random(1);
    for (let round = 0; round < 300; round++) {
      const decoders = decodersFor(protocol);
      const told = { requests: 0, replies: 0 };
      const fed = { requests: 0, replies: 0 };
      const feed = (direction: "requests" | "replies", chunk: Buffer) => {
        fed[direction] += chunk.length;
        for (const { bytes } of decoders[direction].push(chunk)) told[direction] += bytes;
        assert.ok(told[direction] <= fed[direction]);
      };
      if (random.chance(0.7)) {
        feed("requests", Buffer.from(GREETINGS[protocol][0], "latin1"));
        feed("replies", Buffer.from(GREETINGS[protocol][1], "latin1"));
      }
      for (let turn = 0; turn < 6; turn++)
        feed(random.pick(["requests", "replies"]), noise(random));
    }
  });

  test(`${protocol} goes on by sizes once it has lost the thread`, () => {
    const { requests } = decodersFor(protocol);
    const garbage = Buffer.alloc(200, 0xff);
    const [lost] = requests.push(garbage);
    assert.match(lost?.label ?? "", /^200 bytes/);
    assert.equal(lost?.bytes, 200);
    assert.deepEqual(requests.push(Buffer.from("GET")), [{ label: size(3), bytes: 3 }]);
  });
}

test("what came before the garbage is not lost from the count", () => {
  const { replies } = decodersFor("resp");
  assert.deepEqual(replies.push(Buffer.from("+OK\r\n$5\r\nhel")), [{ label: "OK", bytes: 5 }]);
  const [lost] = replies.push(Buffer.from("lo\r\n\x00\x01"));
  assert.equal(lost?.bytes, 7 + 6);
});
