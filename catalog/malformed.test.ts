// Files that somebody has spoilt: whatever a lab's folder, its record or the roadmap holds, reading
// it says what is wrong and never throws. PARETO_FUZZ sets how many are tried, PARETO_SEED which.

import assert from "node:assert/strict";
import { cpSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { Random } from "#kit";
import { UnreadableCurriculum } from "../curriculum/curriculum.ts";
import { evidenceOf, ID } from "../test/fixtures/rules/evidence.ts";
import { openCatalog } from "./catalog.ts";
import { check } from "./check.ts";
import { list } from "./list.ts";
import { next } from "./next.ts";
import { status } from "./status.ts";

const PROJECT = resolve(import.meta.dirname, "../test/fixtures/rules");
const FOLDER = `labs/${ID}`;
const FILES = [
  ...[`${FOLDER}/lab.ts`, `${FOLDER}/README.md`, `${FOLDER}/evidence.json`],
  ...["curriculum/labs/caching/counters.yaml", "curriculum/articles/caching.yaml"],
];
const PIECES = [
  ..."\0 { } [ ] ( ) \" ' ` : - # \n \t \\ /* // ${ => , ; & * ! | >".split(" "),
  ...["null", "NaN", "1e999", "__proto__", "constructor", "</script>", "ÿþ", "💥", "../../etc"],
  ...["export default lab(", "brokenBy: [", "// matters: ", "[a](b)", "- slug: ", "\r\n", "%00"],
];
const CASES = Number(process.env.PARETO_FUZZ ?? 300);

/** The text with one thing wrong: cut short, a part gone, a part twice, or something in between. */
function spoilt(text: string, random: Random): string {
  const from = random.integer(0, text.length);
  const to = Math.min(text.length, from + random.integer(1, 80));
  switch (random.integer(0, 3)) {
    case 0:
      return text.slice(0, from);
    case 1:
      return text.slice(0, from) + text.slice(to);
    case 2:
      return text.slice(0, to) + text.slice(from);
    default:
      return text.slice(0, from) + random.pick(PIECES) + text.slice(from);
  }
}

test(`${CASES} spoilt files are told of and never throw`, { timeout: 300_000 }, async () => {
  const seed = Number(process.env.PARETO_SEED ?? 5);
  const random = new Random(seed);
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-malformed-"));
  cpSync(PROJECT, folder.path, { recursive: true });
  const record = JSON.stringify(evidenceOf(join(folder.path, FOLDER)), undefined, 1);
  writeFileSync(join(folder.path, FOLDER, "evidence.json"), record);
  let told = 0;
  for (let turn = 0; turn < CASES; turn++) {
    const file = join(folder.path, random.pick(FILES));
    const before = readFileSync(file, "utf8");
    const text = spoilt(before, random);
    writeFileSync(file, text);
    try {
      told += (await everything(folder.path)) > 0 ? 1 : 0;
    } catch (error) {
      assert.fail(`seed ${seed}, turn ${turn}, ${file}: ${(error as Error).stack}\n${text}`);
    }
    writeFileSync(file, before);
  }
  assert.ok(told > CASES / 2, `only ${told} of ${CASES} broke a rule`);
});

/** All that reads the project, and how many rules it breaks. */
async function everything(root: string): Promise<number> {
  const catalog = openCatalog(root);
  const violations = await check(catalog);
  try {
    JSON.stringify([list(catalog), status(catalog), next(catalog)]);
  } catch (error) {
    if (!(error instanceof UnreadableCurriculum)) throw error; // a sentence that names the place
  }
  return violations.length;
}
