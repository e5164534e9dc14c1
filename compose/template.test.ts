import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { filling } from "./template.ts";

test("words reach the commands of a template as they are", () => {
  const words = ["printf", "%s\n", "it's $HOME", "a b", "*", ""];
  const script = filling({ key: "any", commands: () => [words] }, "/nodes/any");
  const line = script.split("\n").find((one) => one.includes("printf")) ?? "";
  // Only that line, and as this user: the rest of the script is for root in a container.
  const literal = script.slice(script.indexOf("printf"), script.indexOf("\nmv "));
  assert.ok(line.startsWith("setpriv "));
  const said = execFileSync("sh", ["-c", literal], { encoding: "utf8" });
  assert.equal(said, `${words.slice(2).join("\n")}\n`);
});
