import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { type Address, until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { alertmanager } from "./alertmanager.ts";
import { ask } from "./http.ts";

describe("alertmanager", { skip: await lacking(alertmanager) }, () => {
  test("two that know each other send one message of an alert that both heard of", async () => {
    await using hook = await webhook();
    await using stood = await stand(
      alertmanager.with({ nodes: 2, config: { "cluster.peer-timeout": "1s" } }),
    );
    const { face } = stood;
    await face.configure(routeTo(hook.url));
    const instances = Object.values(face.nodes);
    await post("First", instances);
    await until("the message", () => hook.messages.length > 0);
    // Who comes second in the cluster decides a second later, on the first alert before the next.
    await post("Second", await secondOf(instances));
    await until("the second message", () => hook.messages.length > 1);
    assert.deepEqual(hook.messages, ["First", "Second"]);
  });

  test("two that do not know each other send one each", async () => {
    await using hook = await webhook();
    await using stood = await stand(alertmanager.with({ nodes: 2, clustered: false }));
    await stood.face.configure(routeTo(hook.url));
    await post("First", Object.values(stood.face.nodes));
    await until("two messages", () => hook.messages.length === 2);
  });
});

function routeTo(url: string): string {
  return `
route: { receiver: lab, group_by: [alertname], group_wait: 100ms, group_interval: 1m }
receivers: [{ name: lab, webhook_configs: [{ url: "${url}" }] }]
`;
}

/** The instances that do not come first in the cluster, and so wait before they send. */
async function secondOf(instances: readonly Address[]): Promise<Address[]> {
  const metrics = await Promise.all(instances.map((one) => ask(one, { path: "/metrics" })));
  return instances.filter((_, index) => /^alertmanager_peer_position 1$/m.test(metrics[index]!));
}

async function post(alertname: string, instances: readonly Address[]): Promise<void> {
  const body = JSON.stringify([{ labels: { alertname } }]);
  for (const { host, port } of instances) {
    const answer = await fetch(`http://${host}:${port}/api/v2/alerts`, {
      ...{ method: "POST", body, headers: { "content-type": "application/json" } },
    });
    assert.equal(answer.status, 200);
  }
}

/** A server that keeps the names of the alerts that it is sent. */
async function webhook() {
  const messages: string[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    messages.push(JSON.parse(text).groupLabels.alertname);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    messages,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
