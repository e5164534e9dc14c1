import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { Curriculum, KINDS, withoutDesigns } from "./curriculum.ts";

const ROOT = resolve(import.meta.dirname, "..");
const curriculum = new Curriculum(ROOT);

/** Labs and articles of each week, as the roadmap promises them; week 0 is the baseline. */
const PROMISED: Record<number, [labs: number, articles: number]> = {
  0: [30, 25],
  1: [15, 3],
  2: [20, 4],
  3: [25, 5],
  4: [10, 13],
  5: [30, 8],
  6: [35, 6],
  7: [25, 10],
  8: [40, 5],
  9: [30, 8],
  10: [35, 6],
  11: [25, 10],
  12: [30, 8],
};

test("every week has the labs and articles that the roadmap promises", () => {
  const weeks = curriculum.roadmap.phases.flatMap(({ weeks }) => weeks);
  const found = weeks.map(({ number }) => {
    const here = curriculum.entries.filter(({ week }) => week === number);
    const count = (kind: string) => here.filter((entry) => entry.kind === kind).length;
    return [number, [count("lab"), count("article")]];
  });
  assert.deepEqual(Object.fromEntries(found), PROMISED);
});

test("an entry has its id from its path and knows its line", () => {
  const entry = curriculum.entry("lab", "caching/redis-transactions/optimistic-locking");
  assert.equal(entry?.week, 1);
  assert.equal(entry.topic, "Redis transactions");
  const line = readFileSync(resolve(ROOT, entry.file), "utf8").split("\n")[
    curriculum.lineOf(entry) - 1
  ];
  assert.equal(line, "  - slug: optimistic-locking");
});

test("reading the entries without their designs loses nothing else", () => {
  for (const file of KINDS.flatMap((kind) => curriculum.files(kind))) {
    const text = readFileSync(resolve(ROOT, file), "utf8");
    const whole = JSON.stringify(parse(text), (key, value) =>
      key === "design" ? undefined : value,
    );
    assert.equal(JSON.stringify(parse(withoutDesigns(text))), whole, file);
  }
});

test("a design is found by its id, and what has none is undefined", () => {
  const design = curriculum.experiment("system", "commerce/flash-sale");
  assert.deepEqual(design?.claims["Not one item is sold twice"], ["naive"]);
  assert.equal(curriculum.essay("caching/none"), undefined);
  assert.equal(curriculum.experiment("lab", "nothing/like/this"), undefined);
});

test("opening a curriculum reads nothing", () => {
  const nowhere = new Curriculum("/nowhere");
  assert.throws(() => nowhere.roadmap, /ENOENT/);
});
