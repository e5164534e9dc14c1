// A machine with instances on it, which are children of this process. GET / tells their ports, and
// POST /busy/SIGSTOP sends a signal to the one that is called busy.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { REGISTRATIONS, type Register } from "./registrations.ts";
import { Registry } from "./registry.ts";

const { HOST, PORT, INSTANCES = "", REGISTRY = "", REGISTRATION = "", TTL_S } = process.env;
const register = REGISTRATIONS[REGISTRATION] as Register;

const children: Record<string, ChildProcess> = {};
const ports: Record<string, number> = {};

async function start(name: string): Promise<void> {
  const registration = register(new Registry(REGISTRY), name, Number(TTL_S));
  const child = fork(new URL("./instance.ts", import.meta.url), {
    env: { ...process.env, NAME: name },
  });
  child.once("exit", () => registration.ended?.());
  children[name] = child;
  [ports[name]] = await once(child, "message");
  await registration.started?.();
}

await Promise.all(INSTANCES.split(",").map(start));

createServer((request, response) => {
  const [, name = "", signal] = request.url?.split("/") ?? [];
  if (request.method === "POST") children[name]?.kill(signal as NodeJS.Signals);
  response.end(JSON.stringify(ports));
}).listen(Number(PORT), HOST);
