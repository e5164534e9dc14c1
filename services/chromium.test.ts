import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { type Stand, stand } from "../test/contract/stand.ts";
import { killRunnerOf } from "../test/killed-runner.ts";
import { lacking } from "../test/lacking.ts";
import { type ChromiumFace, chromium } from "./chromium.ts";

describe("chromium", { skip: await lacking(chromium) }, () => {
  let browser: Stand<ChromiumFace>;
  before(async () => {
    browser = await stand(chromium.own());
    console.log(`# ready after ${Math.round(browser.server.readyMs)} ms`);
  });
  after(() => browser[Symbol.asyncDispose]());

  test("a page runs its script, and its cookies stay in its own context", async () => {
    const cookies: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      if (request.url === "/") cookies.push(request.headers.cookie);
      response.setHeader("set-cookie", "seen=1");
      response.setHeader("content-type", "text/html");
      response.end("<p id=p></p><script>p.textContent = 6 * 7</script>");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      for (let visitor = 0; visitor < 2; visitor++) {
        await using page = await browser.face.page();
        await page.goto(url);
        assert.equal(await page.textContent("#p"), "42");
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
    assert.deepEqual(cookies, [undefined, undefined]);
  });

  test("it comes back after it was killed", async () => {
    await browser.face.kill();
    await browser.face.restart();
    await using page = await browser.face.page();
    assert.equal(await page.evaluate("1 + 1"), 2);
  });

  test("leaves nothing when its runner is killed", async () => {
    const processes = await killRunnerOf("chromium");
    assert.ok(processes.some((line) => line.includes("--type=")));
  });
});
