import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./until.ts";

test("it looks again until there is something, be it 0 or an empty text", async () => {
  const seen: (string | number | false | undefined)[] = ["", 0, undefined, false];
  assert.equal(await until("something", () => seen.pop()), 0);
  assert.equal(await until("something", () => seen.pop()), "");
});

test("what a look throws counts as nothing seen, and the last of it is in the message", async () => {
  let looks = 0;
  const look = async () => {
    looks += 1;
    if (looks < 3) throw new Error("not yet");
    return "there";
  };
  assert.equal(await until("it", look), "there");
  const refused = new Error("refused");
  await assert.rejects(
    until("a server", () => Promise.reject(refused), { withinMs: 20 }),
    {
      message: "waited 20 ms for a server: refused",
      cause: refused,
    },
  );
  await assert.rejects(
    until("a sign", () => false, { withinMs: 20 }),
    {
      message: "waited 20 ms for a sign",
    },
  );
});

test("time is up while a look hangs", { timeout: 10_000 }, async () => {
  const never = new Promise<boolean>(() => {});
  await assert.rejects(
    until("an answer", () => never, { withinMs: 20 }),
    {
      message: "waited 20 ms for an answer",
    },
  );
});

test("a look that hung and then fails harms nobody, and none comes after it", async () => {
  const late = Promise.withResolvers<boolean>();
  let looks = 0;
  const look = () => {
    looks += 1;
    return late.promise;
  };
  await assert.rejects(until("an answer", look, { withinMs: 20 }));
  late.reject(new Error("too late"));
  await assert.rejects(until("another look", () => looks > 1, { withinMs: 50 }));
});
