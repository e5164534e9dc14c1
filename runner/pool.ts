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

export type DeathListener = (error: DeadServer) => void;

/** What lends a run its servers. */
export interface Lender {
  /** Starts, or shares, what a lab wants under a name. Throws MissingServer or DeadServer. */
  lease(wanted: Wanted, onDeath: DeathListener, name: string): Promise<Lease>;
}

/** A server that runs share, and who of them wants to hear of its death. */
interface Shared {
  readonly server: Promise<Server>;
  readonly listeners: Set<DeathListener>;
}

export class Pool implements Lender, AsyncDisposable {
  readonly #launcher: Launcher;
  /** The shared servers that live, by service. */
  readonly #shared = new Map<string, Shared>();
  /** All that were ever shared: of one that has died some nodes may be left. */
  readonly #started: Promise<Server>[] = [];
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
    const started = await Promise.allSettled(this.#started);
    await Promise.all(
      started.map((one) => one.status === "fulfilled" && one.value[Symbol.asyncDispose]()),
    );
  }

  async #join(
    service: Service,
    tenants: NonNullable<Service["form"]["tenants"]>,
    onDeath: DeathListener,
  ): Promise<Lease> {
    const shared = this.#sharedServer(service);
    const server = await shared.server;
    const tenant = `lab_${++this.#tenants}`;
    const [first] = Object.values(server.where.nodes) as [NodeAddress];
    await tenants.open(first, tenant);
    shared.listeners.add(onDeath);
    return {
      server,
      reach: { ...server.where, tenant, options: { ...service.form.options } },
      shared: true,
      [Symbol.asyncDispose]: async () => {
        shared.listeners.delete(onDeath);
        const lives = this.#shared.get(service.form.name) === shared;
        if (lives) await tenants.close(first, tenant);
      },
    };
  }

  #sharedServer(service: Service): Shared {
    const { name } = service.form;
    const running = this.#shared.get(name);
    if (running) return running;
    const listeners = new Set<DeathListener>();
    const forget = () => {
      if (this.#shared.get(name) === shared) this.#shared.delete(name);
    };
    const server = Server.start(service, {}, this.#launcher, (error) => {
      forget();
      for (const listener of listeners) listener(error);
    });
    server.catch(forget);
    const shared = { server, listeners };
    this.#shared.set(name, shared);
    this.#started.push(server);
    return shared;
  }
}
