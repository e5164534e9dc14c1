// The command `start`: what a reader sees first. It needs no server that is not in the clone.

import { runCommand } from "./labs.ts";

const FIRST = "isolation-anomalies";

export async function startCommand(): Promise<void> {
  console.error("The first lab, on the PostgreSQL that came with npm:\n");
  await runCommand(FIRST, [], {});
  console.log(`
Next:
  npx pareto list                              the other labs
  npx pareto run optimistic-locking            one on Redis
  npx pareto run ${FIRST} --arm serializable   one arm of this one
  npx pareto doctor                            which servers this machine has`);
}
