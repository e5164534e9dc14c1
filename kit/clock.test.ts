import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, systemClock, VirtualClock } from "./clock.ts";
import { Random } from "./random.ts";

test("a virtual clock stands still until it is advanced", async () => {
  const clock = new VirtualClock();
  let woken = false;
  const sleeper = clock.sleep(10).then(() => {
    woken = true;
  });
  await clock.advance(9);
  assert.deepEqual([clock.now(), woken], [9, false]);
  await clock.advance(1);
  assert.deepEqual([clock.now(), woken], [10, true]);
  await sleeper;
});

test("sleepers wake in the order of their time, each at its own, and equals in turn", async () => {
  const clock = new VirtualClock();
  const woken: string[] = [];
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push(`${name} at ${clock.now()}`);
  };
  const all = [sleeper("late", 30), sleeper("first", 20), sleeper("second", 20), sleeper("now", 0)];
  await clock.advance(100);
  await Promise.all(all);
  assert.deepEqual(woken, ["now at 0", "first at 20", "second at 20", "late at 30"]);
  assert.equal(clock.now(), 100);
});

test("who sleeps again within the same advance wakes again, in order with the others", async () => {
  const clock = new VirtualClock();
  const ticks: string[] = [];
  const ticker = async (name: string, every: number) => {
    while (clock.now() < 60) {
      await clock.sleep(every);
      ticks.push(`${name}${clock.now()}`);
    }
  };
  const all = [ticker("a", 20), ticker("b", 30)];
  await clock.advance(60);
  await Promise.all(all);
  // At 60 b comes first: it lay down at 30, before a did at 40.
  assert.deepEqual(ticks, ["a20", "b30", "a40", "b60", "a60"]);
});

test("the system's clock does not go back, and a sleep of 5 ms takes at least about as long", async () => {
  const before = systemClock.now();
  await systemClock.sleep(5);
  assert.ok(systemClock.now() - before >= 4); // a timer may be a millisecond early
});

/** Five clients that fail at random and back off, and what they did at which time. */
async function backoffs(seed: number): Promise<string[]> {
  const clock = new VirtualClock();
  const random = new Random(seed);
  const events: string[] = [];
  const client = async (name: string, clock: Clock) => {
    for (let attempt = 1; random.chance(0.7); attempt++) {
      events.push(`${name} fails its attempt ${attempt} at ${clock.now()}`);
      await clock.sleep(random.exponential(100 * 2 ** attempt));
    }
    events.push(`${name} is done at ${clock.now()}`);
  };
  const all = random.shuffle(["a", "b", "c", "d", "e"]).map((name) => client(name, clock));
  await clock.advance(1e9);
  await Promise.all(all);
  return events;
}

test("the same seed gives the same stream of events, 200 times, and another seed another", async () => {
  const first = await backoffs(7);
  for (let time = 0; time < 200; time++) assert.deepEqual(await backoffs(7), first);
  assert.notDeepEqual(await backoffs(8), first);
});
