import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "#kit";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { etcd } from "./etcd.ts";
import { ask } from "./http.ts";

describe("etcd", { skip: await lacking(etcd) }, () => {
  test("it answers JSON over HTTP and etcdctl alike", async () => {
    await using stood = await stand(etcd);
    const { face } = stood;
    const [key, value] = ["a", "1"].map(btoa);
    await ask(face.address, {
      ...{ path: "/v3/kv/put", method: "POST" },
      body: JSON.stringify({ key, value }),
    });
    assert.equal(await face.etcdctl("get", "a", "--print-value-only"), "1\n");
    await assert.rejects(face.etcdctl("nonsense"), /unknown command "nonsense"/);
  });

  test("two of three members go on without the third, and one alone writes nothing", async () => {
    await using stood = await stand(etcd.with({ nodes: 3 }));
    const { face } = stood;
    await face.kill("etcd-1");
    await until("a leader of two", () => face.etcdctl("put", "a", "1").then(() => true), {
      withinMs: 10_000,
    });
    await face.kill("etcd-2");
    await assert.rejects(face.etcdctl("--command-timeout=500ms", "put", "a", "2"));
  });
});
