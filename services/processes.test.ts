import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Stand, stand } from "../test/contract/stand.ts";
import { type ProcessesFace, processes } from "./processes.ts";

const module = import.meta.resolve("../test/fixtures/programs/greeter.ts");

async function text(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).text();
}

describe("processes", () => {
  let greeters: Stand<ProcessesFace>;
  before(async () => {
    greeters = await stand(processes.with({ module, count: 3, health: "/" }));
  });
  after(() => greeters[Symbol.asyncDispose]());

  test("each instance knows its name and what the trial told it", async () => {
    const { face } = greeters;
    const began = performance.now();
    await face.start({ GREETING: "hello" });
    console.log(`# three ready after ${Math.round(performance.now() - began)} ms`);
    assert.deepEqual(await Promise.all(face.urls.map(text)), [
      "hello from greeter-1",
      "hello from greeter-2",
      "hello from greeter-3",
    ]);
  });

  test("nothing runs before the trial starts it, nor in the next trial", async () => {
    const [url] = greeters.face.urls as [string];
    await greeters.again();
    await assert.rejects(text(url));
    await greeters.face.start({}, ["greeter-2"]);
    await assert.rejects(text(url));
  });

  test("one that was killed restarts with the same variables", async () => {
    const face = await greeters.again();
    const [, second] = face.urls as [string, string];
    await face.start({ GREETING: "again" });
    await face.kill("greeter-2");
    await assert.rejects(text(second));
    await face.restart("greeter-2");
    assert.equal(await text(second), "again from greeter-2");
  });

  test("a paused one keeps its connections and answers when it is resumed", async () => {
    const face = await greeters.again();
    const [first] = face.urls as [string];
    await face.start({ GREETING: "still" });
    await face.pause("greeter-1");
    const answer = text(first);
    const early = await Promise.race([answer, greeters.face.stop("greeter-3").then(() => "none")]);
    assert.equal(early, "none");
    await face.resume("greeter-1");
    assert.equal(await answer, "still from greeter-1");
  });

  test("stopping lets a program finish what is under way; killing does not", async () => {
    const face = await greeters.again();
    const [first, second] = face.urls as [string, string];
    await face.start();
    const begun = await Promise.all([fetch(`${first}/slow`), fetch(`${second}/slow`)]);
    const ended = Promise.allSettled(begun.map((answer) => answer.text()));
    await Promise.all([face.stop("greeter-1"), face.kill("greeter-2")]);
    assert.deepEqual(
      (await ended).map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
  });

  test("a program that cannot start is named, with its own last words", async () => {
    await using broken = await stand(
      processes.with({ module: import.meta.resolve("../test/fixtures/programs/broken.ts") }),
    );
    await assert.rejects(broken.face.start(), /did not start \(exit code 1\)(.|\n)*no database/);
  });
});
