// PowerDNS, the authoritative server of a zone. Its LUA records look at the servers that they name
// and answer with those that live, as the DNS of a cloud does.

import type { Resolver } from "node:dns/promises";
import { type Place, service } from "#kit";
import { answersDns } from "./dns.ts";
import { resolverOf } from "./dnsmasq.ts";

/** What a lab does with PowerDNS. */
export interface PowerdnsFace {
  /**
   * Starts it anew with these zones: the lines of records by the zone's name, such as
   * { "shop.test": "www 2 IN A 127.0.0.1" }. Each gets a SOA and an NS record before them.
   */
  configure(zones: Readonly<Record<string, string>>): Promise<void>;
  /** A resolver of Node that asks this server alone. */
  resolver(): Resolver;
}

interface Options {
  /** Seconds between two looks of a LUA record at a server. */
  readonly healthSeconds: number;
  /** Further settings of pdns.conf, by name. */
  readonly config: Record<string, string>;
}

export const powerdns = service<Options, PowerdnsFace>({
  name: "powerdns",
  image: "powerdns/pdns-auth-49:4.9.14",
  port: 53,
  program: "pdns_server",
  packages: { apt: "pdns-server pdns-backend-bind", dnf: "pdns", brew: "pdns" },
  version: { args: ["--version"], pattern: /Server (\d+\.\d+\.\d+)/, atLeast: "4.4.0" },
  options: { healthSeconds: 1, config: {} },
  unprivileged: true,
  command: (place) => ({
    args: ["--config-dir=."],
    files: { "pdns.conf": mainConfig(place), "named.conf": "" },
  }),
  ready: answersDns,
  stopSignal: "SIGTERM",
  reset: (at) => at.renew(),
  open: (at) => ({
    configure: (zones) => at.configure(filesOf(zones), "restart"),
    resolver: () => resolverOf(at),
  }),
});

function mainConfig({ bind, port, folder, options }: Place<Options>): string {
  const settings = {
    ...{ launch: "bind", "bind-config": "named.conf", "socket-dir": folder },
    ...{ "local-address": bind, "local-port": String(port) },
    ...{ daemon: "no", guardian: "no", "security-poll-suffix": "" },
    // What a zone says counts at once; to keep it is the business of those who ask.
    ...{ "cache-ttl": "0", "query-cache-ttl": "0", "negquery-cache-ttl": "0" },
    ...{
      "enable-lua-records": "yes",
      "lua-health-checks-interval": String(options.healthSeconds),
    },
    ...options.config,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

function filesOf(zones: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(zones);
  const list = names.map((name) => `zone "${name}" { type native; file "${name}.zone"; };\n`);
  const texts = Object.entries(zones).map(([name, records]) => [
    `${name}.zone`,
    `$ORIGIN ${name}.\n$TTL 1\n@ IN SOA ns admin 1 60 60 60 1\n@ IN NS ns\n${records}\n`,
  ]);
  return { "named.conf": list.join(""), ...Object.fromEntries(texts) };
}
