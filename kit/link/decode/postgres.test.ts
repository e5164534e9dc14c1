import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decoders } from "./message.ts";
import { postgres } from "./postgres.ts";
import { labels, read } from "./reading.ts";

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A message of a letter, a length and its parts; without a letter, as at the start. */
function message(type: string, ...parts: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

const startup = message(
  "",
  int32(196_608),
  "user\0app\0database\0bank\0application_name\0teller\0\0",
);
const ready = (state = "I") => message("Z", state);
const authenticated = Buffer.concat([
  message("R", int32(0)),
  message("S", "server_version\x0018\0"),
  message("K", int32(1), int32(2)),
  ready(),
]);

/** Decoders of a connection that is ready for queries. */
function opened(): Decoders {
  const decoders = postgres();
  read(decoders.requests, startup);
  read(decoders.replies, authenticated);
  return decoders;
}

const asked = (stream: Buffer[]) => labels(() => opened().requests, Buffer.concat(stream));
const answered = (stream: Buffer[]) => labels(() => opened().replies, Buffer.concat(stream));

test("the start of a connection is set-up, tells the client's name and no password", () => {
  const { requests, replies } = postgres();
  const [start] = read(requests, startup);
  assert.deepEqual(start, {
    label: "Startup user=app database=bank",
    bytes: startup.length,
    name: "teller",
    setup: true,
  });
  const [asks] = read(replies, message("R", int32(10), "SCRAM-SHA-256\0\0"));
  assert.equal(asks?.label, "asks for SASL");
  const [password] = read(requests, message("p", "SCRAM-SHA-256\0hunter2"));
  assert.equal(password?.label, "password ***");
  const [done] = read(replies, Buffer.concat([message("R", int32(12), "v=x"), authenticated]));
  assert.equal(done?.label, "SASL is done, authenticated");
  assert.ok(asks?.setup && password?.setup && done?.setup);
});

test("a simple query is its text, on one line", () => {
  assert.deepEqual(asked([message("Q", "select *\n  from account\0"), message("X")]), [
    "select * from account",
    "Terminate",
  ]);
});

test("an extended query up to its Sync is one message", () => {
  const statement = message("P", "\0select $1::int\0\0\0");
  const named = message("B", "\0balance_of\0\0\0\0\0\0\0");
  const unnamed = message("B", "\0\0\0\0\0\0\0\0");
  const rest = [message("D", "P\0"), message("E", "\0\0\0\0\0"), message("S")];
  assert.deepEqual(asked([statement, unnamed, ...rest, named, ...rest, message("S")]), [
    "select $1::int",
    "Execute balance_of",
    "Sync",
  ]);
});

test("a reply runs up to ReadyForQuery: what was done, its first row, the transaction's state", () => {
  const row = (value: string) => message("D", "\0\x02", int32(value.length), value, int32(-1));
  const stream = [
    ...[message("T", "\0\0"), row("7"), row("8"), message("C", "SELECT 2\0"), ready()],
    ...[message("C", "BEGIN\0"), ready("T")],
    ...[message("E", "SERROR\0VERROR\0C23505\0Mduplicate key\0\0"), ready("E")],
    ...[message("I"), ready()],
    message("A", int32(7), "news\0hi\0"),
  ];
  assert.deepEqual(answered(stream), [
    "SELECT 2: 7, NULL",
    "BEGIN (in transaction)",
    "ERROR 23505 duplicate key (failed transaction)",
    "ready",
    "NOTIFY news",
  ]);
});

test("the values of a column whose name tells of a secret are masked", () => {
  const column = (name: string) => `${name}\0${"\0".repeat(18)}`;
  const columns = message("T", "\0\x02", column("user"), column("password_hash"));
  const row = message("D", "\0\x02", int32(3), "ann", int32(4), "1234");
  const stream = [columns, row, message("C", "SELECT 1\0"), ready()];
  assert.deepEqual(answered(stream), ["SELECT 1: ann, ***"]);
});

test("a fatal error is a message although nothing follows it", () => {
  const fatal = message("E", "SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0");
  assert.deepEqual(answered([fatal]), ["ERROR 57P01 terminating connection"]);
});

test("a COPY is one message each way", () => {
  assert.deepEqual(answered([message("G", "\0\0\0"), message("C", "COPY 2\0"), ready()]), [
    "copies in",
    "COPY 2",
  ]);
  const rows = Array.from({ length: 50 }, () => message("d", "1\tx\n"));
  assert.deepEqual(asked([...rows, message("c")]), ["CopyData; CopyDone"]);
});

test("passwords in SQL are masked", () => {
  const stream = [
    message("Q", "create role bob password 'it''s hunter2'\0"),
    message("Q", "select dblink('host=x password=hunter2')\0"),
    message("Q", "select password from account\0"),
  ];
  assert.deepEqual(asked(stream), [
    "create role bob password ***",
    "select dblink('host=x password=***')",
    "select password from account",
  ]);
});

test("an encrypted connection is told by its sizes", () => {
  const { requests, replies } = postgres();
  const [asks] = read(requests, message("", int32(80_877_103)));
  const [agrees] = read(replies, Buffer.from("S"));
  assert.deepEqual([asks?.label, agrees?.label], ["SSLRequest", "TLS"]);
  assert.equal(read(requests, Buffer.from("\x16\x03\x01 hello"))[0]?.label, "9 bytes");
});

test("a refused encryption leads back to a plain start", () => {
  const { requests, replies } = postgres();
  read(requests, message("", int32(80_877_103)));
  assert.equal(read(replies, Buffer.from("N"))[0]?.label, "no TLS");
  assert.equal(read(requests, startup)[0]?.label, "Startup user=app database=bank");
});
