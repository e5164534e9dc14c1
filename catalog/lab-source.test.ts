import assert from "node:assert/strict";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { test } from "node:test";
import { LabSource, parseLab } from "./lab-source.ts";

const PROJECT = resolve(import.meta.dirname, "../test/fixtures/rules");
const lab = new LabSource(join(PROJECT, "labs/caching/counters/lost-update/lab.ts"));

/** Parses files of one lab; the first is lab.ts. */
function written(main: string, others: Record<string, string> = {}) {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-source-"));
  for (const [name, text] of Object.entries({ ...others, "lab.ts": main })) {
    writeFileSync(join(folder.path, name), text);
  }
  const parsed = parseLab(join(folder.path, "lab.ts"));
  void parsed.source?.parts; // read while the files are there
  return parsed;
}

test("title, question, services, knobs and measures are what the source states", () => {
  assert.equal(lab.title, "A lost update");
  assert.equal(lab.question, "How many additions are lost?");
  assert.deepEqual(lab.services, ["redis"]);
  assert.deepEqual(lab.knobs, { clients: { value: 32 }, pause: { value: 0, from: 0, to: 100 } });
  assert.deepEqual(lab.measures, ["additions lost"]);
  assert.equal(lab.comment, "Two clients add one to a number that each of them has read before.");
});

test("an arm knows the declarations that it is made of", () => {
  const [naive, atomic] = lab.arms;
  assert.deepEqual(naive?.declarations, ["naive"]);
  assert.deepEqual(new Set(atomic?.uses), new Set(["atomic", "Add", "KEY"]));
  const { text, comment } = lab.parts.declaration("atomic")!;
  assert.equal(comment, "Leaves the addition to the server.");
  assert.match(text, /^\/\*\* Leaves.*await client.incr\(KEY\);.*};$/s);
});

test("a property that has the name of a declaration is no use of it", () => {
  const { source } = written(`
    const get = () => 1;
    const one = (client) => client.get({ get: 2 });
    export default lab({ arms: { one } });
  `);
  assert.deepEqual(source?.arms[0]?.uses, ["one"]);
});

test("claims carry the arms that break them", () => {
  const { source } = written(`
    const both = ["a", "b"] as const;
    export default lab({
      claims: {
        plain: { holds: () => true, brokenBy: both },
        "as a ratio": { ratio: (found) => found.ms, to: "a", atMost: 2, brokenBy: ["b"] },
        computed: { holds: () => true, brokenBy: names() },
      },
    });
  `);
  const brief = source?.claims.map(({ claim, brokenBy, to }) => [claim, brokenBy, to]);
  assert.deepEqual(brief, [
    ["plain", ["a", "b"], undefined],
    ["as a ratio", ["b"], "a"],
    ["computed", undefined, undefined],
  ]);
});

test("a line that matters names its claims, its place and the arms that run it", () => {
  const [line] = lab.matters;
  assert.deepEqual(line?.claims, ["No addition is lost"]);
  assert.equal(line?.line, 17);
  assert.deepEqual(line?.arms, ["atomic"]);
});

test("code in another file of the folder belongs to the arm that needs it", () => {
  const { source } = written(
    `import { send } from "./send.ts";
     export default lab({ arms: { direct: { via: send }, other: 1 } });`,
    { "send.ts": "const twice = 2; // matters: one; two\nexport const send = () => twice;" },
  );
  assert.deepEqual(source?.arms[0]?.uses, ["send", "twice"]);
  const [line] = source.matters;
  assert.equal(basename(line!.file), "send.ts");
  assert.deepEqual([line?.line, line?.claims, line?.arms], [1, ["one", "two"], []]);
});

test("what is no lab, and what is no TypeScript, is a problem and not a crash", () => {
  assert.match(written("export const lab = 1;").problem!.text, /exports no lab/);
  const broken = written("\nconst = 2;");
  assert.equal(broken.problem?.line, 2);
});
