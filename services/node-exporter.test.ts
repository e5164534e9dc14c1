import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { nodeExporter } from "./node-exporter.ts";

describe("node-exporter", { skip: await lacking(nodeExporter) }, () => {
  test("it shows the machine's measurements and those that the lab writes", async () => {
    await using stood = await stand(nodeExporter);
    await stood.face.write({ "lab.prom": "lab_orders 3\n" });
    const text = await (await fetch(stood.face.url)).text();
    assert.match(text, /^node_memory_MemTotal_bytes \d/m);
    assert.match(text, /^lab_orders 3$/m);
  });
});
