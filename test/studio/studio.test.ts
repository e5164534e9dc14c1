// A reader in a real browser, at the real server, on a real Redis.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { until } from "#kit";
import { redis } from "#services/redis";
import { lacking } from "../lacking.ts";
import { processesIn } from "../processes.ts";
import { complaintsOf, launch, letIn, noBrowser } from "./browser.ts";
import { LabInBrowser } from "./lab-page.ts";
import { openForTest, ROOT, type TestStudio } from "./open.ts";

const FAST = "caching/redis-transactions/multi-exec-basics";
const TURNABLE = "caching/redis-transactions/atomic-inventory-decrement";
const UNSEEN = "caching/redis-transactions/banking-transfer";
const LONG = "caching/redis-transactions/optimistic-locking";

const skip = noBrowser || (await lacking(redis));

suite("the studio", { skip }, () => {
  let open: TestStudio;
  let browser: Browser;
  let context: BrowserContext;
  const lab = (id: string) => LabInBrowser.open(context, open.studio.origin, id);
  const progress = () => JSON.parse(readFileSync(join(open.data, "pareto/progress.json"), "utf8"));

  before(async () => {
    open = await openForTest();
    browser = await launch();
    context = await letIn(browser, open.studio.link);
  });
  after(async () => {
    await browser?.close();
  });

  test("the link lets one browser in, and the token is gone from its address", async () => {
    const [cookie] = await context.cookies();
    assert.equal(cookie?.httpOnly, true);
    assert.equal(cookie?.sameSite, "Strict");
    const other = await browser.newContext();
    const page = await other.newPage();
    await page.goto(`${open.studio.origin}/labs/${FAST}/#token=${open.studio.link.split("=")[1]}`);
    await page.getByText("opened for another browser").waitFor();
    await other.close();
  });

  test("predict: the answer is covered, the guess is scored, and is not asked for again", async () => {
    const one = await lab(FAST);
    const complaints = complaintsOf(one.page);
    assert.equal(await one.verdicts.count(), 0);
    assert.equal(await one.page.locator(".spoils p:visible, .spoils li:visible").count(), 0);
    assert.equal(await one.go.isDisabled(), true);
    await one.expectAllKept();
    await one.go.click();
    await one.says(/As declared.*You had \d+ of \d+ right/);
    const wrong = await one.page.getByText("you said kept").count();
    const { predicted, ran } = progress().labs[FAST];
    assert.equal(predicted.of - predicted.right, wrong);
    assert.ok(wrong > 0, "some arm breaks some claim");
    assert.equal(ran.times, 1);

    await one.page.reload();
    await one.says(/As declared/);
    assert.equal(await one.page.locator(".ask").count(), 0);
    assert.deepEqual(complaints, []);
    await one.page.close();
  });

  test("turn: a knob changes the run, nothing is declared for it, and it joins a curve", async () => {
    const one = await lab(TURNABLE);
    await one.reveal();
    const knob = one.page.getByLabel("buyers", { exact: true });
    await knob.fill("12");
    await knob.press("Tab");
    await one.page.getByRole("button", { name: "Run with these knobs" }).click();
    await one.says(/Observed with knobs turned/);
    assert.match((await one.page.locator("[data-turned]").textContent()) ?? "", /buyers 12/);
    await knob.fill("20");
    await knob.press("Tab");
    await one.go.click();
    await one.says(/round/);
    await one.says(/Observed with knobs turned/);
    await one.page.locator("[data-plot] canvas").first().waitFor();
    assert.equal(progress().labs[TURNABLE].predicted, undefined);
    await one.page.close();
  });

  test("a knob goes no further than its range", async () => {
    const one = await lab(TURNABLE);
    const knob = one.page.getByLabel("buyers", { exact: true });
    await knob.fill("1000000");
    await knob.press("Tab");
    assert.equal(await knob.inputValue(), await knob.getAttribute("max"));
    await one.page.close();
  });

  test("delete the line that matters: its claims fall, in a copy", async () => {
    const file = join(ROOT, "labs", FAST, "lab.ts");
    const source = readFileSync(file, "utf8");
    const one = await lab(FAST);
    await one.page.locator(".cut:visible").first().click();
    await one.says(/Without line \d+ of lab\.ts: .*"No reader sees half an update".* fell/);
    assert.ok((await one.page.locator(".verdict.fallen").count()) > 0);
    assert.ok((await one.page.locator(".line.deleted").count()) > 0);
    assert.equal(readFileSync(file, "utf8"), source);
    await one.page.close();
  });

  test("stop: the run ends, and so does every server that it started", async () => {
    const one = await lab(LONG);
    await one.reveal();
    await one.go.click();
    await one.says(/round 1 of/);
    await one.page.getByRole("button", { name: "Stop" }).click();
    await one.says(/Stopped\. Everything that was started has ended\./);
    assert.deepEqual(ownProcesses(open), []);
    await one.page.close();
  });

  test("a run that was stopped tells no answer, and the guess can be made again", async () => {
    const one = await lab(UNSEEN);
    await one.expectAllKept();
    await one.go.click();
    await one.page.getByRole("button", { name: "Stop" }).click();
    await one.says(/Stopped/);
    assert.equal(await one.verdicts.count(), 0);
    const marked = one.page.locator('.ask [aria-pressed="true"]');
    assert.equal(await marked.count(), await one.page.locator(".ask").count());
    assert.equal(progress().labs[UNSEEN], undefined);
    await one.page.close();
  });

  test("a run outlives a reload of its page, and two tabs see the same", async () => {
    const one = await lab(LONG);
    await one.go.click();
    await one.says(/round 1 of/);
    const other = await lab(LONG);
    await other.says(/round|As declared/);
    await one.page.reload();
    await one.ready();
    await one.says(/round|As declared/);
    await Promise.all([one.says(/As declared/), other.says(/As declared/)]);
    assert.deepEqual(await one.row("No addition is lost"), await other.row("No addition is lost"));
    await one.page.close();
    await other.page.close();
  });

  test("runs wait for each other, and say so", async () => {
    const one = await lab(LONG);
    await one.go.click();
    await one.says(/round 1 of/);
    const other = await lab(TURNABLE);
    await other.go.click();
    await other.says(/1 before it in the queue/);
    await one.page.getByRole("button", { name: "Stop" }).click();
    await other.says(/As declared/);
    await one.page.close();
    await other.page.close();
  });

  test("break: a server is paused while it runs, and the page shows what that did", async () => {
    const one = await lab(LONG);
    const knob = one.page.getByLabel("additions", { exact: true });
    await knob.fill("100"); // a trial that is too long to end before the pause comes
    await knob.press("Tab");
    await one.go.click();
    await one.says(/round 1 of/);
    await one.page.getByRole("button", { name: "pause" }).click();
    await one.page.getByText("broken by you").waitFor();
    await one.page.getByText("Log", { exact: true }).click();
    await one.page.locator("[data-log]", { hasText: "pause redis" }).waitFor();
    await one.page.getByRole("button", { name: "resume" }).click();
    await one.page.locator("[data-log]", { hasText: "resume redis" }).waitFor();
    await one.page.getByText("broken by you").waitFor({ state: "detached" });
    await one.page.getByRole("button", { name: "Stop" }).click();
    await one.says(/Stopped|failed|closed|not|ended/);
    await one.page.close();
  });

  test("trace: what crossed the wire here takes the place of the author's", async () => {
    const one = await lab(LONG);
    const panel = one.page.locator('[data-trace="naive"]');
    const authors = await panel.innerHTML();
    const { times } = progress().labs[LONG].ran;
    await one.page.getByRole("button", { name: "trace it here" }).click();
    await one.says(/Traced on this machine/);
    await one.page.locator("[data-trace] > div svg").first().waitFor({ state: "attached" });
    assert.notEqual(await panel.innerHTML(), authors);
    assert.match(await panel.innerHTML(), /GET account:7:balance/);
    assert.equal(progress().labs[LONG].ran.times, times, "a trace is not a run");
    await one.page.close();
  });

  test("practise: an arm is begun and opened in the reader's editor, once", async () => {
    const opened = join(open.data, "opened");
    const editor = join(open.data, "editor.sh");
    writeFileSync(editor, `#!/bin/sh\necho "$1" >> ${opened}\n`, { mode: 0o755 });
    process.env.PARETO_EDITOR = editor;
    const file = join(open.data, "pareto/practice/multi-exec-basics.ts");
    const one = await lab(FAST);
    const press = one.page.getByRole("button", { name: "Open it in my editor" });
    await press.click();
    await one.page.getByText("Opened:").waitFor();
    assert.match(readFileSync(file, "utf8"), /No reader sees half an update/);
    writeFileSync(file, "// mine\n");
    await press.click();
    await until("both to be opened", () => readFileSync(opened, "utf8") === `${file}\n${file}\n`);
    assert.equal(readFileSync(file, "utf8"), "// mine\n", "what the reader wrote is kept");
    await one.page.close();
  });

  test("practise: the reader's own arm gets a column, and runs when it is saved", async () => {
    const folder = join(open.data, "pareto/practice");
    const file = join(folder, "atomic-inventory-decrement.ts");
    const one = await lab(TURNABLE);
    assert.equal(await one.page.getByRole("button", { name: "Run with yours" }).count(), 0);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, ARM);
    await one.page.reload();
    await one.ready();
    await one.page.getByRole("button", { name: "Run with yours" }).click();
    await one.says(/round/);
    await one.says(/\d rounds/);
    const head = one.page.locator("[data-matrix] thead th").last();
    assert.equal(await head.textContent(), "yours");
    assert.ok(progress().labs[TURNABLE].practised);
    await one.page.getByLabel("run it whenever it is saved").check();
    for (const more of ["// saved again\n", "// and again\n"]) {
      writeFileSync(file, ARM + more);
      await one.says(/round \d of|reading the lab/);
      await one.says(/\d rounds,/);
    }
    await one.page.close();
  });

  test("a record of progress that cannot be read is told, and is not overwritten", async () => {
    const file = join(open.data, "pareto/progress.json");
    const ours = readFileSync(file, "utf8");
    writeFileSync(file, "my shopping list");
    const page = await context.newPage();
    await page.goto(`${open.studio.origin}/labs/${FAST}/`);
    await page.getByText("is not a record of progress").waitFor();
    assert.equal(readFileSync(file, "utf8"), "my shopping list");
    writeFileSync(file, ours);
    await page.close();
  });

  test("the lists show what was done, and the front page what comes next", async () => {
    const page = await context.newPage();
    await page.goto(`${open.studio.origin}/labs/caching/`);
    await page.locator(`[data-done="${FAST}"] .marks`, { hasText: "predicted" }).waitFor();
    await page.goto(open.studio.origin);
    await page.locator('[data-category="caching"] .marks', { hasText: "guessed right" }).waitFor();
    const download = page.waitForEvent("download");
    await page.evaluate("void (location.href = '/api/progress?export')");
    assert.equal((await download).suggestedFilename(), "pareto-progress.json");
    await page.close();
  });

  test("the front page runs its lab in place", async () => {
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(open.studio.origin);
    await page.getByRole("button", { name: "run it here" }).click();
    await page.locator("[data-strip]", { hasText: /As declared|no .* on this machine/ }).waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test("a page that is closed takes its run with it", async () => {
    const one = await lab(LONG);
    await one.go.click();
    await one.says(/round 1 of/);
    await one.page.close();
    const other = await context.newPage();
    await other.goto(open.studio.origin);
    const runs = () =>
      other.evaluate("fetch('/api/session').then((a) => a.json()).then((b) => b.open)");
    const began = Date.now();
    while ((await runs()) !== 0) assert.ok(Date.now() - began < 60_000, "it still runs");
    assert.deepEqual(ownProcesses(open), []);
    await other.close();
  });

  test("closing the studio stops what it started", async () => {
    const one = await lab(LONG);
    await one.go.click();
    await one.says(/round 1 of/);
    assert.ok(processesIn(open.house.launcher.folder).length > 0);
    await open[Symbol.asyncDispose]();
    assert.deepEqual(processesIn(open.house.launcher.folder), []);
  });
});

/** The servers that no other run may use, and the labs themselves, that run now. */
function ownProcesses({ house }: TestStudio): string[] {
  const all = processesIn(house.launcher.folder);
  return all.filter((line) => /redis-server|lab-process/.test(line));
}

/** An arm for the inventory that looks and sells nothing. */
const ARM = `export default async (client) => {
  await client.get("item:7:stock");
  return { sold: false, attempts: 1 };
};
`;
