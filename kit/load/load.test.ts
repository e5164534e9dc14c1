import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { sum } from "../statistics.ts";
import { busy, closed, echo, flawed, silent, slow } from "./fixtures/jobs.ts";
import { closedLoad, load } from "./load.ts";

const JOBS = new URL("./fixtures/jobs.ts", import.meta.url);

/** A server process that stands still for a while, from its first request on. */
async function pausedServer() {
  const server = fork(fileURLToPath(new URL("./fixtures/echo.ts", import.meta.url)));
  const first = Promise.withResolvers<void>();
  const listening = Promise.withResolvers<AddressInfo>();
  server.on("message", (message: AddressInfo | "first") => {
    if (message === "first") first.resolve();
    else listening.resolve(message);
  });
  const { port } = await listening.promise;
  return {
    port,
    /** Resolves with how long it really stood still, in milliseconds. */
    async pause(ms: number): Promise<number> {
      await first.promise;
      const begin = performance.now();
      server.kill("SIGSTOP");
      await setTimeout(ms);
      server.kill("SIGCONT");
      return performance.now() - begin;
    },
    async [Symbol.asyncDispose]() {
      const exited = once(server, "exit");
      server.kill("SIGKILL");
      await exited;
    },
  };
}

const total = (parts: readonly { n: number }[]) => sum(parts.map(({ n }) => n));

const PAUSE_MS = 1400;

test("the open loop sees a pause of 1.4 s as arithmetic says, and the closed loop hides it", async () => {
  const seconds = 3.5;
  let paused = 0;
  await using first = await pausedServer();
  const open = await load(echo, JOBS, {
    perSecond: 500,
    seconds,
    data: { port: first.port },
    during: async () => {
      paused = await first.pause(PAUSE_MS);
    },
  });
  // Requests come evenly, and one that comes t into the pause waits for the rest of it: the share
  // of requests that wait longer than x is the share of the run that is left of the pause then.
  const expected = (percent: number) => paused - (1 - percent / 100) * 1000 * seconds;
  const tolerance = 0.1 * PAUSE_MS;
  assert.deepEqual([open.due, open.answered, open.failed, open.dropped], [1750, 1750, 0, 0]);
  for (const [percent, found] of [
    [75, open.latency.p75],
    [90, open.latency.p90],
    [99, open.latency.p99],
    [100, open.latency.max],
  ] as const) {
    const off = Math.abs(found - expected(percent));
    assert.ok(off < tolerance, `p${percent} is ${found} ms, not ${expected(percent)} ms`);
  }
  assert.ok(expected(50) < 0 && open.latency.p50 < tolerance, `p50 is ${open.latency.p50} ms`);

  await using second = await pausedServer();
  const shut = await closedLoad(echo, JOBS, {
    clients: 4,
    seconds,
    data: { port: second.port },
    during: async () => {
      await second.pause(PAUSE_MS);
    },
  });
  // Only the four that were under way have waited; all others were never asked.
  assert.ok(Math.abs(shut.latency.max - PAUSE_MS) < tolerance, `the longest: ${shut.latency.max}`);
  assert.ok(shut.latency.p99 < tolerance, `p99 is ${shut.latency.p99} ms`);
});

test("a request that starts late has waited since it was due", async () => {
  const plan = { perSecond: 100, seconds: 0.1, data: { ms: 50 } };
  const found = await load(busy, JOBS, plan);
  // The tenth is due after 90 ms, when the nine before it, 50 ms each, have kept it for 450 ms.
  assert.ok(found.latency.max >= 9 * 50 + 50 - 90, `${found.latency.max} ms`);
  assert.ok(found.late >= 9, `${found.late} were late`);
});

test("starts beyond the most in flight are dropped, and what is unanswered counts as waiting", async () => {
  const plan = { perSecond: 500, seconds: 0.1, mostInFlight: 10, settleSeconds: 0.2, data: {} };
  const { due, dropped, unanswered, answered, latency } = await load(silent, JOBS, plan);
  assert.deepEqual(
    { due, dropped, unanswered, answered },
    { due: 50, dropped: 40, unanswered: 10, answered: 0 },
  );
  assert.ok(latency.p50 >= 200, `${latency.p50} ms`);
});

test("failures are counted by their message, of which ten are kept, and are no latencies", async () => {
  const plan = { perSecond: 600, seconds: 0.1 };
  const found = await load(flawed, JOBS, { ...plan, data: { ways: 2 } });
  assert.deepEqual([found.due, found.answered, found.failed], [60, 40, 20]);
  assert.deepEqual(found.errors, { "failed in way 0": 10, "failed in way 1": 10 });
  assert.equal(total(found.buckets), 40);
  const many = await load(flawed, JOBS, { ...plan, data: { ways: 15 } });
  assert.equal(Object.keys(many.errors).length, 10);
});

test("a slow server has many requests in flight in the open loop, one a client in the closed", async () => {
  const data = { ms: 100 };
  const open = await load(slow, JOBS, { perSecond: 200, seconds: 0.2, data });
  assert.equal(open.due, 40);
  const shut = await closedLoad(slow, JOBS, { clients: 3, seconds: 0.25, data });
  assert.ok(shut.due <= 9, `${shut.due} requests in 250 ms by 3 clients, 100 ms each`);
});

test("the result is plain data of a few kilobytes, whose parts add up", async () => {
  const found = await load(slow, JOBS, { perSecond: 2000, seconds: 0.5, data: { ms: 1 } });
  assert.deepEqual(JSON.parse(JSON.stringify(found)), structuredClone(found));
  assert.ok(JSON.stringify(found).length < 8000);
  assert.equal(found.series.length, 50);
  assert.equal(total(found.series), 1000);
  assert.equal(total(found.buckets), 1000);
});

test("a job that cannot be opened or found, and a lab that throws meanwhile, end the load", async () => {
  const plan = { perSecond: 10, seconds: 0.1 };
  const refused = { ...plan, data: { reason: "the server is not there" } };
  await assert.rejects(load(closed, JOBS, refused), /the server is not there/);
  const hidden = () => async () => {};
  await assert.rejects(load(hidden, JOBS, { ...plan, data: {} }), /exports no hidden/);
  const during = () => Promise.reject(new Error("the lab has failed"));
  await assert.rejects(
    load(slow, JOBS, { ...plan, data: { ms: 1 }, during }),
    /the lab has failed/,
  );
});
