// The site as plain files: what it weighs, whether everybody can use it, and that it reads on without
// a studio.

import assert from "node:assert/strict";
import { globSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { builtSite } from "../../studio/build.ts";
import { complaintsOf, launch, noBrowser, PATIENCE_MS } from "./browser.ts";
import { builtAtLeastOnce, ROOT } from "./open.ts";
import { servePlainFiles } from "./plain-files.ts";

const KILOBYTE = 1_000;
const LAB = "/labs/caching/redis-transactions/optimistic-locking/";
/** Its compose file has the longest lines. */
const WIDE_LAB = "/labs/messaging/rabbitmq/consumer-acknowledgements/";
const ARTICLE = "/articles/databases/transactions-isolation/";
const EVIDENCE = "labs/databases/sql-basics/isolation-anomalies/evidence.json";
const LISTS = [
  "/",
  "/roadmap/",
  "/labs/",
  "/labs/caching/",
  "/systems/",
  "/articles/",
  "/404.html",
];
const WIDTHS = [1440, 1024, 390];

suite("the site as plain files", { skip: noBrowser }, () => {
  let site: Awaited<ReturnType<typeof servePlainFiles>>;
  let browser: Browser;

  before(async () => {
    await builtAtLeastOnce();
    site = await servePlainFiles();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  /** A new window on a path. */
  async function visit(path: string, options = {}): Promise<Page> {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(site.origin + path, { waitUntil: "networkidle" });
    return page;
  }

  /** The bytes, gzipped, of all that a first visit of a page fetches. */
  async function weigh(path: string): Promise<number> {
    const page = await browser.newPage();
    const bodies: Promise<number>[] = [];
    page.on("response", (answer) => {
      const size = answer.body().then((body) => gzipSync(body).length);
      bodies.push(size.catch(() => 0));
    });
    await page.goto(site.origin + path, { waitUntil: "networkidle" });
    const sizes = await Promise.all(bodies);
    await page.close();
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  test("the first load is at most 45 kB, and the heaviest lab at most 90 kB", async (t) => {
    const pages = globSync("labs/*/*/*/index.html", { cwd: builtSite(ROOT) });
    const size = (page: string) => statSync(`${builtSite(ROOT)}/${page}`).size;
    const [heaviest = ""] = pages.toSorted((a, b) => size(b) - size(a));
    const lab = `/${heaviest.replace("index.html", "")}`;
    for (const [path, most] of [
      ["/", 45],
      ["/roadmap/", 90],
      [lab, 90],
    ] as const) {
      const kilobytes = (await weigh(path)) / KILOBYTE;
      t.diagnostic(`${path}: ${kilobytes.toFixed(1)} kB`);
      assert.ok(kilobytes <= most, `${path} weighs ${kilobytes.toFixed(1)} kB, of at most ${most}`);
    }
  });

  for (const [colorScheme, width] of [
    ["light", 1440],
    ["dark", 390],
  ] as const) {
    test(`axe finds nothing serious on any page: ${colorScheme}, ${width} wide`, async () => {
      const axe = createRequire(import.meta.url).resolve("axe-core");
      for (const path of [...LISTS, ARTICLE, LAB]) {
        const page = await visit(path, { colorScheme, viewport: { width, height: 900 } });
        await page.evaluate(readFileSync(axe, "utf8")); // the page's policy forbids a script tag
        assert.deepEqual(await seriousIn(page), [], path);
        if (path === LAB) {
          await page.getByRole("button", { name: "show me instead" }).click();
          assert.deepEqual(await seriousIn(page), [], `${path}, with its answer`);
        }
        await page.close();
      }
    });
  }

  test("no page is wider than its window, and no script complains", async () => {
    for (const path of [...LISTS, ARTICLE, LAB, WIDE_LAB]) {
      for (const width of WIDTHS) {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const complaints = complaintsOf(page);
        await page.goto(site.origin + path, { waitUntil: "networkidle" });
        await page.evaluate(
          'document.querySelectorAll("main details").forEach((one) => (one.open = true))',
        );
        const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert.ok(Number(beyond) <= 0, `${path} at ${width}: ${beyond} pixels too wide`);
        // That there is no studio is what a request for one tells, and the browser notes it.
        const own = complaints.filter((text) => !/404/.test(text));
        assert.deepEqual(own, [], `${path} at ${width}`);
        await page.close();
      }
    }
  });

  test("an article shows numbers of evidence, code of the labs and their matrices", async () => {
    const page = await visit(ARTICLE);
    const numbers = page.locator(".prose .measured");
    assert.ok((await numbers.count()) > 5);
    assert.equal(await page.locator(".prose .measured.open").count(), 0, "each has been recorded");
    assert.match((await numbers.first().getAttribute("title")) ?? "", /recorded .* on /);
    const { measures } = JSON.parse(readFileSync(join(ROOT, EVIDENCE), "utf8"));
    const { median } = measures["doctors on call"]["repeatable-read"];
    assert.equal(await numbers.first().textContent(), String(median));
    await page.getByText("async function transact").waitFor();
    assert.equal(await page.locator(".prose table[data-matrix], .prose .matrix").count(), 2);
    await page.close();
  });

  test("without a studio a guess is compared with the author's run, and is remembered", async () => {
    const page = await visit(LAB);
    assert.equal(await page.locator(".verdict").count(), 0);
    for (const cell of await page.locator(".ask .kept").all()) await cell.click();
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText(/You had \d of \d right/).waitFor();
    assert.ok((await page.getByText("you said kept").count()) > 0);
    await page.reload();
    await page.locator(".verdict").first().waitFor();
    const knob = page.getByLabel("clients", { exact: true });
    await knob.fill("4");
    await knob.press("Tab");
    await page.getByText("npx pareto run optimistic-locking clients=4").waitFor();
    await page.close();
  });

  test("without scripts the matrix is simply there", async () => {
    const page = await visit(LAB, { javaScriptEnabled: false });
    assert.ok(await page.locator(".verdict").first().isVisible());
    await page.close();
  });

  test("the keyboard alone finds a lab and reaches its tabs", async () => {
    const page = await visit("/");
    await page.keyboard.press("/");
    await page.keyboard.type("watch");
    await page.locator(".search-box a").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/labs\//);
    await page.goto(site.origin + LAB);
    await page.locator("#code [role=tab][aria-selected=true]").focus();
    await page.keyboard.press("Home");
    const chosen = page.locator("#code [role=tab][aria-selected=true]");
    assert.equal((await chosen.textContent())?.trim(), "naive");
    await page.keyboard.press("ArrowLeft");
    assert.equal((await chosen.textContent())?.trim(), "lab.ts");
    await page.close();
  });

  test("a phone reaches every part of the site by its menu", async () => {
    const page = await visit("/", { viewport: { width: 390, height: 844 } });
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("link", { name: "Roadmap" }).first().click();
    await page.waitForURL(/\/roadmap\//);
    await page.close();
  });
});

/** What axe finds that is serious or worse: the rule, and where. */
async function seriousIn(page: Page): Promise<string[]> {
  const found = (await page.evaluate("axe.run().then((all) => all.violations)")) as Violation[];
  const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(" ")}`),
  );
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}
