// What every service promises, whichever it is. A service that this machine lacks is skipped by its
// name; with PARETO_REQUIRE_ALL=1 it fails.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Place, type Service, until } from "#kit";
import { tcpServer } from "../../kit/link/servers.ts";
import { runsFolder } from "../../runner/folders.ts";
import { Launcher } from "../../runner/launch.ts";
import { DeadServer } from "../../runner/node.ts";
import { Server } from "../../runner/server.ts";
import { allServices } from "../../runner/services.ts";
import { lacking } from "../lacking.ts";
import { processesIn } from "../processes.ts";
import { cases } from "./cases.ts";
import { type Stand, stand } from "./stand.ts";

/** Each with the reason why it cannot be tested here, if there is one. */
const services = await Promise.all(
  (await allServices()).map(async (service) => {
    const skip = service.form.onDemand ? "starts what a lab brings" : await lacking(service);
    return { service, skip };
  }),
);

describe("every service", { concurrency: 2 }, () => {
  for (const { service, skip } of services) {
    describe(service.form.name, { skip, concurrency: 1 }, () => keepsItsPromises(service));
  }
});

/** The tests of one service. */
function keepsItsPromises(service: Service): void {
  const { form } = service;
  let stood: Stand<object>;
  before(async () => {
    stood = await stand(service.own());
  });
  after(() => stood[Symbol.asyncDispose]());

  test("is ready when it answers its own protocol, not when something else answers", async () => {
    await form.ready(placeOf(stood.server));
    await using stranger = await tcpServer((socket) => socket.end("nonsense\r\n"));
    const { host, port } = stranger.address;
    const { ports, ...place } = placeOf(stood.server);
    const strange = Object.fromEntries(Object.keys(ports).map((name) => [name, port]));
    await assert.rejects(async () => form.ready({ ...place, host, port, ports: strange }));
  });

  test("answers nothing while it is paused, and again when it is resumed", async () => {
    await stood.face.pause();
    const answer = form.ready(placeOf(stood.server)).then(
      () => "an answer",
      () => "nothing",
    );
    assert.equal(await Promise.race([answer, sleep(200, "nothing")]), "nothing");
    await stood.face.resume();
    await until("an answer", () => form.ready(placeOf(stood.server)).then(() => true));
  });

  const { wrong, keeps } = cases[form.name] ?? {};

  test("keeps its data over a restart", { skip: !keeps && "keeps none" }, async () => {
    const { options, put, find } = keeps!;
    await using special = options ? await stand(service.with(options)) : undefined;
    const { face } = special ?? stood;
    await put(face as never);
    await face.restart();
    assert.ok(await until("the data", () => find(face as never)));
  });

  test("says itself what is wrong", { skip: !wrong && "takes no configuration" }, async () => {
    const { options = {}, change, says } = wrong!;
    await assert.rejects(async () => {
      await using started = await stand(service.with(options));
      await change?.(started.face as never);
    }, says);
  });

  test("its death is noticed within two seconds", async () => {
    const [pid] = stood.server.pids;
    process.kill(pid!, "SIGKILL");
    const error = await Promise.race([stood.died, sleep(2_000)]);
    assert.ok(error instanceof DeadServer);
    assert.match(error.message, /ended in the middle \(SIGKILL\)/);
    await stood.again();
    assert.equal(stood.server.pids.length, Object.keys(stood.server.where.nodes).length);
  });

  const crowd = crowdOf(service);
  test(`${crowd} side by side do not collide, and leave nothing`, async () => {
    const { folder, ports } = await portsOfCrowd(service, crowd);
    await until("the watchdog to end, and all else", () => processesIn(folder).length === 0);
    assert.ok(!existsSync(folder));
    for (const port of ports) {
      assert.ok(!existsSync(join(runsFolder(), "ports", String(port))));
      await listenOnce(port);
    }
  });
}

/**
 * How many of a service are started side by side: eight, or two of one that takes many seconds by
 * itself; of that with several servers one, which stand side by side as it is.
 */
function crowdOf({ form }: Service): number {
  const isSlow = (form.startSeconds ?? 15) > 15;
  const nodes = form.nodes?.(form.options).length ?? 1;
  if (!isSlow) return 8;
  return nodes > 2 ? 1 : 2;
}

/** The first node of a server, as its form sees it. Its folder is the runner's business. */
function placeOf(server: Server): Place<object> {
  const { nodes } = server.where;
  const [[node, address]] = Object.entries(nodes) as [[string, (typeof nodes)[string]]];
  const { options } = server.form;
  return { ...address, node, bind: address.host, folder: "", peers: nodes, options };
}

/** Starts many at once, sees that all of them answer, stops them, and returns what they have used. */
async function portsOfCrowd(service: Service, count: number) {
  await using launcher = new Launcher();
  await using servers = new AsyncDisposableStack();
  const starting = Array.from({ length: count }, async () => {
    const died = (error: Error) => assert.fail(error);
    return servers.use(await Server.start(service, service.chosen, launcher, died));
  });
  const started = await Promise.allSettled(starting);
  const crowd = started.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
  const ports = crowd.flatMap(portsOf);
  assert.equal(new Set(ports).size, ports.length);
  for (const server of crowd) {
    const answers = () => service.form.ready(placeOf(server)).then(() => true);
    await until("each to answer beside the others", answers, { withinMs: 15_000 });
  }
  return { folder: launcher.folder, ports };
}

function portsOf(server: Server): number[] {
  const nodes = Object.values(server.where.nodes);
  return nodes.flatMap(({ port, ports }) => [port, ...Object.values(ports)]);
}

/** Listens on a port and lets it go; rejects when somebody else still has it. */
async function listenOnce(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}
