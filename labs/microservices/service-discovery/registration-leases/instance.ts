// An instance of a service. POST with an address makes it busy, as a call that blocks the event loop
// does, until that address answers.

import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { REGISTRATIONS, type Register } from "./registrations.ts";
import { Registry } from "./registry.ts";

const { NAME = "", REGISTRY = "", REGISTRATION = "", TTL_S } = process.env;
const register = REGISTRATIONS[REGISTRATION] as Register;

const server = createServer(async (request, response) => {
  const address = await text(request);
  response.end(NAME);
  if (!address) return;
  const wait = `await fetch("${address}")`;
  response.once("finish", () => execFileSync(process.execPath, ["--eval", wait]));
});

server.listen(0, "127.0.0.1", async () => {
  await register(new Registry(REGISTRY), NAME, Number(TTL_S)).serving?.();
  process.send?.((server.address() as AddressInfo).port);
});
process.once("disconnect", () => process.exit()); // when its machine is gone
