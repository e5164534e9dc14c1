// Who puts an instance on the list, and who takes it off.

import type { Registry } from "./registry.ts";

/** What an instance does when it serves, and what its parent does when it starts and ends. */
export interface Registration {
  serving?(): Promise<void>;
  started?(): Promise<void>;
  ended?(): Promise<void>;
}

export type Register = (registry: Registry, name: string, ttlS: number) => Registration;

/** Takes the instance off the list when it is asked to stop. */
function removeOnStop(registry: Registry, name: string): void {
  process.once("SIGTERM", async () => {
    await registry.remove(name);
    process.exit();
  });
}

export const onStartOffStop: Register = (registry, name) => ({
  async serving() {
    await registry.add({ name });
    removeOnStop(registry, name);
  },
});

export const underLease: Register = (registry, name, ttlS) => ({
  async serving() {
    const lease = await registry.lease(ttlS);
    await registry.add({
      name,
      lease, // matters: An instance killed with -9 is gone within two leases; A frozen instance is gone within two leases
    });
    setInterval(() => registry.keepAlive(lease), (ttlS * 1_000) / 3);
    removeOnStop(registry, name);
  },
});

export const supervised: Register = (registry, name) => ({
  started: () => registry.add({ name }),
  ended: () => registry.remove(name),
});

/** By name, for the processes that are told which one to use. */
export const REGISTRATIONS: Readonly<Record<string, Register>> = {
  onStartOffStop,
  underLease,
  supervised,
};
