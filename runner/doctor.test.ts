import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { examine } from "./doctor.ts";
import { allServices } from "./services.ts";

test("every service is examined, and what is found is there", async () => {
  const examined = await examine();
  const names = (await allServices()).map(({ form }) => form.name);
  assert.deepEqual(
    examined.map(({ service }) => service),
    names,
  );
  for (const { service, found, program, version, problem } of examined) {
    if (found) {
      assert.ok(existsSync(program!), `${service}: ${program}`);
      assert.match(version!, /^\d+\.\d+/);
    } else {
      assert.ok(problem?.startsWith(`${service}: `), problem);
    }
  }
});
