import assert from "node:assert/strict";
import { test } from "node:test";
import { spacetimeText } from "./text.ts";
import { traceOf } from "./traces.ts";

/** The lines of a diagram. */
function drawn(...args: Parameters<typeof spacetimeText>): string[] {
  return spacetimeText(...args)
    .trimEnd()
    .split("\n");
}

test("two clients and their server are drawn, time running down", () => {
  const trace = traceOf([
    "alice > GET a @ 0.1",
    "bob > GET a @ 0.2",
    'alice < "7" @ 0.3',
    'bob < "7" @ 0.4',
  ]);
  assert.deepEqual(drawn(trace), [
    "      ms       alice                                 redis                                 bob",
    "    0.10         |-------------- GET a --------------->|                                    |",
    "    0.20         |                                     |<-------------- GET a --------------|",
    '    0.30         |<--------------- "7" ----------------|                                    |',
    '    0.40         |                                     |--------------- "7" --------------->|',
  ]);
});

test("a message that is overtaken leaves on one line and arrives on another", () => {
  const trace = traceOf(["alice > SET a 1 @ 1..3", "bob > SET a 2 @ 2"]);
  const [, leaves, other, arrives] = drawn(trace);
  assert.match(leaves ?? "", /1\.00 +\|-+ SET a 1 -+\.\.\.\|/);
  assert.match(other ?? "", /2\.00 +\| +\|<-+ SET a 2 -+\|/);
  assert.match(arrives ?? "", /3\.00 +\|\.\.\.-+ SET a 1 -+>\|/);
});

test("a client's pipelined commands keep their order, and are whole arrows", () => {
  const trace = traceOf(["alice > MULTI @ 1..1.3", "alice > EXEC @ 1.1..1.4"]);
  assert.equal(drawn(trace).length, 3);
});

test("a message that has not arrived ends in x, and a fault goes across", () => {
  const trace = traceOf(
    ["alice > INCR a @ 1", "alice < 8 @ 3..never"],
    [{ at: 2, label: "cut, replies" }],
  );
  const [, , fault, lost] = drawn(trace);
  assert.match(fault ?? "", /2\.00 +\|=+ cut, replies =+\|$/);
  assert.match(lost ?? "", /3\.00 +\| {3}x-+ 8 -+\|$/);
});

test("beyond 40 messages the middle is folded, but not what surrounds a fault or the highlight", () => {
  const lines = Array.from({ length: 200 }, (_, index) => `alice > PING ${index} @ ${index}`);
  const trace = traceOf(lines, [{ at: 100.5, label: "reset" }]);
  const diagram = spacetimeText(trace, { highlight: { message: 150, label: "the arms part" } });
  assert.equal(diagram.match(/PING/g)?.length, 39);
  assert.match(diagram, /PING 99 .*\n.*PING 100 .*\n.*= reset =.*\n.*PING 101 .*\n.*PING 102 /);
  assert.match(diagram, /\n> the arms part\n> 150\.00 .* PING 150 /);
  assert.match(diagram, /: +\d+ more messages +:/);
  const told = [...diagram.matchAll(/(\d+) more messages?/g)].map(([, count]) => Number(count));
  assert.equal(39 + told.reduce((sum, count) => sum + count), 200);
  assert.match(diagram, /PING 199 /);
});

test("connection set-up is left out, and the diagram says so", () => {
  const trace = traceOf(["alice > HELLO 3 @ 1", "alice > GET a @ 2"]);
  trace.messages[0]!.setup = true;
  trace.beyond = 7;
  const diagram = spacetimeText(trace);
  assert.doesNotMatch(diagram, /HELLO/);
  assert.match(diagram, /1 message that sets up a connection is left out\./);
  assert.match(diagram, /7 more came after the trace was full\./);
  assert.match(spacetimeText(trace, { setup: true }), /HELLO/);
});

test("more than five clients share lifelines, and no line is longer than 100 columns", () => {
  const lines = Array.from(
    { length: 36 },
    (_, index) => `client ${(index % 9) + 1} > PING @ ${index}`,
  );
  const diagram = spacetimeText(traceOf(lines));
  assert.match(diagram, /client 1 .*client 4 +5 others/);
  for (const line of diagram.split("\n")) assert.ok(line.length <= 100);
  assert.match(diagram, /^[\x20-\x7e\n]*$/);
});

test("an empty trace is a sentence", () => {
  assert.equal(spacetimeText(traceOf([])), "Nothing has crossed the link.\n");
});

test("a fault before any message is drawn as well", () => {
  assert.match(spacetimeText(traceOf([], [{ at: 1, label: "cut" }])), /1\.00 .* cut/);
});
