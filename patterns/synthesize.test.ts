import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { CfnResource } from "aws-cdk-lib";
import { synthesize } from "./synthesize.ts";

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("cdk-"));

test("a stack becomes its template, and leaves no files behind", () => {
  const before = folders();
  const template = synthesize((stack) => {
    new CfnResource(stack, "Queue", { type: "AWS::SQS::Queue", properties: { DelaySeconds: 5 } });
  });
  assert.deepEqual(template.Resources, {
    Queue: { Type: "AWS::SQS::Queue", Properties: { DelaySeconds: 5 } },
  });
  assert.deepEqual(folders(), before);
});

test("a stack with a fault has no template", () => {
  const build = () =>
    synthesize((stack) => {
      const queue = new CfnResource(stack, "Queue", { type: "AWS::SQS::Queue" });
      queue.node.addValidation({ validate: () => ["a queue too many"] });
    });
  assert.throws(build, /a queue too many/);
});
