import assert from "node:assert/strict";
import { test } from "node:test";
import { http } from "./http.ts";
import { labels, read } from "./reading.ts";

const requests = () => http().requests;

/** Decoders of a connection on which these methods were asked. */
function after(...methods: string[]) {
  const decoders = http();
  for (const method of methods)
    read(decoders.requests, Buffer.from(`${method} / HTTP/1.1\r\n\r\n`));
  return decoders;
}

const replies = (methods: string[], stream: string) =>
  labels(() => after(...methods).replies, stream);

test("requests are their request lines, bodies included", () => {
  const stream =
    "GET /users/7?page=2 HTTP/1.1\r\nHost: x\r\n\r\n" +
    "POST /orders HTTP/1.1\r\nContent-Length: 5\r\nIdempotency-Key: a1\r\n\r\nhello" +
    "PUT /file HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n" +
    "0\r\nTrailer: x\r\n\r\n" +
    "DELETE /file HTTP/1.1\r\n\r\n";
  assert.deepEqual(labels(requests, stream), [
    "GET /users/7?page=2",
    "POST /orders [idempotency-key a1]",
    "PUT /file",
    "DELETE /file",
  ]);
});

test("responses are their status lines, and those without a body have none", () => {
  const stream =
    "HTTP/1.1 100 Continue\r\n\r\n" +
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: "a"\r\n\r\nok' +
    "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" +
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n" +
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
  assert.deepEqual(replies(["GET", "HEAD", "GET", "GET"], stream), [
    "100 Continue",
    '200 OK [etag "a"]',
    "200 OK",
    "304 Not Modified",
    "429 Too Many Requests [retry-after 1]",
  ]);
});

test("an event stream and a body without a length are shown as they come", () => {
  const events =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  const { replies } = after("GET", "GET");
  assert.deepEqual(
    read(replies, Buffer.from(`${events}9\r\ndata: 1\n\n\r\n`)).map(({ label }) => label),
    ["200 OK", "9 bytes"],
  );
  assert.deepEqual(
    read(replies, Buffer.from("0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello")).map(({ label }) => label),
    ["end", "200 OK", "5 bytes"],
  );
});

test("tokens and cookies are masked", () => {
  const request =
    "GET /a?access_token=hunter2&page=2 HTTP/1.1\r\nAuthorization: Bearer hunter2\r\nCookie: a=hunter2\r\n\r\n";
  const response =
    "HTTP/1.1 302 Found\r\nSet-Cookie: a=hunter2\r\nLocation: https://bob:hunter2@x/?code=hunter2\r\nContent-Length: 0\r\n\r\n";
  assert.deepEqual(labels(requests, request), [
    "GET /a?access_token=***&page=2 [authorization ***] [cookie ***]",
  ]);
  assert.deepEqual(replies(["GET"], response), [
    "302 Found [location https://***@x/?code=***] [set-cookie ***]",
  ]);
});

/** A frame as a server sends it, or, with a mask, as a client does. */
function frame(first: number, payload: string, mask?: number[]): Buffer {
  const bytes = Buffer.from(payload);
  const length =
    bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 0xff];
  if (mask) length[0] = (length[0] as number) | 0x80;
  const body = mask ? bytes.map((byte, at) => byte ^ (mask[at % 4] as number)) : bytes;
  return Buffer.concat([Buffer.from([first, ...length, ...(mask ?? [])]), body]);
}

/** Decoders of a connection that has become a WebSocket. */
function upgraded() {
  const decoders = after("GET");
  read(
    decoders.replies,
    Buffer.from("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
  );
  return decoders;
}

test("after an upgrade WebSocket frames are read both ways", () => {
  const mask = [1, 2, 3, 250];
  const sent = [
    frame(0x81, "hello", mask),
    frame(0x82, "x".repeat(300), mask),
    frame(0x01, "first", mask),
    frame(0x80, "last", mask),
    frame(0x88, "\x03\xe8", mask),
  ];
  // The code of a close is two bytes; written as UTF-8 the second would be two.
  sent[4] = Buffer.concat([Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8])]);
  assert.deepEqual(
    labels(() => upgraded().requests, Buffer.concat(sent)),
    [
      "text hello",
      "binary 300 bytes",
      "text (to be continued) first",
      "continued 4 bytes",
      "close 1000",
    ],
  );
  const heard = [
    frame(0x81, '{"token": "hunter2", "n": 1}'),
    frame(0xc1, "zipped"),
    frame(0x89, ""),
    frame(0x8a, ""),
    frame(0x88, ""),
  ];
  assert.deepEqual(
    labels(() => upgraded().replies, Buffer.concat(heard)),
    ['text {"token": "***", "n": 1}', "text 6 bytes", "ping", "pong", "close"],
  );
});

test("after another upgrade only sizes are told", () => {
  const { requests, replies } = after("GET");
  read(replies, Buffer.from("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"));
  assert.equal(read(requests, Buffer.from("PRI * HTTP/2.0"))[0]?.label, "14 bytes");
});
