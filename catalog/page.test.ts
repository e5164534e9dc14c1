import assert from "node:assert/strict";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Page } from "./page.ts";

function pageOf(text: string): Page {
  using folder = mkdtempDisposableSync(join(tmpdir(), "pareto-page-"));
  writeFileSync(join(folder.path, "page.md"), text);
  return new Page(join(folder.path, "page.md"));
}

test("code is no prose, whatever it looks like", () => {
  const page = pageOf(
    "## One\n\n```\n## Two\n[a](b)\n```\n\n- item\n\n  ~~~~\n  ~~~\n  more\n  ~~~~\n",
  );
  assert.deepEqual(page.headings, [{ line: 1, text: "## One" }]);
  assert.deepEqual(
    page.paragraphs.map(({ text }) => text),
    ["- item"],
  );
});

test("a paragraph goes on to the next empty line or item, and has the links of all its lines", () => {
  const page = pageOf("## One\nfirst\n[second](https://a.b)\n- third <https://c.d>\n\n1. last\n");
  assert.deepEqual(page.paragraphs, [
    { line: 2, section: "One", text: "first [second](https://a.b)", links: ["https://a.b"] },
    { line: 4, section: "One", text: "- third <https://c.d>", links: ["https://c.d"] },
    { line: 6, section: "One", text: "1. last", links: [] },
  ]);
});

test("front matter is no prose, and a rule between paragraphs is neither", () => {
  const page = pageOf("---\ntitle: Counting\nlabs: [one, two]\n---\n\nfirst\n\n---\n\nsecond\n");
  assert.equal(page.title, "Counting");
  assert.deepEqual(page.labs, ["one", "two"]);
  assert.deepEqual(
    page.paragraphs.map(({ line }) => line),
    [6, 10],
  );
});
