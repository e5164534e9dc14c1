import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { WebSocket } from "ws";
import { webSockets } from "./web-sockets.ts";

test("one port serves pages and sockets", async () => {
  await using open = await webSockets(createServer((_request, response) => response.end("page")));
  open.server.on("connection", (socket) => socket.send("hello"));
  assert.equal(await (await fetch(open.url)).text(), "page");
  const client = new WebSocket(open.url);
  const [greeting] = await once(client, "message");
  assert.equal(String(greeting), "hello");
});

test("its end cuts off who is connected, and nobody gets in any more", async () => {
  const open = await webSockets();
  const client = new WebSocket(open.url);
  await once(client, "open");
  const closed = once(client, "close");
  await open[Symbol.asyncDispose]();
  assert.deepEqual((await closed)[0], 1006); // no closing handshake
  await assert.rejects(once(new WebSocket(open.url), "open"), /ECONNREFUSED/);
});
