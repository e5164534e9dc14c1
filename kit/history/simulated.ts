// Systems that are right by construction: what their clients do is recorded as a lab would record
// it, and no checker may find anything wrong with it. And a counter that is as wrong as they come.

import type { Random } from "../random.ts";
import type { Operation, Value } from "./operation.ts";
import { type Client, Schedule } from "./schedule.ts";

/** Clients that read, write and update two registers; with `recurring`, values come back. */
export function registers(random: Random, recurring: boolean): readonly Operation[] {
  const schedule = new Schedule(random);
  const held = new Map<string, Value>();
  let written = 0;
  const fresh = () => (recurring ? random.integer(1, 3) : ++written);

  const put = (key: string, value: Value) => {
    held.set(key, value);
    return { value };
  };
  function* client(name: string): Client {
    for (let turn = 0; turn < 6; turn++) {
      const key = random.pick(["x", "y"]);
      const value = fresh();
      const from = held.get(key) ?? null; // what it read some time ago, in an operation of its own
      const kind = random.pick(["read", "write", "update"] as const);
      const read =
        kind === "read" ? { value: null } : kind === "write" ? { value } : { value, from };
      const pending = schedule.history.begin({ client: name, kind, key, ...read });
      yield* schedule.call(pending, () => {
        const now = held.get(key) ?? null;
        if (kind === "read") return { value: now };
        return kind === "update" && now !== from ? "refused" : put(key, value);
      });
      yield;
    }
  }
  for (const name of ["a", "b", "c"]) schedule.start(client(name));
  return schedule.run();
}

/** Producers and consumers of two queues, first in, first out, until all is received. */
export function queues(random: Random): readonly Operation[] {
  const schedule = new Schedule(random);
  const queue: Record<string, string[]> = { p: [], q: [] };
  let producing = 2;

  function* producer(name: string): Client {
    for (let turn = 0; turn < 5; turn++) {
      const key = random.pick(["p", "q"]);
      const value = `${name}${turn}`;
      const pending = schedule.history.begin({ client: name, kind: "send", key, value });
      yield* schedule.call(pending, () => {
        queue[key]!.push(value);
        return { value };
      });
    }
    producing--;
  }
  // A consumer that crashes has not acknowledged, and its message is the first again.
  function* consumer(name: string, key: string): Client {
    while (producing > 0 || queue[key]!.length > 0) {
      const pending = schedule.history.begin({ client: name, kind: "receive", key });
      yield;
      const value = queue[key]![0];
      const crashes = random.chance(0.1);
      if (value !== undefined && !crashes) queue[key]!.shift();
      yield;
      if (value === undefined) pending.failed();
      else if (crashes) pending.unknown();
      else pending.ok({ value });
    }
  }
  for (const name of ["a", "b"]) schedule.start(producer(name));
  for (const name of ["c", "d"])
    for (const key of ["p", "q"]) {
      schedule.start(consumer(`${name}${key}`, key));
    }
  return schedule.run();
}

/** Clients that ask for the same effects, again when they get no answer; each is made once. */
export function requests(random: Random): readonly Operation[] {
  const schedule = new Schedule(random);
  const done = new Set<string>();

  const carryOut = (key: string) => {
    if (!done.has(key)) schedule.history.begin({ client: "server", kind: "effect", key }).ok();
    done.add(key);
    return { value: key };
  };
  function* client(name: string): Client {
    for (let turn = 0; turn < 8; turn++) {
      const value = `order ${random.integer(1, 5)}`;
      const pending = schedule.history.begin({ client: name, kind: "send", key: "orders", value });
      yield* schedule.call(pending, () => carryOut(value));
    }
  }
  for (const name of ["a", "b", "c"]) schedule.start(client(name));
  return schedule.run();
}

/** A counter from 0 up, changed by three clients; read and written apart, it loses additions. */
export function counter(random: Random, atomic: boolean) {
  const schedule = new Schedule(random);
  let count = 0;
  let added = 0;

  function* client(name: string): Client {
    for (let turn = 0; turn < 5; turn++) {
      yield;
      const from = count;
      const update = { client: name, kind: "update", key: "count", from, value: from + 1 } as const;
      const pending = schedule.history.begin(update);
      if (!atomic) yield;
      count = from + 1;
      added += 1;
      yield;
      pending.ok();
    }
  }
  for (const name of ["a", "b", "c"]) schedule.start(client(name));
  const operations = schedule.run();
  return { operations, lost: added - count };
}
