// The project's own image: built from the Dockerfile, with a lab and the studio in it. It installs
// every server, so it takes minutes and a network; see compose.test.ts for PARETO_DOCKER.
// PARETO_IMAGE names an image that has been built already.

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "#kit";
import { nodeImage } from "../../compose/compose.ts";
import type { Examined } from "../../runner/doctor.ts";
import { Ports } from "../../runner/ports.ts";
import { ask } from "../studio/request.ts";
import { docker } from "./docker.ts";
import { standIns } from "./stand-ins.ts";

const wanted = process.env.PARETO_DOCKER;
const skip = wanted ? false : "PARETO_DOCKER is not set";
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILT = process.env.PARETO_IMAGE;
const IMAGE = BUILT ?? "pareto-test";

suite("the image", { skip }, () => {
  const made = new AsyncDisposableStack();
  before(async () => {
    if (BUILT) return;
    if (wanted === "stand-ins") made.use(await standIns([nodeImage()]));
    await docker("build", "--network", "host", "--tag", IMAGE, ROOT);
    made.defer(() => docker("image", "rm", "--force", IMAGE).then(() => {}));
  });
  after(() => made[Symbol.asyncDispose]());

  test("has every server", async () => {
    const all: Examined[] = JSON.parse(await docker("run", "--rm", IMAGE, "doctor", "--json"));
    const lacking = all.filter(({ found }) => !found);
    assert.deepEqual(lacking, []);
  });

  for (const lab of ["optimistic-locking", "isolation-anomalies"]) {
    test(`runs ${lab}, which comes out as declared`, async () => {
      const said = await docker("run", "--rm", IMAGE, "run", lab);
      assert.match(said, /As declared: every verdict, in every round/);
    });
  }

  test("opens the studio at the published port, and to nobody without the link", async () => {
    using ports = new Ports();
    const port = await ports.reserve();
    const published = ["--publish", `127.0.0.1:${port}:${port}`];
    const words = ["studio", "--no-open", "--in-container", "--port", String(port)];
    const container = await docker("run", "--rm", "--detach", ...published, IMAGE, ...words);
    try {
      const said = () => docker("logs", container);
      const link = /http:\/\/127\.0\.0\.1:(\d+)\/#token=(\S+)/;
      await until("the link", async () => link.test(await said()), { withinMs: 60_000 });
      const [, shown, token = ""] = link.exec(await said()) ?? [];
      assert.equal(shown, String(port));
      await letsInOnlyTheLink(`http://127.0.0.1:${port}`, token);
    } finally {
      await docker("stop", "--time", "10", container);
    }
  });
});

async function letsInOnlyTheLink(origin: string, token: string): Promise<void> {
  const page = await ask(origin, { path: "/" });
  assert.equal(page.status, 200);
  const foreign = await ask(origin, { path: "/", headers: { host: "pareto.example" } });
  assert.equal(foreign.status, 403);
  const stranger = await ask(origin, { path: "/api/progress" });
  assert.equal(stranger.status, 401);
  const body = JSON.stringify({ token });
  const own = { origin, "sec-fetch-site": "same-origin", "content-type": "application/json" };
  const friend = await ask(origin, { method: "POST", path: "/api/session", body, headers: own });
  assert.ok(friend.headers["set-cookie"], friend.body);
}
