// The rules of an Application Load Balancer are tried by their numbers, and the first that matches
// takes the request. A star matches slashes too, so a broad rule with a low number takes what a
// narrow one was written for. The order in the code says nothing. And /api/* does not match /api:
// whatever no rule takes goes to the default action, the front page or a refusal.

import { createServer } from "node:http";
import { lab, sum } from "#kit";
import { albSections, rulesOf } from "#patterns/alb";
import { listening } from "#patterns/listening";
import { synthesize } from "#patterns/synthesize";
import { haproxy } from "#services/haproxy";
import { addBalancer, GROUPS, type Group, type PathRule } from "./stack.ts";

interface Routing {
  readonly rules: readonly PathRule[];
  readonly otherwise: Group | "refused";
}

const api = { group: "api", priority: 10, paths: ["/api/*"] } satisfies PathRule;
const admin = { group: "admin", priority: 20, paths: ["/api/admin/*"] } satisfies PathRule;

const broadFirst: Routing = { rules: [api, admin], otherwise: "web" };

const specificFirst: Routing = {
  rules: [
    api,
    {
      ...admin,
      priority: 5, // matters: /api/admin/users reaches the admin servers
    },
  ],
  otherwise: "web",
};

const complete: Routing = {
  rules: [
    { group: "admin", priority: 5, paths: ["/api/admin", "/api/admin/*"] },
    { group: "api", priority: 10, paths: ["/api", "/api/*"] },
    { group: "web", priority: 15, paths: ["/", "/shop/*"] },
  ],
  otherwise: "refused",
};

/** Who should answer; "refused" is the balancer itself. */
const INTENDED: Record<string, Group | "refused"> = {
  "/": "web",
  "/shop/cart": "web",
  "/api": "api",
  "/api/orders": "api",
  "/api/orders/7/items": "api",
  "/api/administrators": "api",
  "/api/admin": "admin",
  "/api/admin/users": "admin",
  "/API/orders": "refused",
  "/wp-login.php": "refused",
};

export default lab({
  title: "Path routing and the priority of rules",
  question: "Why does /api/admin reach the public API, and /api the front page?",
  services: { haproxy },
  arms: { "broad-first": broadFirst, "specific-first": specificFirst, complete },

  async trial({ rules, otherwise }, { haproxy }) {
    await using stack = new AsyncDisposableStack();
    const servers = await Promise.all(
      GROUPS.map(async (group) => {
        const server = createServer((_request, response) => response.end(group));
        return [group, [stack.use(await listening(server)).address]];
      }),
    );
    const template = synthesize((stack) => addBalancer(stack, rules, otherwise));
    await haproxy.configure(({ listen }) =>
      albSections(template, { listen, targets: Object.fromEntries(servers) }),
    );

    const answeredBy: Record<string, string> = {};
    for (const path of Object.keys(INTENDED)) {
      answeredBy[path] = await (await fetch(haproxy.url + path)).text();
    }
    const values = rulesOf(template).map(({ conditions }) =>
      sum(conditions.map(({ PathPatternConfig }) => PathPatternConfig?.Values.length ?? 0)),
    );
    const paths = Object.entries(INTENDED);
    return {
      answeredBy,
      misled: paths.filter(([path, group]) => answeredBy[path] !== group).length,
      rules: values.length,
      values: sum(values),
      mostValues: Math.max(...values),
    };
  },

  claims: {
    "/api/admin/users reaches the admin servers": {
      holds: ({ answeredBy }) => answeredBy["/api/admin/users"] === "admin",
      brokenBy: ["broad-first"],
    },
    "/api without a slash reaches the API": {
      holds: ({ answeredBy }) => answeredBy["/api"] === "api",
      brokenBy: ["broad-first", "specific-first"],
    },
    "A path that nobody owns is answered by the balancer itself": {
      holds: ({ answeredBy }) => answeredBy["/wp-login.php"] === "refused",
      brokenBy: ["broad-first", "specific-first"],
    },
    "A service takes one of the five condition values of a rule": {
      holds: ({ mostValues }) => mostValues === 1,
      brokenBy: ["complete"],
    },
  },

  measures: {
    "requests to the wrong group": (found) => found.misled,
    rules: (found) => found.rules,
    "condition values": (found) => found.values,
  },
});
