import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openCatalog } from "../catalog/catalog.ts";
import { needsOf } from "./needs.ts";

const catalog = openCatalog(fileURLToPath(new URL("..", import.meta.url)));
const lab = (slug: string) => catalog.bySlug(slug)!;

test("a lab needs the servers that its code imports, and no other", async () => {
  const names = async (slug: string) => (await needsOf(lab(slug))).map(({ service }) => service);
  assert.deepEqual(await names("optimistic-locking"), ["redis"]);
  assert.deepEqual(await names("isolation-anomalies"), ["postgres"]);
});

test("what the machine lacks is told with the command that gets it", async (t) => {
  const path = process.env.PATH;
  t.after(() => {
    process.env.PATH = path;
  });
  process.env.PATH = "/nowhere";
  const [need] = await needsOf(lab("optimistic-locking"));
  assert.equal(need?.version, undefined);
  assert.match(need?.problem ?? "", /no redis-server on this machine/);
  assert.equal(need?.command, "npx pareto install redis");
});
