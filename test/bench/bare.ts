// What a bare script for the optimistic-locking lab does: starts Redis, runs every arm, stops it.
// usage: node bare.ts ROUNDS

import { spawn } from "node:child_process";
import { type At, until } from "#kit";
import { openRedis, pingRedis } from "#services/redis";
import lab from "../../labs/caching/redis-transactions/optimistic-locking/lab.ts";

const address = { host: "127.0.0.1", port: 11_999 };
const args = ["--port", String(address.port), "--save", "", "--appendonly", "no"];
const server = spawn("redis-server", args, { stdio: "ignore" });
await until("redis to answer", () => pingRedis(address).then(() => true));
for (let round = 0; round < Number(process.argv[2]); round++) {
  for (const [name, arm] of Object.entries(lab.arms)) {
    await using opened = new AsyncDisposableStack();
    const at = { address, own: (resource: AsyncDisposable) => opened.use(resource) };
    const redis = { ...openRedis(at as unknown as At), address };
    const knobs = { clients: 32, additions: 20 };
    await lab.trial(arm, { redis, knobs, arm: name } as never);
  }
}
server.kill("SIGKILL");
