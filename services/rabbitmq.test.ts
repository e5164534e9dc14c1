import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { until } from "#kit";
import { Launcher } from "../runner/launch.ts";
import { type Lease, Pool } from "../runner/pool.ts";
import { type Stand, stand } from "../test/contract/stand.ts";
import { killRunnerOf } from "../test/killed-runner.ts";
import { lacking } from "../test/lacking.ts";
import { processesIn } from "../test/processes.ts";
import { openRabbit, type RabbitFace, rabbitmq } from "./rabbitmq.ts";

describe("rabbitmq", { skip: await lacking(rabbitmq) }, () => {
  let broker: Stand<RabbitFace>;
  before(async () => {
    broker = await stand(rabbitmq.own());
    console.log(`# ready after ${Math.round(broker.server.readyMs)} ms`);
  });
  after(() => broker[Symbol.asyncDispose]());

  test("what is published is delivered", async () => {
    await using channel = await broker.face.confirmChannel();
    const { queue } = await channel.assertQueue("jobs");
    const delivered = Promise.withResolvers<string>();
    await channel.consume(queue, (message) => delivered.resolve(String(message?.content)));
    channel.sendToQueue(queue, Buffer.from("hello"));
    await channel.waitForConfirms();
    assert.equal(await delivered.promise, "hello");
  });

  test("a confirmed message in a durable queue survives the broker's death", async () => {
    const before = await broker.face.confirmChannel();
    await before.assertQueue("kept", { durable: true });
    before.sendToQueue("kept", Buffer.from("1"), { persistent: true });
    await before.waitForConfirms();
    const lost = once(before, "close");
    await broker.face.kill();
    await lost;
    await broker.face.restart();
    await using channel = await broker.face.channel();
    assert.equal((await channel.checkQueue("kept")).messageCount, 1);
  });

  test("a paused broker does not keep a client from closing", async () => {
    const connection = await broker.face.connect();
    await broker.face.pause();
    await connection[Symbol.asyncDispose]();
    await broker.face.resume();
    await using channel = await broker.face.channel();
    await channel.assertQueue("after");
  });

  test("a new trial finds no queue of the last one", async () => {
    await using before = await broker.face.channel();
    await before.assertQueue("left");
    const face = await broker.again();
    await using channel = await face.channel();
    await assert.rejects(channel.checkQueue("left"), /NOT_FOUND/);
  });
});

describe("a shared rabbitmq", { skip: await lacking(rabbitmq) }, () => {
  const wanted = { service: "rabbitmq", options: {}, alone: false };

  const channelOf = ({ reach }: Lease) =>
    openRabbit({ ...reach, own: (resource: object) => resource } as never).channel();

  test("gives each lab a virtual host of its own, and leaves no process", async () => {
    const launcher = new Launcher();
    const { folder } = launcher;
    {
      await using _launcher = launcher;
      await using pool = new Pool(launcher);
      await using first = await pool.lease(wanted, assert.fail);
      const began = performance.now();
      await using second = await pool.lease(wanted, assert.fail);
      console.log(`# one more tenant after ${Math.round(performance.now() - began)} ms`);
      assert.equal(first.server, second.server);
      await using ours = await channelOf(first);
      await using theirs = await channelOf(second);
      await ours.assertQueue("orders");
      await assert.rejects(theirs.checkQueue("orders"), /NOT_FOUND/);
      assert.ok(processesIn(folder).some((line) => line.includes("epmd")));
    }
    await until("all processes to end", () => processesIn(folder).length === 0);
  });

  test("leaves nothing, not even epmd, when its runner is killed", async () => {
    const processes = await killRunnerOf("rabbitmq");
    for (const program of ["beam", "epmd -port"]) {
      assert.ok(
        processes.some((line) => line.includes(program)),
        `there was no ${program}`,
      );
    }
  });
});
