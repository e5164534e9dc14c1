// Every rule against a project with one flaw: it finds that flaw, and no rule finds anything else.

import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { openCatalog } from "./catalog.ts";
import { allRules, check } from "./check.ts";

const PROJECT = resolve(import.meta.dirname, "../test/fixtures/rules");
const COUNTERS = "curriculum/labs/caching/counters.yaml";
const ARTICLES = "curriculum/articles/caching.yaml";
const SHOP = "curriculum/systems/shop.yaml";
const FOLDER = "labs/caching/counters/lost-update";
const LAB = `${FOLDER}/lab.ts`;
const PAGE = `${FOLDER}/README.md`;
const TWICE = "  - {slug: expiry, week: 2, title: A, question: B?}\n\n  - slug: e";

/** One change to a project in order. */
interface Flaw {
  readonly file: string;
  /** What is replaced in the file, once. A file without it is new; without `by` it is removed. */
  readonly text?: string;
  readonly by?: string;
  /** Where a violation must be: a line of the file, or of another one. */
  readonly at: number | string;
}

const FLAWS: Readonly<Record<string, readonly Flaw[]>> = {
  "claim-without-control": [
    { file: LAB, text: ', brokenBy: ["naive"]', by: ", brokenBy: []", at: 34 },
    { file: LAB, text: ', brokenBy: ["naive"]', by: "", at: 34 },
  ],
  "curriculum-form": [
    { file: COUNTERS, text: "week: 2", by: "week: two", at: 1 },
    { file: COUNTERS, text: "  - slug: e", by: TWICE, at: 1 },
    { file: COUNTERS, text: "week: 2", by: "week: 9", at: 7 },
    { file: COUNTERS, text: "[lost-update]", by: "[nothing]", at: 7 },
    { file: COUNTERS, text: "    question: Who has counted?", by: "", at: 29 },
    { file: ARTICLES, text: "[example-lost-counts]", by: "[nothing]", at: 5 },
  ],
  "lab-in-no-week": [
    { file: COUNTERS, text: "  - slug: lost-update\n    week: 1\n", by: "", at: `${LAB}:1` },
  ],
  "lab-without-page": [{ file: PAGE, at: `${LAB}:1` }],
  "links-lead-somewhere": [
    { file: PAGE, text: "../lost-update/", by: "../nothing/", at: 31 },
    { file: PAGE, text: "`expiry`", by: "`nothing`", at: 32 },
  ],
  "long-lab": [{ file: LAB, text: "\n\n", by: "\n".repeat(120), at: 151 }],
  "matters-claim": [{ file: LAB, text: "matters: No", by: "matters: Any", at: 17 }],
  "page-sections": [
    { file: PAGE, text: "## What happens", by: "# A lost update\n\n## What happens", at: 1 },
    { file: PAGE, text: "## What to notice", by: "### What to notice", at: 13 },
    { file: PAGE, text: "Add an arm.", by: "", at: 21 },
  ],
  "question-asks": [{ file: LAB, text: "lost?", by: "lost.", at: 22 }],
  "readable-lab": [
    { file: LAB, text: "arms:", by: "ways:", at: 20 },
    { file: LAB, text: "export default", by: "export const it =", at: 1 },
    { file: LAB, text: "const KEY", by: "const", at: 6 },
  ],
  "reduced-entry": [{ file: COUNTERS, text: "1\n", by: "1\n    title: A lost update\n", at: 3 }],
  "room-imports": [
    { file: "kit/new.ts", by: 'import "../runner/run.ts";', at: 1 },
    { file: "services/new.ts", by: '\nexport * from "#patterns/new";', at: 2 },
    { file: "cli/new.ts", by: 'await import("../site/new.ts");', at: 1 },
    { file: LAB, text: "#kit", by: "../other/lab.ts", at: 3 },
  ],
  "sourced-production": [{ file: PAGE, text: "## Rel", by: "Many do.\n\n## Rel", at: 29 }],
  "stale-evidence": [{ file: `${FOLDER}/evidence.json`, by: "{}", at: 1 }],
  "stray-file": [
    { file: `${FOLDER}/add.lua`, by: "return 1", at: 1 },
    { file: "labs/caching/lab.ts", by: "", at: 1 },
    { file: "articles/new.mdx", by: "", at: 1 },
  ],
  "typed-number": [
    { file: PAGE, text: "an arm.", by: "an arm; it takes 3.5 ms.", at: 23 },
    { file: PAGE, text: "an arm.", by: "an arm.\n\n- 1\n- 5x as fast", at: 26 },
    { file: PAGE, text: "an arm.", by: "an arm for 1.25 attempts.", at: 23 },
  ],
  "unique-slug": [{ file: SHOP, text: "checkout", by: "expiry", at: 3 }],
};

/** What all rules say of a project with a flaw. */
async function checked({ file, text, by }: Partial<Flaw>) {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-check-"));
  cpSync(PROJECT, folder.path, { recursive: true });
  if (file && by === undefined) rmSync(join(folder.path, file));
  else if (file) change(join(folder.path, file), text, by!);
  return await check(openCatalog(folder.path));
}

function change(file: string, text: string | undefined, by: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const before = text === undefined ? "" : readFileSync(file, "utf8");
  assert.ok(before.includes(text ?? ""), `${file} has no ${text}`);
  writeFileSync(file, before.replace(text ?? "", by));
}

test("a project in order breaks no rule", async () => {
  assert.deepEqual(await checked({}), []);
});

for (const [rule, flaws] of Object.entries(FLAWS)) {
  for (const [index, flaw] of flaws.entries()) {
    test(`${rule} finds flaw ${index + 1} of ${flaws.length}, and nothing else`, async () => {
      const found = await checked(flaw);
      const places = found.map(({ file, line }) => `${file}:${line}`);
      const place = typeof flaw.at === "string" ? flaw.at : `${flaw.file}:${flaw.at}`;
      assert.deepEqual([...new Set(found.map((one) => one.rule))], [rule]);
      assert.ok(places.includes(place), `not at ${place}, but at ${places}`);
      for (const { message, remedy, why } of found) assert.ok(message && remedy && why);
    });
  }
}

test("every rule has a flaw that it finds, and the name of its file", async () => {
  const names = (await allRules()).map(({ name }) => name);
  assert.deepEqual(Object.keys(FLAWS), names.sort());
  const files = readdirSync(join(import.meta.dirname, "rules"));
  assert.deepEqual(
    files.sort(),
    names.map((name) => `${name}.ts`),
  );
});
