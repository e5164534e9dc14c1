// The nodes of a server that compose has started, for the runner to handle like its own.

import { join } from "node:path";
import type { Found } from "#kit";
import { CONTAINER_USER, type LaidNode, type LaidServer } from "../../compose/layout.ts";
import type { Launcher } from "../launch.ts";
import { type DeadServer, type NodePlan, ServerNode } from "../node.ts";
import { NodeFolder } from "../node-folder.ts";
import { copyFolder } from "../template.ts";
import { ContainerRuntime } from "./container.ts";

/** What is known of the program in a container: the tag of its image is its version. */
export function imageOf({ form }: LaidServer): Found {
  const [image = "", version = ""] = form.image.split(/:(?=[^/]*$)/);
  return { program: image, version, from: "image" };
}

/** A node's folder, in the volume that the containers share. */
function folderOf({ template }: LaidServer, { place }: LaidNode): NodeFolder {
  const fill = template && ((folder: string) => copyFolder(template.folder, folder));
  return new NodeFolder(place.folder, CONTAINER_USER, fill);
}

/** Writes what the first start of each node needs into new folders. */
export async function layFolders(servers: readonly LaidServer[]): Promise<void> {
  for (const server of servers) {
    for (const node of server.nodes) {
      const folder = folderOf(server, node);
      await folder.renew();
      folder.lay(server.form.command(node.place));
    }
  }
}

/** The nodes of a server, none of which the runner has started yet. */
export function nodesOf(
  server: LaidServer,
  launcher: Launcher,
  onDeath: (error: DeadServer) => void,
): Map<string, ServerNode> {
  const { form, nodes } = server;
  const home = launcher.newFolder(form.name);
  const planned = nodes.map((node): NodePlan => {
    const runtime = new ContainerRuntime(node.container, form.program);
    const log = join(home, `${node.name}.log`);
    const folder = folderOf(server, node);
    return { name: node.name, form, place: node.place, runtime, folder, log };
  });
  return new Map(planned.map((plan) => [plan.place.node, new ServerNode(plan, onDeath)]));
}

/** Kills the containers of a server, so that it can begin anew as the runner's own. */
export async function halt({ form, nodes }: LaidServer): Promise<void> {
  const runtimes = nodes.map(({ container }) => new ContainerRuntime(container, form.program));
  await Promise.all(runtimes.map((runtime) => runtime.halt()));
}
