// What runs in a lab, drawn: the lab's own process, and the servers that it talks to.

import { instance } from "@viz-js/viz";
import type { Description } from "../../contracts/description.ts";

const viz = instance();

type Services = Description["services"];

/** The drawing as SVG without colours of its own; each server's group carries its name. */
export async function drawingOf(services: Services): Promise<string> {
  const all = Object.entries(services);
  const graph = {
    graphAttributes: { ...FRAME, compound: true, rankdir: "LR" },
    nodeAttributes: { shape: "box", fontname: "Courier", fontsize: 11, margin: "0.16,0.09" },
    edgeAttributes: { dir: "both", arrowsize: 0.5 },
    nodes: [{ name: LAB, attributes: { class: "lab", label: "the lab" } }],
    subgraphs: all.map(([name, service]) => groupOf(name, service)),
    edges: all.map(([name, { nodes = [] }]) => {
      const middle = nodes[Math.floor(nodes.length / 2)];
      const edge = { tail: LAB, head: `${name} ${middle ?? ""}` };
      return nodes.length > 1 ? { ...edge, attributes: { lhead: `cluster ${name}` } } : edge;
    }),
  };
  return plain((await viz).renderString(graph, { format: "svg" }));
}

const LAB = "the lab";
const FRAME = { bgcolor: "transparent", nodesep: 0.16, ranksep: 0.9, pad: 0.05 };

/** A server: one box, or a frame with a box for each of its processes. */
function groupOf(name: string, { service, options, nodes = [] }: Services[string]) {
  const chosen = Object.entries(options).flatMap(([option, value]) =>
    typeof value === "object" ? [] : `${option}: ${value}`,
  );
  const lines = [name, ...(service === name ? [] : [service]), ...chosen];
  const mark = { class: "server", id: `service ${name}` };
  if (nodes.length < 2) {
    const node = {
      name: `${name} ${nodes[0] ?? ""}`,
      attributes: { ...mark, label: lines.join("\n") },
    };
    return { name: `alone ${name}`, nodes: [node] };
  }
  return {
    name: `cluster ${name}`,
    graphAttributes: { ...mark, label: lines.join("\n"), fontname: "Courier", fontsize: 11 },
    // The first is to stand on top, and the drawing begins at the bottom.
    nodes: nodes
      .toReversed()
      .map((node) => ({ name: `${name} ${node}`, attributes: { label: node } })),
  };
}

/** Colours come from the page's style, and the size from its width. */
function plain(svg: string): string {
  const width = /<svg width="(\d+)pt"/.exec(svg)?.[1] ?? "400";
  return svg
    .replace(/^[\s\S]*?<svg width="\d+pt" height="\d+pt"/, `<svg style="max-width:${width}pt"`)
    .replaceAll(/<title>.*?<\/title>\n?/g, "")
    .replaceAll(/ (fill|stroke|font-family|font-size)="[^"]*"/g, "")
    .replaceAll(/ id="service ([^"]*)"/g, ' data-service="$1"')
    .replaceAll(/<!--.*?-->\n?/gs, "");
}
