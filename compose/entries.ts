// The entries of a compose file: one for each container.

import type { ServiceForm } from "#kit";
import { CONTAINER_USER, type LaidNode, type LaidServer, NODES } from "./layout.ts";
import { filling } from "./template.ts";

/** One service of a compose file. */
export type Entry = Readonly<Record<string, unknown>>;

/** The names of the entries that every lab has. */
export const [NETWORK, FOLDERS, LAB] = ["network", "folders", "lab"] as const;

/** What one container may wait for in another. */
const STARTED = "service_started";
const HEALTHY = "service_healthy";
const DONE = "service_completed_successfully";

type Template = NonNullable<LaidServer["template"]>;

const VOLUME = `nodes:${NODES}`;
const IN_POD = `service:${NETWORK}`;

/** Where the clone is in the containers that run our own code. */
const CLONE = "/pareto";

/** The holder of the network and the volume that all others share: it lasts while they come and go. */
export function networkEntry(image: string): Entry {
  return { image, init: true, command: ["sleep", "infinity"], volumes: [VOLUME] };
}

/** Makes the folder of every node, with its files, before any server starts. */
export function foldersEntry(
  image: string,
  id: string,
  clone: string,
  templates: readonly string[],
): Entry {
  return {
    image,
    network_mode: "none",
    working_dir: CLONE,
    command: ["node", "bin/pareto.js", "compose", id, "--folders"],
    volumes: [`${clone}:${CLONE}:ro`, VOLUME],
    depends_on: { ...dependsOn([NETWORK], STARTED), ...dependsOn(templates, DONE) },
  };
}

/** Fills the folder that the nodes of an image begin with. */
export function templateEntry(image: string, { folder, preparation }: Template): Entry {
  const entrypoint = ["sh", "-e", "-c", literal(filling(preparation, folder))];
  return {
    image,
    network_mode: "none",
    user: "0:0",
    entrypoint,
    volumes: [VOLUME],
    depends_on: dependsOn([NETWORK], STARTED),
  };
}

/** What another container waits for. */
function dependsOn(names: readonly string[], condition: string): Entry {
  return Object.fromEntries(names.map((name) => [name, { condition }]));
}

/** Whether a node's own image can tell that the server is ready. */
export function canTell({ form }: LaidServer): boolean {
  return form.healthy !== undefined;
}

/** One node of a server. */
export function nodeEntry({ form }: LaidServer, { container, place }: LaidNode): Entry {
  const { program = form.program, args, env = {} } = form.command(place);
  return {
    container_name: container,
    image: form.image,
    network_mode: IN_POD,
    user: `${CONTAINER_USER.uid}:${CONTAINER_USER.gid}`,
    working_dir: place.folder,
    entrypoint: [program],
    command: args.map(literal),
    ...(Object.keys(env).length > 0 && { environment: mapValues(env, literal) }),
    ...(form.stopSignal && { stop_signal: form.stopSignal }),
    volumes: [VOLUME],
    depends_on: dependsOn([FOLDERS], DONE),
    ...healthOf(form, place),
  };
}

function healthOf(form: ServiceForm<object, object>, place: LaidNode["place"]): Entry {
  if (!form.healthy) return {};
  const test = ["CMD", ...form.healthy(place).map(literal)];
  const retries = form.startSeconds ?? 15;
  return { healthcheck: { test, interval: "1s", timeout: "5s", retries } };
}

/** The lab. It gets hold of Docker only where it has servers that it may break or start anew. */
export function labEntry(
  image: string,
  id: string,
  clone: string,
  servers: readonly LaidServer[],
): Entry {
  const conditions = servers.map((server) => {
    const names = server.nodes.map(({ name }) => name);
    return dependsOn(names, canTell(server) ? HEALTHY : STARTED);
  });
  const docker = servers.some(({ shared }) => !shared) ? [DOCKER] : [];
  return {
    image,
    network_mode: IN_POD,
    init: true,
    working_dir: CLONE,
    command: ["node", "bin/pareto.js", "run", id, "--attached"],
    volumes: [`${clone}:${CLONE}:ro`, VOLUME, ...docker],
    depends_on: Object.assign({}, ...conditions),
  };
}

/** The engine's socket; that of an engine without root lies elsewhere. */
const DOCKER = `\${DOCKER_SOCKET:-/var/run/docker.sock}:/var/run/docker.sock`;

/** A text in which compose is to replace nothing. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

function mapValues(record: Readonly<Record<string, string>>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
