// A registry is a list of who is there, and others send their requests to whoever is on it. But how
// does it know? The instance may say when it comes and when it goes: a dead one says nothing. Its
// parent may say it: a frozen one has not ended. Or the entry hangs on a lease that the instance must
// keep alive, and then the list says who was heard of, which is not the same as who is there.

import { createServer } from "node:http";
import { gate, lab, until } from "#kit";
import { listening } from "#patterns/listening";
import { etcd } from "#services/etcd";
import { processes } from "#services/processes";
import { onStartOffStop, supervised, underLease } from "./registrations.ts";
import { Registry } from "./registry.ts";

const INSTANCES = ["killed", "frozen", "busy", "quiet"];

const arms = { "on-start-off-stop": onStartOffStop, lease: underLease, supervisor: supervised };

/** Reads the list again and again, until two leases have passed by etcd's own clock. */
async function watch(registry: Registry, ttlS: number) {
  const witness = "two leases";
  await registry.add({ name: witness, lease: await registry.lease(2 * ttlS) });
  const before = await registry.keepAlives();
  const reads: Set<string>[] = [];
  const arePast = async () => {
    const listed = await registry.list();
    reads.push(listed);
    return !listed.has(witness);
  };
  await until("two leases to pass", arePast, { withinMs: 20_000, everyMs: 50 });
  return { reads, keepAlives: (await registry.keepAlives()) - before };
}

const post = (url: string, body?: string) => fetch(url, { method: "POST", body });

export default lab({
  title: "Service registration: on and off, lease, supervisor",
  question: "An instance dies, or freezes, or is just busy: what does the registry say?",
  services: {
    // An etcd grants no lease shorter than one and a half of its election timeouts.
    etcd: etcd.with({ config: { "election-timeout": "500", "heartbeat-interval": "50" } }),
    machine: processes.with({ module: import.meta.resolve("./machine.ts") }),
  },
  knobs: { ttlS: 1 },
  arms,

  async trial(register, { etcd, machine, knobs: { ttlS } }) {
    const [url, here] = [etcd.endpoints[0] as string, machine.urls[0] as string];
    const registry = new Registry(url);
    const REGISTRATION = register.name;
    const variables = { REGISTRY: url, REGISTRATION, TTL_S: ttlS, INSTANCES: INSTANCES.join() };
    await machine.start(variables);
    const ports = await (await fetch(here)).json();
    const work = gate();
    await using slow = await listening(
      createServer((_request, response) => void work.pass().then(() => response.end())),
    );

    await post(`http://127.0.0.1:${ports.busy}`, slow.url);
    await until("one to be busy", () => work.waiting === 1);
    await Promise.all([post(`${here}/killed/SIGKILL`), post(`${here}/frozen/SIGSTOP`)]);
    const { reads, keepAlives } = await watch(registry, ttlS);

    work.open();
    await (await fetch(`http://127.0.0.1:${ports.busy}`)).text(); // it answers as if nothing had been
    await post(`${here}/quiet/SIGTERM`);
    await until("one that stops in good order to be gone", async () => {
      return !(await registry.list()).has("quiet");
    });

    const share = (name: string) => reads.filter((read) => read.has(name)).length / reads.length;
    return {
      listed: { killed: share("killed"), frozen: share("frozen") },
      killedIsGone: !reads.at(-1)?.has("killed"),
      frozenIsGone: !reads.at(-1)?.has("frozen"),
      missing: 1 - Math.min(share("busy"), share("quiet")),
      keepAlives,
    };
  },

  claims: {
    "An instance killed with -9 is gone within two leases": {
      holds: (found) => found.killedIsGone,
      brokenBy: ["on-start-off-stop"],
    },
    "A frozen instance is gone within two leases": {
      holds: (found) => found.frozenIsGone,
      brokenBy: ["on-start-off-stop", "supervisor"],
    },
    "A live instance is never taken off the list": {
      holds: (found) => found.missing === 0,
      brokenBy: ["lease"],
    },
    "A quiet instance costs the registry nothing": {
      holds: (found) => found.keepAlives === 0,
      brokenBy: ["lease"],
    },
  },

  measures: {
    "share of two leases for which a dead instance is listed": (found) => found.listed.killed,
    "share of two leases for which a frozen instance is listed": (found) => found.listed.frozen,
    "share of two leases for which a live one is missing": (found) => found.missing,
    "requests to etcd while nothing happens": (found) => found.keepAlives,
  },
});
