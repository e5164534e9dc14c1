// The nodes of a server on this machine: where each one lies, and what runs it.

import { join } from "node:path";
import type { Found, NodeAddress, ServiceForm } from "#kit";
import type { Launcher } from "./launch.ts";
import { type DeadServer, ServerNode } from "./node.ts";
import { NodeFolder } from "./node-folder.ts";
import { NativeRuntime } from "./runtime.ts";
import { fillFolder } from "./template.ts";
import { reachable, userFor } from "./user.ts";

/** Gives every node a folder, ports, and the addresses of its peers. */
export async function nativeNodes(
  form: ServiceForm<object, object>,
  options: object,
  found: Found,
  launcher: Launcher,
  onDeath: (error: DeadServer) => void,
): Promise<Map<string, ServerNode>> {
  const names = form.nodes?.(options) ?? [form.name];
  const peers: Record<string, NodeAddress> = {};
  for (const name of names) peers[name] = await reserve(form.ports?.(options) ?? [], launcher);
  const user = userFor(form);
  const program = reachable(found.program, found.version, user);
  const preparation = form.prepare?.(options);
  const fill =
    preparation &&
    ((folder: string) => fillFolder(folder, { ...found, program }, preparation, user));
  const home = launcher.newFolder(form.name);
  const nodes = new Map<string, ServerNode>();
  for (const name of names) {
    const folder = join(home, name);
    const address = peers[name] as NodeAddress;
    const place = { node: name, folder, peers, options, bind: address.host, ...address };
    const label = names.length > 1 ? `${form.name} ${name}` : form.name;
    const log = join(home, `${name}.log`);
    const nodePlan = {
      ...{ name: label, form, place, log },
      runtime: new NativeRuntime(launcher, program, user),
      folder: new NodeFolder(folder, user, fill),
    };
    nodes.set(name, new ServerNode(nodePlan, onDeath));
  }
  return nodes;
}

async function reserve(names: readonly string[], launcher: Launcher) {
  const ports: Record<string, number> = {};
  for (const name of names) ports[name] = await launcher.ports.reserve();
  return { host: "127.0.0.1", port: await launcher.ports.reserve(), ports };
}
