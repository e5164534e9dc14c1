// Labs in compose on a real engine. PARETO_DOCKER=1 takes the official images, which the engine has
// or pulls; PARETO_DOCKER=stand-ins makes those that it does not have out of Debian's packages.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { nodeImage } from "../../compose/compose.ts";
import { postgres } from "../../services/postgres.ts";
import { redis } from "../../services/redis.ts";
import { pareto } from "../command.ts";
import { compose, docker } from "./docker.ts";
import { standIns } from "./stand-ins.ts";

const wanted = process.env.PARETO_DOCKER;
const skip = wanted ? false : "PARETO_DOCKER is not set";

/** Labs that differ in what they do to their servers. */
const LABS = {
  "optimistic-locking": "a Redis of the lab's own, started anew in each trial",
  "isolation-anomalies": "a PostgreSQL that has only to answer, without a hold of Docker",
  "script-caching": "a Redis that the lab restarts",
  "six-node-cluster": "six nodes of Redis, of which one is killed and another takes over",
};

suite("labs in compose", { skip }, () => {
  const made = new AsyncDisposableStack();
  before(async () => {
    const images = [nodeImage(), redis.form.image, postgres.form.image];
    if (wanted === "stand-ins") made.use(await standIns(images));
  });
  after(() => made[Symbol.asyncDispose]());

  for (const [slug, what] of Object.entries(LABS)) {
    test(`${slug} comes out as declared: ${what}`, async () => {
      const { out: file } = await pareto(["compose", slug]);
      const project = `pareto-test-${slug}`;
      try {
        const { said, code } = await compose(file, project, "run", "--rm", "-T", "lab");
        assert.match(said, /As declared: every verdict, in every round/);
        assert.equal(code, 0);
      } finally {
        await compose(file, project, "down", "--volumes");
      }
      assert.equal(await docker("ps", "--all", "--quiet", "--filter", `name=${slug}`), "");
    });
  }
});
