// The servers of all runs of one command. A service that labs share is started once, and each run
// gets a tenancy in it; any other is started for the one run.

import type { NodeAddress, Service } from "#kit";
import type { Wanted } from "../contracts/description.ts";
import type { Launcher } from "./launch.ts";
import type { Reach } from "./messages.ts";
import type { DeadServer } from "./node.ts";
import { Server } from "./server.ts";
import { loadService } from "./services.ts";

/** A server as one run holds it. */
export interface Lease extends AsyncDisposable {
  readonly server: Server;
  readonly reach: Reach;
  /** True when other runs use it too, so that nobody may break it. */
  readonly shared: boolean;
}

type DeathListener = (error: DeadServer) => void;

export class Pool implements AsyncDisposable {
  readonly #launcher: Launcher;
  readonly #shared = new Map<string, Promise<Server>>();
  readonly #listeners = new Set<DeathListener>();
  #tenants = 0;

  constructor(launcher: Launcher) {
    this.#launcher = launcher;
  }

  /** Starts, or shares, what a lab wants. Throws MissingServer or DeadServer. */
  async lease(wanted: Wanted, onDeath: DeathListener): Promise<Lease> {
    const service = await loadService(wanted.service);
    const { options } = wanted;
    if (!wanted.alone && service.form.tenants) {
      return this.#join(service, service.form.tenants, onDeath);
    }
    const server = await Server.start(service, options, this.#launcher, onDeath);
    const reach = { ...server.where, tenant: "", options: { ...service.form.options, ...options } };
    return {
      server,
      reach,
      shared: false,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const started = await Promise.allSettled(this.#shared.values());
    await Promise.all(
      started.map((one) => one.status === "fulfilled" && one.value[Symbol.asyncDispose]()),
    );
  }

  async #join(
    service: Service,
    tenants: NonNullable<Service["form"]["tenants"]>,
    onDeath: DeathListener,
  ): Promise<Lease> {
    const server = await this.#sharedServer(service);
    const tenant = `lab_${++this.#tenants}`;
    const [first] = Object.values(server.where.nodes) as [NodeAddress];
    await tenants.open(first, tenant);
    this.#listeners.add(onDeath);
    return {
      server,
      reach: { ...server.where, tenant, options: { ...service.form.options } },
      shared: true,
      [Symbol.asyncDispose]: async () => {
        this.#listeners.delete(onDeath);
        await tenants.close(first, tenant);
      },
    };
  }

  #sharedServer(service: Service): Promise<Server> {
    const { name } = service.form;
    const running = this.#shared.get(name);
    if (running) return running;
    const starting = Server.start(service, {}, this.#launcher, (error) => {
      this.#shared.delete(name);
      for (const listener of this.#listeners) listener(error);
    });
    this.#shared.set(name, starting);
    starting.catch(() => this.#shared.delete(name));
    return starting;
  }
}
