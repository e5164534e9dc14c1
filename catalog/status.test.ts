import assert from "node:assert/strict";
import { cpSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { evidenceOf, ID } from "../test/fixtures/rules/evidence.ts";
import { type Catalog, openCatalog } from "./catalog.ts";
import { list } from "./list.ts";
import { next } from "./next.ts";
import { status } from "./status.ts";

/** The project of the fixtures, with evidence for its lab where that is wanted. */
function read<Answer>(recorded: boolean, ask: (catalog: Catalog) => Answer): Answer {
  using project = mkdtempDisposableSync(join(tmpdir(), "pareto-status-"));
  cpSync(resolve(import.meta.dirname, "../test/fixtures/rules"), project.path, { recursive: true });
  const folder = join(project.path, "labs", ID);
  const evidence = JSON.stringify(evidenceOf(folder));
  if (recorded) writeFileSync(join(folder, "evidence.json"), evidence);
  return ask(openCatalog(project.path));
}

test("a list goes week by week and tells what is built from what is verified", () => {
  const rows = (recorded: boolean) =>
    read(recorded, list).map(({ slug, week, state }) => `${week} ${slug} ${state}`);
  assert.deepEqual(rows(true), [
    "1 lost-update verified",
    "1 counting verified",
    "2 expiry designed",
    "2 signed-counter designed",
    "2 checkout designed",
    "2 expiring designed",
  ]);
  assert.deepEqual(rows(false).slice(0, 2), ["1 lost-update built", "1 counting built"]);
});

test("a row has title and question from the lab itself, and says what keeps it from verified", () => {
  const [row] = read(false, list);
  assert.equal(row?.title, "A lost update");
  assert.equal(row.question, "How many additions are lost?");
  assert.equal(row.unverified, "it has never been recorded");
});

test("status counts what is designed, built and verified, and stand-ins apart", () => {
  const { labs, systems, articles, emulated, weeks, phases, categories } = read(true, status);
  assert.deepEqual(labs, { designed: 2, built: 1, verified: 1 });
  assert.deepEqual(systems, { designed: 1, built: 0, verified: 0 });
  assert.deepEqual(articles, { designed: 2, built: 1, verified: 1 });
  assert.deepEqual(emulated, { designed: 1, built: 0, verified: 0 });
  assert.deepEqual(weeks[1], {
    ...{ week: 2, title: "The second week", phase: "The only phase" },
    ...{ designed: 3, built: 0, verified: 0 },
  });
  assert.deepEqual(phases, [{ title: "The only phase", designed: 5, built: 2, verified: 2 }]);
  assert.equal(categories[0]?.designed, 4);
});

test("status names what is built and not verified, with the reason", () => {
  assert.deepEqual(read(true, status).open, []);
  assert.deepEqual(read(false, status).open, [
    { id: ID, why: "it has never been recorded" },
    { id: "caching/counting", why: "its lab lost-update is not verified" },
  ]);
});

test("next builds what stands on verified labs, and teaches what is not learnt", () => {
  const { verify, build, learn } = read(true, next);
  assert.deepEqual(verify, []);
  assert.deepEqual(
    build.map(({ slug, why }) => [slug, why]),
    [
      ["expiry", "week 2, Counters"],
      ["signed-counter", "week 2, Counters"],
      ["checkout", "week 2, Shop; all labs under it are verified"],
    ],
  );
  assert.deepEqual(
    learn.map(({ id }) => id),
    [ID, "caching/counting"],
  );
  const learnt = read(true, (catalog) => next(catalog, 1, new Set([ID])));
  assert.equal(learnt.learn[0]?.id, "caching/counting");
});

test("next asks for evidence first, and for no system before its labs", () => {
  const { verify, build } = read(false, (catalog) => next(catalog, 9));
  assert.deepEqual(
    verify.map(({ id }) => id),
    [ID, "caching/counting"],
  );
  assert.deepEqual(
    build.map(({ slug }) => slug),
    ["expiry", "signed-counter"],
  );
});
