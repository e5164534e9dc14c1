// A service in a test's own hands: started by the runner, reached as a lab reaches it.

import type { Running, Service } from "#kit";
import { setBench } from "../../runner/bench.ts";
import { Launcher } from "../../runner/launch.ts";
import type { DeadServer } from "../../runner/node.ts";
import { Server } from "../../runner/server.ts";

/** A started service, its face, and what the runner heard of its death. */
export interface Stand<Face> extends AsyncDisposable {
  readonly server: Server;
  readonly face: Running<Face>;
  /** Resolves with the error when a process ends that nobody asked to end. */
  readonly died: Promise<DeadServer>;
  /** Begins a new trial: mends what is broken and resets the service, as between two trials. */
  again(): Promise<Running<Face>>;
}

/** Starts a service with a launcher of its own, or with that of the caller. */
export async function stand<Face extends object>(
  service: Service<object, Face>,
  launcher = new Launcher(),
): Promise<Stand<Face>> {
  await using opening = new AsyncDisposableStack();
  opening.use(launcher);
  const died = Promise.withResolvers<DeadServer>();
  const server = await Server.start(service, service.chosen, launcher, died.resolve);
  opening.use(server);
  const options = { ...service.form.options, ...service.chosen };
  let bench: AsyncDisposable | undefined;
  const again = async () => {
    await bench?.[Symbol.asyncDispose]();
    await server.mend();
    const set = await setBench({
      services: { face: service as never },
      reach: { face: { ...server.where, tenant: "", options } },
      ...{ knobs: {}, traced: false, arm: "", say: () => {} },
      ask: (_service, deed) => server.perform(deed),
    });
    bench = set;
    return set.bench.face as Running<Face>;
  };
  opening.defer(() => bench?.[Symbol.asyncDispose]());
  const face = await again();
  const owned = opening.move();
  return {
    ...{ server, face, died: died.promise, again },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}
