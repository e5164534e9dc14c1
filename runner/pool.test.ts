import assert from "node:assert/strict";
import { test } from "node:test";
import { postgres } from "#services/postgres";
import { rabbitmq } from "#services/rabbitmq";
import { lacking } from "../test/lacking.ts";
import { processesIn } from "../test/processes.ts";
import { Launcher } from "./launch.ts";
import type { DeadServer } from "./node.ts";
import { Pool } from "./pool.ts";

const shared = (service: string) => ({ service, options: {}, alone: false });
const skip = (await lacking(postgres)) || (await lacking(rabbitmq));

test("the death of a shared server is heard by those who use it, and leaves nothing", {
  skip,
}, async () => {
  await using launcher = new Launcher();
  const died = Promise.withResolvers<DeadServer>();
  {
    await using pool = new Pool(launcher);
    await using _other = await pool.lease(shared("postgres"), assert.fail);
    await using lease = await pool.lease(shared("rabbitmq"), died.resolve);
    const [broker] = lease.server.pids;
    process.kill(broker!, "SIGKILL");
    assert.match((await died.promise).message, /ended in the middle/);
    await using next = await pool.lease(shared("rabbitmq"), assert.fail);
    assert.notEqual(next.server, lease.server);
  }
  const left = processesIn(launcher.folder).filter((line) => !line.includes("watchdog.sh"));
  assert.deepEqual(left, []);
});
