import assert from "node:assert/strict";
import { test } from "node:test";
import { spacetimeSvg } from "./svg.ts";
import { traceOf } from "./traces.ts";

const trace = traceOf(
  [
    "alice > SET a 1 @ 1..4",
    "bob > GET a @ 2",
    'bob < <b>"7" & more</b> @ 3',
    "alice < OK @ 6..never",
  ],
  [{ at: 5, label: "cut, replies" }],
);

test("every tag is closed, and what was said is text, escaped", () => {
  const svg = spacetimeSvg(trace);
  const open: string[] = [];
  for (const [, slash, name, , closed] of svg.matchAll(
    /<(\/?)([a-z]+)((?:[^<>"]|"[^"]*")*?)(\/?)>/g,
  )) {
    if (slash) assert.equal(open.pop(), name);
    else if (!closed) open.push(String(name));
  }
  assert.deepEqual(open, []);
  assert.match(svg, /&lt;b&gt;&quot;7&quot; &amp; more&lt;\/b&gt;<\/text>/);
  assert.match(svg, /<text class="name"[^>]*>alice<\/text>/);
  assert.match(svg, /<text class="label fault-label"[^>]*>cut, replies<\/text>/);
});

test("a message that is overtaken is one long arrow, a lost one ends in a cross", () => {
  const arrows = [...spacetimeSvg(trace).matchAll(/class="arrow" d="M(\d+) (\d+)L(\d+) (\d+)/g)];
  const falls = arrows.map(([, , from, , to]) => Number(to) - Number(from));
  assert.equal(arrows.length, 4);
  assert.ok(Number(falls[0]) > 2 * Number(falls[1]));
  assert.equal(spacetimeSvg(trace).match(/l10 10m0 -10l-10 10/g)?.length, 1);
});

test("colours come from the page's variables, with a light and a dark one of its own", () => {
  const svg = spacetimeSvg(trace);
  for (const [colour] of svg.matchAll(/(?:stroke|fill|color):(?!light dark)[^;}]*#[^;}]*/g)) {
    assert.match(colour, /:var\(--[a-z0-9-]+, light-dark\(#\w{6}, #\w{6}\)\)$/);
  }
});

test("a highlight is a band with its reason", () => {
  const svg = spacetimeSvg(trace, { highlight: { message: 1, label: "the arms part" } });
  assert.equal(svg.match(/class="band"/g)?.length, 1);
  assert.match(svg, />the arms part<\/text>/);
  assert.doesNotMatch(spacetimeSvg(trace), /class="band"/);
});

test("a thousand messages are folded into a drawing of about forty rows", () => {
  const lines = Array.from({ length: 1_000 }, (_, index) => `alice > PING @ ${index}`);
  const svg = spacetimeSvg(traceOf(lines));
  assert.equal(svg.match(/class="arrow"/g)?.length, 40);
  assert.match(svg, /960 more messages/);
});
