import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../random.ts";
import { doubleEffects, lostUpdates } from "./effects.ts";
import { duplicateMessages, lostMessages, overtakenMessages } from "./messages.ts";
import { inWords, type Operation, type Violation } from "./operation.ts";
import { nonMonotonicReads, staleReads } from "./reads.ts";
import { nonLinearizable } from "./register.ts";
import { counter, queues, registers, requests } from "./simulated.ts";

type Checker = (operations: readonly Operation[]) => Violation[];

const CORRECT_HISTORIES = 1000;
const PLANTED_HISTORIES = 200;

/** An operation of a plant; those of one plant follow one another, unless they state a time. */
type Planted = Pick<Operation, "client" | "kind" | "value"> & Partial<Operation>;

const by = (client: string, kind: Operation["kind"], value: Operation["value"]) => ({
  client,
  kind,
  value,
});

/** Puts the plant among the operations of a history, at a time drawn from the seed. */
function plant(random: Random, among: readonly Operation[], key: string, planted: Planted[]) {
  const start = random.integer(0, Math.max(...among.map(({ completed }) => completed)));
  return planted.map((operation, turn): Operation => {
    const { invoked = turn + 0.2, completed = turn + 0.8 } = operation;
    const times = { invoked: start + invoked, completed: start + completed };
    return { key, outcome: "ok", ...operation, ...times };
  });
}

/** For each checker the correct histories that it reads, and anomalies of as few operations. */
const checkers: {
  check: Checker;
  correct: (random: Random) => readonly Operation[];
  /** The key in which the anomalies are planted, mostly one that others use too. */
  key: string;
  planted: Record<string, Planted[]>;
}[] = [
  {
    check: lostUpdates,
    correct: (random) => registers(random, random.chance(0.5)),
    key: "x",
    planted: {
      "two updates of one value": [
        { ...by("p1", "update", "new"), from: "old" },
        { ...by("p2", "update", "newer"), from: "old" },
      ],
      "two equal updates of one value": [
        { ...by("p1", "update", 901), from: 900 },
        { ...by("p2", "update", 901), from: 900 },
      ],
      "three updates of a value that was written twice": [
        by("p1", "write", "old"),
        { ...by("p1", "update", "a"), from: "old" },
        by("p1", "write", "old"),
        { ...by("p2", "update", "b"), from: "old" },
        { ...by("p3", "update", "c"), from: "old" },
      ],
    },
  },
  {
    check: lostMessages,
    correct: queues,
    key: "p",
    planted: { "a message that nobody received": [by("p1", "send", "gone")] },
  },
  {
    check: duplicateMessages,
    correct: queues,
    key: "p",
    planted: {
      "a message received twice by one": [by("p1", "receive", "m"), by("p1", "receive", "m")],
      "a message received by two": [by("p1", "receive", "m"), by("p2", "receive", "m")],
    },
  },
  {
    check: overtakenMessages,
    correct: queues,
    key: "p",
    planted: {
      "two messages received in the wrong order": [
        by("p1", "send", "first"),
        by("p1", "send", "second"),
        by("p2", "receive", "second"),
        by("p2", "receive", "first"),
      ],
      "two messages of two senders, received by two": [
        by("p1", "send", "first"),
        by("p2", "send", "second"),
        by("p3", "receive", "second"),
        by("p4", "receive", "first"),
      ],
    },
  },
  {
    check: staleReads,
    correct: (random) => registers(random, random.chance(0.5)),
    key: "x",
    planted: {
      "a read of what was overwritten": [
        by("p1", "write", "old"),
        by("p1", "write", "new"),
        by("p2", "read", "old"),
      ],
      "a read of nothing after a write": [by("p1", "write", "new"), by("p2", "read", null)],
      "a read of what was there before an update": [
        by("p1", "write", "old"),
        { ...by("p3", "update", "new"), from: "old" },
        by("p2", "read", "old"),
      ],
    },
  },
  {
    check: nonMonotonicReads,
    correct: (random) => registers(random, random.chance(0.5)),
    key: "x",
    planted: {
      "a new value, then an old one": [
        by("p1", "write", "old"),
        by("p1", "write", "new"),
        by("p2", "read", "new"),
        by("p2", "read", "old"),
      ],
      "a value, then nothing": [
        by("p1", "write", "new"),
        by("p2", "read", "new"),
        by("p2", "read", null),
      ],
    },
  },
  {
    check: nonLinearizable,
    correct: (random) => registers(random, random.chance(0.5)),
    key: "z",
    planted: {
      "a read of what was overwritten": [
        by("p1", "write", "old"),
        by("p1", "write", "new"),
        by("p2", "read", "old"),
      ],
      "a new value and then none, while it is written": [
        { ...by("p1", "write", "new"), invoked: 0, completed: 1 },
        { ...by("p2", "read", "new"), invoked: 0.2, completed: 0.4 },
        { ...by("p3", "read", null), invoked: 0.6, completed: 0.8 },
      ],
      "a read of what nobody wrote": [by("p1", "read", "from nowhere")],
      "two updates of one value": [
        by("p1", "write", "old"),
        { ...by("p1", "update", "new"), from: "old" },
        { ...by("p2", "update", "newer"), from: "old" },
      ],
    },
  },
  {
    check: doubleEffects,
    correct: requests,
    key: "order 9",
    planted: { "one order carried out twice": [by("p1", "effect", 1), by("p2", "effect", 2)] },
  },
];

for (const { check, correct, key, planted } of checkers) {
  test(`${check.name} raises no alarm on ${CORRECT_HISTORIES} correct histories`, () => {
    for (let seed = 0; seed < CORRECT_HISTORIES; seed++) {
      assert.deepEqual(check(correct(new Random(seed))), [], `seed ${seed}`);
    }
  });

  for (const [anomaly, operations] of Object.entries(planted)) {
    test(`${check.name} finds ${anomaly}, every time, and names just these operations`, () => {
      for (let seed = 0; seed < PLANTED_HISTORIES; seed++) {
        const random = new Random(seed);
        const around = correct(random);
        const bug = plant(random, around, key, operations);
        const found = check(random.shuffle([...around, ...bug])).map(named);
        assert.ok(found.includes(named({ operations: bug })), `seed ${seed} finds ${found}`);
      }
    });
  }
}

function named({ operations }: Pick<Violation, "operations">): string {
  const inTurn = operations.toSorted((a, b) => a.invoked - b.invoked);
  return inTurn.map((operation) => `${inWords(operation)} at ${operation.invoked}`).join(", ");
}

test("nothing can be left out of the operations that show a violation", () => {
  for (const { check, correct, key, planted } of checkers) {
    // Here a value without its writer is wrong too, so that a part would show another violation.
    if (check === nonLinearizable || check === lostUpdates) continue;
    for (const operations of Object.values(planted)) {
      const bug = plant(new Random(1), correct(new Random(1)), key, operations);
      for (const one of bug) assert.deepEqual(check(bug.filter((other) => other !== one)), []);
    }
  }
});

test("a counter that loses additions is found out every time, and an atomic one never", () => {
  let wrong = 0;
  for (let seed = 0; seed < CORRECT_HISTORIES; seed++) {
    const naive = counter(new Random(seed), false);
    assert.equal(lostUpdates(naive.operations, 0).length > 0, naive.lost > 0, `seed ${seed}`);
    if (naive.lost > 0) wrong += 1;
    assert.deepEqual(lostUpdates(counter(new Random(seed), true).operations, 0), []);
  }
  assert.ok(wrong > PLANTED_HISTORIES, `only ${wrong} histories lost anything`);
});
