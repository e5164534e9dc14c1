import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { link, repeat } from "#kit";
import { type RedisFace, redis } from "#services/redis";
import { type Stand, stand } from "../test/contract/stand.ts";
import { askTogether } from "./ask-together.ts";

let server: Stand<RedisFace>;
before(async () => {
  server = await stand(redis);
});
after(() => server[Symbol.asyncDispose]());

async function scene(clients: number) {
  const face = await server.again();
  const wire = await link(face.address);
  const opened = await repeat(clients, () => face.through(wire).connect());
  const observer = await face.connect();
  return { wire, opened, observer, [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose]() };
}

test("all who read first have read the same", async () => {
  await using set = await scene(5);
  const jobs = set.opened.map((client) => async () => {
    const seen = await client.get("counter");
    await client.incr("counter");
    return seen;
  });
  assert.deepEqual(await askTogether(set.wire, jobs), [null, null, null, null, null]);
  assert.equal(await set.observer.get("counter"), "5");
});

test("in between all have asked, and nobody has gone on", async () => {
  await using set = await scene(3);
  let answered = 0;
  const jobs = set.opened.map((client) => async () => {
    await client.incr("asked");
    answered += 1;
  });
  const looks: unknown[] = [];
  await askTogether(set.wire, jobs, async () => {
    looks.push(await set.observer.get("asked"), answered);
  });
  assert.deepEqual(looks, ["3", 0]);
  assert.equal(answered, 3);
});

test("jobs that ask nothing are not waited for", async () => {
  await using set = await scene(2);
  assert.deepEqual(await askTogether(set.wire, [async () => "one", async () => "two"]), [
    "one",
    "two",
  ]);
});

test("a job that fails is told of", async () => {
  await using set = await scene(1);
  const [client] = set.opened;
  await client!.set("word", "one");
  await assert.rejects(askTogether(set.wire, [() => client!.incr("word")]), /not an integer/);
});
