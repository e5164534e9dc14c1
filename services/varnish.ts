// Varnish. The lab writes the VCL at the trial, when its own servers have addresses. VCL becomes C
// and is compiled, so the machine needs a C compiler, which Varnish's package brings.

import { randomUUID } from "node:crypto";
import { type Address, type At, nodeOf, numbered, service } from "#kit";
import { type Configuration, textFor } from "./configuration.ts";
import { exchange } from "./tcp.ts";

/** What a lab does with Varnish. Where no node is named, the first is meant. */
export interface VarnishFace {
  /** http://host:port of every cache, in order. */
  readonly urls: readonly string[];
  /** Starts Varnish anew, and empty, with this VCL. Rejects with what it says of a wrong one. */
  configure(vcl: Configuration, node?: string): Promise<void>;
  /** Has the running Varnish take up this VCL for all requests to come; the cache stays. */
  reload(vcl: Configuration, node?: string): Promise<void>;
  /** Gives a command, such as "ban req.url ~ /news"; returns the answer, or rejects with it. */
  tell(command: string, node?: string): Promise<string>;
}

interface Options {
  /** How many caches: "varnish-1" and so on. */
  readonly nodes: number;
  readonly megabytes: number;
  /** Parameters of varnishd, by name, such as { default_ttl: "10" }. */
  readonly config: Record<string, string>;
}

export const varnish = service<Options, VarnishFace>({
  name: "varnish",
  image: "varnish:7.7.3",
  port: 80,
  program: "varnishd",
  packages: { apt: "varnish", dnf: "varnish", brew: "varnish" },
  version: { args: ["-V"], pattern: /varnish-(\d+\.\d+\.\d+)/, atLeast: "7.0.0" },
  options: { nodes: 1, megabytes: 32, config: {} },
  nodes: ({ nodes }) => (nodes === 1 ? ["varnish"] : numbered("varnish", nodes)),
  ports: () => ["commands"],
  unprivileged: true,
  command: ({ bind, port, ports, folder, options }) => ({
    args: [
      ...["-F", "-j", "none", "-n", `${folder}/work`, "-f", `${folder}/lab.vcl`],
      ...["-a", `${bind}:${port}`, "-T", `${bind}:${ports.commands}`, "-S", "none"],
      ...["-s", `malloc,${options.megabytes}m`],
      // VCL that lives for seconds is sooner compiled than optimized; %D is Varnish's own command.
      ...parameters({
        cc_command: "%D -O0",
        vsl_space: "8M",
        thread_pools: "1",
        ...options.config,
      }),
    ],
    files: { "lab.vcl": "vcl 4.1;\nbackend default none;\n" },
  }),
  check: ({ folder }) => ({ args: ["-C", "-n", `${folder}/check`, "-f", `${folder}/lab.vcl`] }),
  ready: async (place) => {
    const { host, ports } = place;
    await tell({ host, port: ports.commands! }, "ping");
    // What is no request Varnish refuses itself; a request would reach the lab's own servers.
    const answer = await exchange(place, "ready?\r\n\r\n");
    if (!answer.toString().startsWith("HTTP/1.1 400 ")) throw new Error(answer.toString());
  },
  reset: (at) => at.renew(),
  open: openVarnish,
});

function parameters(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-p", `${name}=${value}`]);
}

function openVarnish(at: At): VarnishFace {
  const tellNode = (command: string, node?: string) => {
    const { host, ports } = nodeOf(at, node);
    return tell({ host, port: ports.commands! }, command);
  };
  return {
    urls: Object.values(at.nodes).map(({ host, port }) => `http://${host}:${port}`),
    configure: (vcl, node) => at.configure({ "lab.vcl": textFor(vcl, at, node) }, "restart", node),
    async reload(vcl, node) {
      const text = textFor(vcl, at, node);
      const name = `lab-${randomUUID()}`;
      await at.configure({ "lab.vcl": text }, "nothing", node);
      await tellNode(`vcl.inline ${name} << END-OF-VCL\n${text}\nEND-OF-VCL`, node);
      await tellNode(`vcl.use ${name}`, node);
    },
    tell: tellNode,
  };
}

/**
 * Gives a command to Varnish's command line. It greets first, and each of its answers is a line with
 * status and length (13 bytes), a text of that length, and a line's end.
 */
async function tell(address: Address, command: string): Promise<string> {
  const isComplete = (bytes: Buffer) => answersIn(bytes).length === 2;
  const bytes = await exchange(address, `${command}\n`, { isComplete, withinMs: 10_000 });
  const [, answer] = answersIn(bytes);
  if (answer?.status !== "200") throw new Error(answer?.text);
  return answer.text;
}

function answersIn(bytes: Buffer): { status: string; text: string }[] {
  const [status = "", length = ""] = bytes.subarray(0, 13).toString().trim().split(/\s+/);
  const end = 13 + Number(length) + 1;
  if (bytes.length < 13 || bytes.length < end) return [];
  const text = bytes.subarray(13, end - 1).toString();
  return [{ status, text }, ...answersIn(bytes.subarray(end))];
}
