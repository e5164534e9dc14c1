import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../random.ts";
import { isLinearizable } from "./linearize.ts";
import type { Operation } from "./operation.ts";
import { nonLinearizable } from "./register.ts";

/** Up to six operations at random times with random values: about half of them make no sense. */
function anything(random: Random): Operation[] {
  return Array.from({ length: random.integer(1, 6) }, (_, turn): Operation => {
    const invoked = random.integer(0, 12);
    return {
      client: `c${turn}`,
      kind: random.pick(["read", "write", "update"] as const),
      key: "x",
      value: random.integer(1, 3),
      from: random.pick([null, 1, 2, 3]),
      invoked,
      completed: invoked + random.integer(1, 6),
      outcome: random.chance(0.2) ? "unknown" : "ok",
    };
  });
}

/** The definition, word for word: every choice and every order of the operations is tried. */
function isExplained(operations: readonly Operation[]): boolean {
  const unknown = operations.filter(({ outcome }) => outcome === "unknown");
  const known = operations.filter(({ outcome }) => outcome === "ok");
  return subsets(unknown).some((took) =>
    permutations([...known, ...took]).some((order) => keepsTime(order) && makesSense(order)),
  );
}

function subsets<Item>([first, ...rest]: Item[]): Item[][] {
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((subset) => [subset, [first, ...subset]]);
}

function permutations<Item>(items: Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

function keepsTime(order: Operation[]): boolean {
  return order.every((later, index) =>
    order
      .slice(index + 1)
      .every((one) => one.outcome === "unknown" || one.completed >= later.invoked),
  );
}

function makesSense(order: Operation[]): boolean {
  let held: Operation["value"] = null;
  return order.every(({ kind, value, from }) => {
    const fits = kind === "write" || held === (kind === "read" ? value : from);
    held = value;
    return fits;
  });
}

test("the search agrees with the definition on 3,000 small histories, right and wrong ones", () => {
  let right = 0;
  for (let seed = 0; seed < 3000; seed++) {
    const operations = anything(new Random(seed));
    const explained = isExplained(operations);
    assert.equal(isLinearizable(operations, null), explained, `seed ${seed}`);
    if (explained) right += 1;
  }
  assert.ok(right > 300 && right < 2700, `${right} of 3,000 were right`);
});

const together = { key: "x", invoked: 0, completed: 10, outcome: "ok" } as const;

test("a history with too much at the same time is refused, not guessed", () => {
  const writes = Array.from({ length: 24 }, (_, value): Operation => {
    return { ...together, client: `c${value}`, kind: "write", value };
  });
  const impossible: Operation = { ...together, client: "r", kind: "read", value: "from nowhere" };
  assert.throws(() => isLinearizable([...writes, impossible], null), RangeError);
});

test("a key is judged by itself, and what failed or was never answered is no contradiction", () => {
  const [read, write] = [
    { ...together, client: "r", kind: "read" },
    { ...together, client: "w", kind: "write" },
  ] as const;
  const later = { invoked: 20, completed: 30 };
  const history: Operation[] = [
    { ...write, value: 1 },
    { ...write, value: 2, ...later, outcome: "failed" },
    { ...read, value: 9, ...later, outcome: "unknown" },
    { ...read, value: 1, invoked: 40, completed: 50 },
  ];
  assert.deepEqual(nonLinearizable(history), []);
  const bad: Operation = { ...read, key: "y", value: 2, invoked: 40, completed: 50 };
  assert.deepEqual(nonLinearizable([...history, bad]), [
    {
      anomaly: "not linearizable",
      sentence: "No order explains: r read 2 from y.",
      operations: [bad],
    },
  ]);
});
