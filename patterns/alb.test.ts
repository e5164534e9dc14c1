import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { haproxy } from "#services/haproxy";
import { stand } from "../test/contract/stand.ts";
import { lacking } from "../test/lacking.ts";
import { type Action, albSections, type Condition, rulesOf } from "./alb.ts";
import { listening } from "./listening.ts";
import type { Template } from "./synthesize.ts";

const LISTENER = "AWS::ElasticLoadBalancingV2::Listener";
const RULE = "AWS::ElasticLoadBalancingV2::ListenerRule";
const GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup";

const toGroup: Action = { Type: "forward", TargetGroupArn: { Ref: "Group" } };

const answer = (body: string): Action => ({
  Type: "fixed-response",
  FixedResponseConfig: { StatusCode: "410", ContentType: "text/plain", MessageBody: body },
});

const path = (...values: string[]): Condition => ({
  Field: "path-pattern",
  PathPatternConfig: { Values: values },
});

/** A template with one group and these rules, in this order. */
function templateOf(rules: [priority: number, condition: Condition, action: Action][]): Template {
  const resources = rules.map(([Priority, condition, action]) => [
    `Rule${Priority}`,
    { Type: RULE, Properties: { Priority, Conditions: [condition], Actions: [action] } },
  ]);
  return {
    Resources: {
      Listener: { Type: LISTENER, Properties: { DefaultActions: [answer("nobody's")] } },
      Group: { Type: GROUP, Properties: { Name: "group" } },
      ...Object.fromEntries(resources),
    },
  };
}

test("rules come by priority, whatever their order in the template", () => {
  const rules = rulesOf(
    templateOf([
      [20, path("/b"), toGroup],
      [3, path("/a"), toGroup],
    ]),
  );
  assert.deepEqual(
    rules.map(({ id, priority }) => [id, priority]),
    [
      ["Rule3", 3],
      ["Rule20", 20],
    ],
  );
});

test("what has no translation is named", () => {
  const translate = (condition: Condition, action: Action) =>
    albSections(templateOf([[1, condition, action]]), { listen: "127.0.0.1:1", targets: {} });
  assert.throws(() => translate({ Field: "source-ip" }, toGroup), /Rule1.*source-ip/);
  assert.throws(() => translate(path("/"), { Type: "redirect" }), /Rule1.*redirect/);
});

describe("in HAProxy", { skip: await lacking(haproxy) }, () => {
  test("a request is taken by the first rule whose pattern it matches", async () => {
    await using group = await listening(createServer((_, response) => response.end("the group")));
    await using stood = await stand(haproxy);
    const template = templateOf([
      [30, path("/files/*"), toGroup],
      [20, path("/files/?.txt", "/it's"), answer("one letter, that's all")],
    ]);
    await stood.face.configure(({ listen }) =>
      albSections(template, { listen, targets: { group: [group.address] } }),
    );
    const expected = {
      "/files/a.txt": "410 one letter, that's all",
      "/files/a.txt?version=2": "410 one letter, that's all",
      "/it's": "410 one letter, that's all",
      "/files/ab.txt": "200 the group",
      "/files/a-txt": "200 the group",
      "/files/a/b": "200 the group",
      "/files/": "200 the group",
      "/files": "410 nobody's",
      "/FILES/a.txt": "410 nobody's",
      "/my/files/a.txt": "410 nobody's",
    };
    const found: Record<string, string> = {};
    for (const path of Object.keys(expected)) {
      const reply = await fetch(stood.face.url + path);
      found[path] = `${reply.status} ${await reply.text()}`;
    }
    assert.deepEqual(found, expected);
  });
});
