// The studio as it listens in a container: on every interface, and still for one address alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "../../runner/house.ts";
import { openStudio } from "../../studio/studio.ts";
import { builtAtLeastOnce, ROOT } from "./open.ts";
import { ask } from "./request.ts";

test("in a container other addresses reach the studio, and get nothing", async () => {
  await builtAtLeastOnce();
  await using house = await House.open();
  await using studio = await openStudio({ root: ROOT, port: 0, inContainer: true, house });
  const { host, port } = new URL(studio.origin);
  // Every address in 127/8 is this machine, and this one is another interface than the loopback's.
  const beyond = `http://127.0.0.2:${port}`;
  assert.equal((await ask(beyond, { path: "/" })).status, 403);
  assert.equal((await ask(beyond, { path: "/", headers: { host } })).status, 200);
  assert.equal((await ask(beyond, { path: "/api/progress", headers: { host } })).status, 401);
  assert.match(studio.link, new RegExp(`^http://127\\.0\\.0\\.1:${port}/#token=`));
});
