// The servers of one lab that runs beside them in compose. One that the lab would share with others
// has only to answer. One of the lab's own is started anew by the runner, which alone makes it as at
// the first time, whatever ran in the same containers before.

import type { NodeAddress, Service } from "#kit";
import { formsOf } from "../../compose/forms.ts";
import { type Composed, type LaidServer, layoutOf } from "../../compose/layout.ts";
import type { Launcher } from "../launch.ts";
import type { DeathListener, Lease, Lender } from "../pool.ts";
import { Server } from "../server.ts";
import { halt, imageOf, nodesOf } from "./nodes.ts";

/** Lends a lab the servers that compose has started for it; what has no container is native. */
export async function attachedServers(
  lab: Composed,
  launcher: Launcher,
  native: Lender,
): Promise<Lender> {
  const laid = layoutOf(lab, await formsOf(lab));
  return {
    lease(wanted, onDeath, name) {
      const server = laid.find((one) => one.name === name);
      if (!server) return native.lease(wanted, onDeath, name);
      return server.shared ? join(server, launcher) : takeOver(server, launcher, onDeath);
    },
  };
}

/** The tenancy of the one lab that there is. */
const TENANT = "lab";

async function join(laid: LaidServer, launcher: Launcher): Promise<Lease> {
  const { form, options } = laid;
  const tenants = form.tenants as NonNullable<Service["form"]["tenants"]>;
  const server = await Server.join(
    form,
    imageOf(laid),
    nodesOf(laid, launcher, () => {}),
  );
  const [first] = Object.values(server.where.nodes) as [NodeAddress];
  await tenants.open(first, TENANT);
  return {
    server,
    reach: { ...server.where, tenant: TENANT, options: { ...options } },
    shared: true,
    [Symbol.asyncDispose]: () => tenants.close(first, TENANT),
  };
}

async function takeOver(
  laid: LaidServer,
  launcher: Launcher,
  onDeath: DeathListener,
): Promise<Lease> {
  await halt(laid);
  const server = await Server.begin(laid.form, imageOf(laid), nodesOf(laid, launcher, onDeath));
  return {
    server,
    reach: { ...server.where, tenant: "", options: { ...laid.options } },
    shared: false,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
