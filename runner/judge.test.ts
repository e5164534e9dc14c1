import assert from "node:assert/strict";
import { test } from "node:test";
import type { Description } from "../contracts/description.ts";
import { judge, type Tried } from "./judge.ts";

const lab: Description = {
  title: "A lab",
  question: "Does the judge see it?",
  services: {},
  knobs: {},
  arms: ["naive", "pattern"],
  claims: { "It holds": { brokenBy: ["naive"] } },
  measures: { count: "" },
  deadlineSeconds: 1,
};

/** A trial of an arm in which the claim was kept or not. */
function trial(arm: string, round: number, kept: boolean, count = 1, ratio?: number): Tried {
  const ratios: Record<string, number> = ratio === undefined ? {} : { "It is faster": ratio };
  const verdicts = { "It holds": kept };
  return { arm, round, judged: { finding: {}, verdicts, ratios, measures: { count } } };
}

const asDeclared = [1, 2, 3].flatMap((round) => [
  trial("naive", round, false, round),
  trial("pattern", round, true),
]);

test("a matrix as declared has no differences", () => {
  const { verdicts, differences } = judge(lab, lab.arms, asDeclared);
  assert.deepEqual(verdicts, { "It holds": { naive: "broken", pattern: "kept" } });
  assert.deepEqual(differences, []);
});

test("one round that differs is enough, and the verdict is neither kept nor broken", () => {
  const trials = [...asDeclared.slice(0, 5), trial("pattern", 3, false)];
  const { verdicts, differences } = judge(lab, lab.arms, trials);
  assert.equal(verdicts["It holds"]?.pattern, "inconclusive");
  assert.deepEqual(differences[0]?.found, ["kept", "kept", "broken"]);
});

test("the warm-up's verdicts count and its numbers do not", () => {
  const warmUp = [trial("naive", 0, true, 1_000), trial("pattern", 0, true, 1_000)];
  const { measures, differences } = judge(lab, lab.arms, [...warmUp, ...asDeclared]);
  assert.equal(measures.count?.naive?.median, 2);
  assert.equal(measures.count?.naive?.n, 3);
  assert.equal(differences.length, 1);
});

test("an arm that was left out is not judged", () => {
  const { verdicts } = judge(lab, ["pattern"], asDeclared);
  assert.deepEqual(verdicts["It holds"], { pattern: "kept" });
});

test("of the reader's own arm nothing is declared", () => {
  const trials = [...asDeclared, trial("yours", 1, false)];
  const { verdicts, differences } = judge(lab, [...lab.arms, "yours"], trials);
  assert.equal(verdicts["It holds"]?.yours, "broken");
  assert.deepEqual(differences, []);
});

const timed: Description = {
  ...lab,
  claims: { "It is faster": { brokenBy: ["naive"], ratio: { to: "pattern", atMost: 1.5 } } },
};

/** Eight rounds in which the naive arm takes `times` as long as the pattern. */
function rounds(times: (round: number) => number): Tried[] {
  return Array.from({ length: 8 }, (_, index) => index + 1).flatMap((round) => [
    trial("naive", round, true, 1, times(round)),
    trial("pattern", round, true, 1, 1),
  ]);
}

test("a ratio that is clearly above its limit breaks the claim", () => {
  const { verdicts, ratios, differences } = judge(
    timed,
    timed.arms,
    rounds((n) => 2 + n / 100),
  );
  assert.deepEqual(verdicts["It is faster"], { naive: "broken", pattern: "kept" });
  assert.ok((ratios[0]?.low ?? 0) > 2);
  assert.deepEqual(differences, []);
});

test("a ratio whose interval holds the limit is inconclusive, which is not as declared", () => {
  const { verdicts, differences } = judge(
    timed,
    timed.arms,
    rounds((n) => (n % 2 ? 1.2 : 1.8)),
  );
  assert.equal(verdicts["It is faster"]?.naive, "inconclusive");
  assert.equal(differences.length, 1);
});

test("a ratio without the arm to compare to is inconclusive", () => {
  const only = rounds(() => 2).filter(({ arm }) => arm === "naive");
  assert.equal(judge(timed, ["naive"], only).verdicts["It is faster"]?.naive, "inconclusive");
});
