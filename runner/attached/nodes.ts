// The nodes of a server that compose has started, for the runner to handle like its own.

import { join } from "node:path";
import type { Found } from "#kit";
import { CONTAINER_USER, type LaidNode, type LaidServer } from "../../compose/layout.ts";
import type { Launcher } from "../launch.ts";
import { type DeadServer, type NodePlan, ServerNode } from "../node.ts";
import { NodeFolder } from "../node-folder.ts";
import { ContainerRuntime } from "./container.ts";

/** What is known of the program in a container: the tag of its image is its version. */
export function imageOf({ form }: LaidServer): Found {
  const [image = "", version = ""] = form.image.split(/:(?=[^/]*$)/);
  return { program: image, version, from: "image" };
}

/** A node's folder. What fills it, its own container does. */
export function folderOf({ place }: LaidNode): NodeFolder {
  return new NodeFolder(place.folder, CONTAINER_USER, undefined);
}

/** Writes what the first start of each node needs into new folders. */
export async function layFolders(servers: readonly LaidServer[]): Promise<void> {
  for (const { form, nodes } of servers) {
    for (const node of nodes) {
      const folder = folderOf(node);
      await folder.renew();
      folder.lay(form.command(node.place));
    }
  }
}

/** The nodes of a server, none of which the runner has started yet. */
export function nodesOf(
  { form, nodes }: LaidServer,
  launcher: Launcher,
  onDeath: (error: DeadServer) => void,
): Map<string, ServerNode> {
  const home = launcher.newFolder(form.name);
  const planned = nodes.map((node): NodePlan => {
    const runtime = new ContainerRuntime(node.container, form.program);
    const log = join(home, `${node.name}.log`);
    return { name: node.name, form, place: node.place, runtime, folder: folderOf(node), log };
  });
  return new Map(planned.map((plan) => [plan.place.node, new ServerNode(plan, onDeath)]));
}

/** Kills the containers of a server, so that it can begin anew as the runner's own. */
export async function halt({ form, nodes }: LaidServer): Promise<void> {
  const runtimes = nodes.map(({ container }) => new ContainerRuntime(container, form.program));
  await Promise.all(runtimes.map((runtime) => runtime.halt()));
}
