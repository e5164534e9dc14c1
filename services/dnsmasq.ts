// dnsmasq, a DNS server that forwards and caches: the resolver between a client and the zone.

import { Resolver } from "node:dns/promises";
import { type At, service } from "#kit";
import { type Configuration, textFor } from "./configuration.ts";
import { answersDns } from "./dns.ts";

/** What a lab does with dnsmasq. */
export interface DnsmasqFace {
  /** Starts it anew with these lines of dnsmasq.conf. Rejects with what it says of wrong ones. */
  configure(lines: Configuration): Promise<void>;
  /** A resolver of Node that asks this server alone. */
  resolver(): Resolver;
}

export const dnsmasq = service<object, DnsmasqFace>({
  name: "dnsmasq",
  image: "dockurr/dnsmasq:2.91",
  notFromImage: "nobody publishes an official image of it",
  port: 53,
  program: "dnsmasq",
  packages: { apt: "dnsmasq-base", dnf: "dnsmasq", brew: "dnsmasq" },
  version: { args: ["--version"], pattern: /version (\d+\.\d+)/, atLeast: "2.80" },
  options: {},
  unprivileged: true,
  command: ({ bind, port }) => ({
    args: [
      ...["--keep-in-foreground", "--conf-file=dnsmasq.conf", "--pid-file=", "--log-facility=-"],
      ...["--no-resolv", "--no-hosts", "--bind-interfaces"],
      ...[`--listen-address=${bind}`, `--port=${port}`],
    ],
    files: { "dnsmasq.conf": "" },
  }),
  check: () => ({ args: ["--test", "--conf-file=dnsmasq.conf"] }),
  ready: answersDns,
  stopSignal: "SIGTERM",
  reset: (at) => at.renew(),
  open: (at) => ({
    configure: (lines) => at.configure({ "dnsmasq.conf": textFor(lines, at) }, "restart"),
    resolver: () => resolverOf(at),
  }),
});

/** A resolver of Node that asks one server alone, once, and gives up after a second. */
export function resolverOf({ address }: At): Resolver {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`${address.host}:${address.port}`]);
  return resolver;
}
