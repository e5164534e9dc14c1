// An Application Load Balancer as its CloudFormation template describes it, put into sections of an
// HAProxy configuration. Which rule takes a request is decided as AWS documents it: by the lowest
// priority number, https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html

import type { Address } from "#kit";
import type { Resource, Template } from "./synthesize.ts";

/** Where a request goes on. */
export interface Action {
  readonly Type: string;
  readonly TargetGroupArn?: { readonly Ref: string };
  readonly FixedResponseConfig?: {
    readonly StatusCode: string;
    readonly ContentType?: string;
    readonly MessageBody?: string;
  };
}

/** What a request must be like; any of the values will do. */
export interface Condition {
  readonly Field: string;
  readonly PathPatternConfig?: { readonly Values: readonly string[] };
}

/** A rule of a listener: all of its conditions must hold. */
export interface Rule {
  readonly id: string;
  readonly priority: number;
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

/** The rules of a template in the order in which they are tried. */
export function rulesOf(template: Template): Rule[] {
  return ofType(template, "ListenerRule")
    .map(([id, { Properties }]) => ({
      id,
      priority: Number(Properties.Priority),
      conditions: Properties.Conditions as Condition[],
      action: onlyAction(Properties.Actions as Action[], id),
    }))
    .sort((one, other) => one.priority - other.priority);
}

/**
 * The sections for the one listener of a template. `targets` has the servers of each target group
 * by its name. Throws where the template asks for something that is not translated.
 */
export function albSections(
  template: Template,
  { listen, targets }: { listen: string; targets: Readonly<Record<string, readonly Address[]>> },
): string {
  const [listener, ...others] = ofType(template, "Listener");
  if (!listener || others.length > 0) throw new Error("expected a template with one listener");
  const [id, { Properties }] = listener;
  const otherwise = onlyAction(Properties.DefaultActions as Action[], id);
  const rules = rulesOf(template);
  const groups = ofType(template, "TargetGroup").map(([group, { Properties }]) =>
    groupBackend(group, targets[String(Properties.Name)] ?? []),
  );
  const answers = [...rules, { id, action: otherwise }]
    .filter(({ action }) => action.Type === "fixed-response")
    .map((rule) => answerBackend(rule.id, rule.action));
  return [
    `frontend ${id}`,
    `  bind ${listen}`,
    ...rules.map((rule) => `  use_backend ${backendOf(rule.id, rule.action)} if ${when(rule)}`),
    `  default_backend ${backendOf(id, otherwise)}`,
    ...groups,
    ...answers,
    "",
  ].join("\n");
}

function ofType(template: Template, type: string): [id: string, resource: Resource][] {
  const full = `AWS::ElasticLoadBalancingV2::${type}`;
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === full);
}

function onlyAction(actions: readonly Action[], id: string): Action {
  const [action, ...more] = actions;
  if (!action || more.length > 0) throw new Error(`${id}: expected one action`);
  return action;
}

/** Every action is a backend, since HAProxy would carry out its other actions before any choice. */
function backendOf(id: string, action: Action): string {
  if (action.Type === "fixed-response") return `${id}-answer`;
  if (action.Type === "forward" && action.TargetGroupArn) return action.TargetGroupArn.Ref;
  throw new Error(`${id}: no translation of ${JSON.stringify(action)}`);
}

function groupBackend(group: string, servers: readonly Address[]): string {
  const lines = servers.map(({ host, port }, index) => `  server ${index + 1} ${host}:${port}`);
  return [`backend ${group}`, ...lines].join("\n");
}

function answerBackend(id: string, { FixedResponseConfig }: Action): string {
  const { StatusCode, ContentType = "text/plain", MessageBody } = FixedResponseConfig!;
  const body = MessageBody ? ` content-type ${ContentType} string ${quoted(MessageBody)}` : "";
  return `backend ${id}-answer\n  http-request return status ${StatusCode}${body}`;
}

/** Anonymous conditions of HAProxy: one beside the other means and, patterns within one mean or. */
function when({ id, conditions }: Rule): string {
  return conditions
    .map(({ Field, PathPatternConfig }) => {
      if (Field !== "path-pattern") throw new Error(`${id}: no translation of ${Field}`);
      const patterns = PathPatternConfig!.Values.map((value) => quoted(expressionOf(value)));
      return `{ path -m reg ${patterns.join(" ")} }`;
    })
    .join(" ");
}

/** A star stands for any characters, slashes too, and a question mark for exactly one. */
function expressionOf(pattern: string): string {
  const escaped = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&");
  return `^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
