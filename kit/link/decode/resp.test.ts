import assert from "node:assert/strict";
import { test } from "node:test";
import { labels, read } from "./reading.ts";
import { resp } from "./resp.ts";

/** A command as clients send it: an array of bulk strings. */
function command(...words: string[]): string {
  const strings = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${strings.join("")}`;
}

const requests = () => resp().requests;
const replies = () => resp().replies;

test("commands are their words, with the command in capitals", () => {
  const stream = command("set", "account:7", "8") + command("GET", "Zürich") + command("PING");
  assert.deepEqual(labels(requests, stream), ["SET account:7 8", "GET Zürich", "PING"]);
});

test("words with blanks, long words and many words stay on one short line", () => {
  const many = Array.from({ length: 20 }, (_, index) => `k${index}`);
  const stream =
    command("SET", "a b", "\r\n") + command("SET", "k", "x".repeat(200)) + command("DEL", ...many);
  assert.deepEqual(labels(requests, stream), [
    'SET "a b" "\\r\\n"',
    `SET k ${"x".repeat(48)}...`,
    "DEL k0 k1 k2 k3 k4 k5 k6 k7 k8 k9 k10 ... 21 words",
  ]);
});

test("inline commands are read as well", () => {
  assert.deepEqual(labels(requests, "PING hello\r\nQUIT\r\n"), ["PING hello", "QUIT"]);
});

test("replies of RESP2 are read", () => {
  const stream =
    "+OK\r\n-ERR no such key\r\n:7\r\n$1\r\n7\r\n$-1\r\n*-1\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n*0\r\n";
  assert.deepEqual(labels(replies, stream), [
    "OK",
    "ERR no such key",
    "7",
    '"7"',
    "nil",
    "nil",
    '["a", [1]]',
    "[]",
  ]);
});

test("replies of RESP3 are read, and an attribute belongs to the reply after it", () => {
  const stream =
    "%1\r\n+a\r\n:1\r\n_\r\n#t\r\n#f\r\n,1.5\r\n(12345678901234567890\r\n!5\r\nERR x\r\n=7\r\ntxt:abc\r\n" +
    "|1\r\n+ttl\r\n:10\r\n:42\r\n>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n~2\r\n:1\r\n:2\r\n";
  assert.deepEqual(labels(replies, stream), [
    "{a: 1}",
    "nil",
    "true",
    "false",
    "1.5",
    "12345678901234567890",
    "ERR x",
    '"abc"',
    "42",
    'push ["message", "c", "hi"]',
    "[1, 2]",
  ]);
});

test("a long string and a long list are cut, and their length is told", () => {
  const list = `*100\r\n${":1\r\n".repeat(100)}`;
  assert.deepEqual(labels(replies, `$1000\r\n${"x".repeat(1000)}\r\n${list}`), [
    `"${"x".repeat(48)}..." 1,000 bytes`,
    "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ... 100 items]",
  ]);
});

test("passwords of AUTH, HELLO, ACL, CONFIG and MIGRATE are masked", () => {
  const stream = [
    command("auth", "hunter2"),
    command("AUTH", "bob", "hunter2"),
    command("HELLO", "3", "AUTH", "bob", "hunter2", "SETNAME", "teller"),
    command("ACL", "SETUSER", "bob", ">hunter2"),
    command("CONFIG", "SET", "requirepass", "hunter2"),
    command("CONFIG", "SET", "maxmemory", "1mb"),
    command("MIGRATE", "host", "1", "k", "0", "5", "AUTH2", "bob", "hunter2"),
    "AUTH hunter2\r\n",
  ].join("");
  const found = labels(requests, stream);
  assert.doesNotMatch(found.join(), /hunter2/);
  assert.equal(found[2], "HELLO 3 AUTH *** *** SETNAME teller");
  assert.equal(found[5], "CONFIG SET maxmemory 1mb");
});

test("what a client says before its first real command is set-up, and so are the answers", () => {
  const { requests, replies } = resp();
  const asked = read(
    requests,
    Buffer.from(
      command("hello", "3") + command("client", "setname", "teller") + command("GET", "a"),
    ),
  );
  const answered = read(replies, Buffer.from("%0\r\n>1\r\n+news\r\n+OK\r\n$1\r\n7\r\n"));
  assert.deepEqual(
    asked.map(({ setup = false }) => setup),
    [true, true, false],
  );
  assert.equal(asked[1]?.name, "teller");
  assert.deepEqual(
    answered.map(({ setup = false }) => setup),
    [true, false, true, false],
  );
});
