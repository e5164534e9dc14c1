import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { until } from "#kit";
import { type Stand, stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { type RabbitClusterFace, rabbitmqCluster, startedOnAll } from "./rabbitmq-cluster.ts";

const quorum = { durable: true, arguments: { "x-queue-type": "quorum" } };

describe("rabbitmq-cluster", { skip: await lacking(rabbitmqCluster) }, () => {
  let cluster: Stand<RabbitClusterFace>;
  before(async () => {
    cluster = await stand(rabbitmqCluster);
    console.log(`# ready after ${Math.round(cluster.server.readyMs)} ms`);
  });
  after(() => cluster[Symbol.asyncDispose]());

  test("a quorum queue outlives one of its three brokers", async () => {
    const { face } = cluster;
    const [first, second] = face.brokers as [string, string];
    const publisher = await face.node(first).confirmChannel();
    await publisher.assertQueue("orders", quorum);
    publisher.sendToQueue("orders", Buffer.from("1"));
    await publisher.waitForConfirms();
    await face.kill(first);
    const kept = await until(
      "another broker to lead the queue",
      async () => {
        await using channel = await face.node(second).channel();
        return await channel.get("orders", { noAck: true });
      },
      { withinMs: 15_000, everyMs: 500 },
    );
    assert.equal(String(kept.content), "1");
  });

  test("a new trial begins with all brokers in the cluster and no queue", async () => {
    const face = await cluster.again();
    for (const name of face.brokers) {
      const channel = await face.node(name).channel();
      await assert.rejects(channel.checkQueue("orders"), /NOT_FOUND/);
    }
  });
});

test("a virtual host is started on the broker that has missed it, and on no other", async () => {
  const states: Record<string, string> = { "a@localhost": "running", "b@localhost": "stopped" };
  const posted: string[] = [];
  const api = createServer(({ method, url = "" }, response) => {
    if (method === "POST") {
      posted.push(url);
      states[url.split("/").at(-1)!] = "running";
    }
    response.end(JSON.stringify({ cluster_state: states }));
  });
  await once(api.listen(0, "127.0.0.1"), "listening");
  const { port } = api.address() as AddressInfo;
  await startedOnAll({ host: "127.0.0.1", port, ports: { management: port } }, "vhosts/lab");
  assert.deepEqual(posted, ["/api/vhosts/lab/start/b@localhost"]);
  api.closeAllConnections();
  await once(api.close(), "close");
});
