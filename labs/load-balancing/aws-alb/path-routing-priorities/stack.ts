// The balancer as it would be deployed: three groups of servers, and rules that share out the paths.

import type { Stack } from "aws-cdk-lib";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import {
  ApplicationLoadBalancer,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  TargetType,
} from "aws-cdk-lib/aws-elasticloadbalancingv2";

export const GROUPS = ["admin", "api", "web"] as const;
export type Group = (typeof GROUPS)[number];

/** A rule: requests with such paths go to the group, unless a lower priority has taken them. */
export interface PathRule {
  readonly group: Group;
  readonly priority: number;
  readonly paths: readonly string[];
}

/** Adds the balancer to a stack; what no rule takes goes to a group, or is refused with a 404. */
export function addBalancer(
  stack: Stack,
  rules: readonly PathRule[],
  otherwise: Group | "refused",
): void {
  const vpc = Vpc.fromVpcAttributes(stack, "Vpc", {
    vpcId: "vpc-0123456789abcdef0",
    availabilityZones: ["eu-west-1a", "eu-west-1b"],
    publicSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
  });
  const group = (name: Group) =>
    new ApplicationTargetGroup(stack, name, {
      ...{ vpc, port: 80, targetType: TargetType.IP, targetGroupName: name },
    });
  const groups = { admin: group("admin"), api: group("api"), web: group("web") };
  const balancer = new ApplicationLoadBalancer(stack, "Balancer", { vpc, internetFacing: true });
  const listener = balancer.addListener("Http", {
    port: 80,
    defaultAction:
      otherwise === "refused"
        ? ListenerAction.fixedResponse(404, { contentType: "text/plain", messageBody: otherwise })
        : ListenerAction.forward([groups[otherwise]]),
  });
  for (const { group, priority, paths } of rules) {
    listener.addAction(group, {
      priority,
      conditions: [ListenerCondition.pathPatterns([...paths])],
      action: ListenerAction.forward([groups[group]]),
    });
  }
}
