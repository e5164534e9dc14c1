import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { until } from "#kit";
import { listening } from "./listening.ts";

test("a server answers where it says that it listens", async () => {
  await using server = await listening(createServer((_request, response) => response.end("here")));
  assert.equal(await (await fetch(server.url)).text(), "here");
});

test("its end cuts off who still waits, and nobody gets in any more", async () => {
  let waiting = 0;
  const server = await listening(
    createServer(() => {
      waiting += 1;
    }),
  );
  const unanswered = fetch(server.url);
  await until("a request", () => waiting === 1);
  await server[Symbol.asyncDispose]();
  await assert.rejects(unanswered);
  await assert.rejects(fetch(server.url));
});
