import assert from "node:assert/strict";
import { test } from "node:test";
import { redis } from "#services/redis";
import { tcpServer } from "../kit/link/servers.ts";
import { lacking } from "../test/lacking.ts";
import { processesIn } from "../test/processes.ts";
import { Launcher } from "./launch.ts";
import { Ports } from "./ports.ts";
import { Server } from "./server.ts";

const skip = await lacking(redis);

/** Reserves one port only, whoever listens on it. */
class OnePort extends Ports {
  readonly port: number;

  constructor(port: number) {
    super();
    this.port = port;
  }

  override async reserve(): Promise<number> {
    return this.port;
  }
}

test("a start fails with its port when a stranger has it, and leaves nothing", {
  skip,
}, async () => {
  await using stranger = await tcpServer(() => {}); // accepts, and says nothing
  const { port } = stranger.address;
  await using launcher = new (class extends Launcher {
    override readonly ports = new OnePort(port);
  })();
  const reason = `redis did not start (exit code 1), and another process has port ${port};`;
  await assert.rejects(Server.start(redis, {}, launcher, assert.fail), (error: Error) => {
    assert.equal(error.message.split(" its last lines")[0], reason);
    return true;
  });
  const left = processesIn(launcher.folder).filter((line) => !line.includes("watchdog.sh"));
  assert.deepEqual(left, []);
});

test("a start that fails by itself blames nobody else", { skip }, async () => {
  await using launcher = new Launcher();
  const start = Server.start(redis, { config: { nonsense: "yes" } }, launcher, assert.fail);
  await assert.rejects(start, /redis did not start \(exit code 1\); its last lines/);
});
