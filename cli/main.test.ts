import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Random, until } from "#kit";
import { eventSchema } from "../contracts/events.ts";
import { pareto } from "../test/command.ts";
import { processesIn } from "../test/processes.ts";

const folder = mkdtempSync(join(tmpdir(), "pareto-cli-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));
const env = { PARETO_TMP: folder };
const LAB = "isolation-anomalies"; // on the embedded PostgreSQL, so it runs everywhere

test("a lab that does as it declares ends with 0 and prints its matrix", async () => {
  const { out, code } = await pareto(["run", LAB, "--rounds", "1"], env);
  assert.equal(code, 0);
  assert.match(out, /read-committed +repeatable-read +serializable +row-locks/);
  assert.match(out, /One doctor stays on call +✘ +✘ +✔ +✔/);
  assert.ok(!out.includes("\x1b"), "no colour under NO_COLOR");
});

test("--json prints events that fit the schema, the last of which is the end", async () => {
  const { out } = await pareto(["run", LAB, "--rounds", "1", "--json"], env);
  const events = out
    .trim()
    .split("\n")
    .map((line) => eventSchema.parse(JSON.parse(line)));
  assert.equal(events[0]?.kind, "run");
  assert.equal(events.at(-1)?.kind, "end");
});

for (const [name, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  test(`${name} stops everything and ends with ${code}`, async () => {
    const said = await pareto(["run", LAB, "--rounds", "200"], env, async (child) => {
      await once(child.stderr as NodeJS.ReadableStream, "data");
      child.kill(name);
    });
    assert.equal(said.code, code);
    assert.match(said.out, /Stopped\. Everything that was started has ended/);
    await until("all processes to end", () => processesIn(folder).length === 0);
    const runs = readdirSync(join(folder, `pareto-${process.getuid?.()}`));
    assert.deepEqual(
      runs.filter((run) => run.startsWith("run-")),
      [],
    );
  });
}

test("a reader that closes the pipe ends the command without a stack trace", async () => {
  const { err } = await pareto(["run", LAB, "--rounds", "20", "--json"], env, (child) => {
    child.stdout?.once("data", () => child.stdout?.destroy());
  });
  assert.ok(!err.includes("    at "), err);
});

test("errors say what is wrong and what to type, and end with 2", async () => {
  const wrong: [string[], RegExp][] = [
    [["run", "isolation-anomalie"], /nearest: databases\/sql-basics\/isolation-anomalies/],
    [["run", LAB, "doctors"], /"doctors" is not a knob\nTry: clients=64/],
    [["run", LAB, "doctors=0"], /doctors goes from 1 to 20, not 0/],
    [["run", LAB, "nurses=3"], /no knob "nurses"; it has doctors/],
    [["run", LAB, "--arm", "chaos"], /no arm "chaos"; it has read-committed/],
    [["run", LAB, "--rounds", "0"], /--rounds takes a whole number/],
    [["run", LAB, "--yours", "/nowhere.ts"], /there is no file \/nowhere\.ts/],
    [["run", "databases/", "doctors=3"], /go with one lab/],
    [["frobnicate"], /unknown command 'frobnicate'/],
    [["prove"], /prove what\?\nTry: npx pareto prove <lab>/],
  ];
  for (const [words, message] of wrong) {
    const { err, code } = await pareto(words, env);
    assert.match(err, message);
    assert.equal(code, 2, words.join(" "));
    assert.ok(!err.includes("    at "), err);
  }
});

test("--debug shows the stack", async () => {
  const { err } = await pareto(["--debug", "run", "nothing-of-this-name"], env);
  assert.match(err, / {4}at findLabs/);
});

const CASES = Number(process.env.PARETO_FUZZ ?? 40);

test(`${CASES} malformed command lines end with 2, without a stack trace`, async () => {
  const random = new Random(Number(process.env.PARETO_SEED ?? 3));
  const pieces = [
    "run",
    "list",
    "new",
    "..",
    "/",
    "\\",
    "%00",
    "💥",
    "a=",
    "=1",
    "x=1e999",
    "--",
    "--rounds",
    "-1",
    "NaN",
    "--json",
    "constructor",
    "__proto__=1",
    " ",
    "caching",
    "'",
    "$(id)",
  ];
  for (let turn = 0; turn < CASES; turn++) {
    const extra = Array.from({ length: random.integer(1, 3) }, () => random.pick(pieces));
    const words = ["run", `${random.pick(pieces)}${random.integer(0, 99)}`, ...extra];
    const { err, code } = await pareto(words, env);
    assert.ok(code === 2, `${JSON.stringify(words)} ended with ${code}: ${err}`);
    assert.ok(!err.includes("    at "), `${JSON.stringify(words)}: ${err}`);
  }
});

test("practice never overwrites what the reader wrote", async () => {
  const file = join(folder, "mine.ts");
  writeFileSync(file, "mine");
  const { out } = await pareto(["practice", LAB, "--file", file], env);
  assert.match(out, /You have one already/);
});
