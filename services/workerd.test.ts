import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Stand, stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { type WorkerdFace, workerd } from "./workerd.ts";

const script = `export default {
  async fetch(request, env) {
    const kept = await caches.default.match(request);
    if (kept) return new Response("kept: " + (await kept.text()));
    const answer = new Response(env.GREETING, { headers: { "cache-control": "max-age=60" } });
    await caches.default.put(request, answer.clone());
    return answer;
  },
};`;

describe("workerd", { skip: await lacking(workerd) }, () => {
  let edge: Stand<WorkerdFace>;
  before(async () => {
    edge = await stand(workerd);
  });
  after(() => edge[Symbol.asyncDispose]());

  test("a worker runs with its bindings and a cache that begins empty", async () => {
    const { face } = edge;
    const text = async () => (await fetch(`${face.url}/page`)).text();
    for (const greeting of ["hello", "goodbye"]) {
      const began = performance.now();
      await face.deploy({ script, bindings: { GREETING: greeting } });
      console.log(`# deployed after ${Math.round(performance.now() - began)} ms`);
      assert.equal(await text(), greeting);
      assert.equal(await text(), `kept: ${greeting}`);
    }
  });

  test("nothing is deployed when a new trial begins", async () => {
    const face = await edge.again();
    await assert.rejects(fetch(face.url));
  });
});
