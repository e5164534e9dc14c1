// rsyslog. The lab writes inputs, queues and outputs at the trial, in rsyslog's own language; files
// that it names are relative to rsyslog's folder.

import { type Place, service } from "#kit";
import { type Configuration, textFor } from "./configuration.ts";
import { exchange } from "./tcp.ts";

/** What a lab does with rsyslog. Ports "tcp", "udp" and "relp" are free for its inputs. */
export interface RsyslogFace {
  /** Starts rsyslog anew with this configuration. Rejects with what rsyslog says of a wrong one. */
  configure(text: Configuration): Promise<void>;
  /** The text of a file in rsyslog's folder, such as one that it writes. */
  read(file: string): Promise<string>;
}

export const rsyslog = service<object, RsyslogFace>({
  name: "rsyslog",
  image: "rsyslog/rsyslog-collector:2026-04",
  port: 514,
  program: "rsyslogd",
  packages: { apt: "rsyslog rsyslog-relp", dnf: "rsyslog rsyslog-relp", brew: "rsyslog" },
  version: { args: ["-v"], pattern: /rsyslogd\s+(\d+\.\d+\.\d+)/, atLeast: "8.2100.0" },
  options: {},
  ports: () => ["tcp", "udp", "relp"],
  unprivileged: true,
  command: (place) => ({
    args: ["-n", "-C", "-f", "rsyslog.conf", "-i", "rsyslog.pid"],
    files: { "rsyslog.conf": mainConfig(place), "lab.conf": "" },
  }),
  check: () => ({ args: ["-N1", "-C", "-f", "rsyslog.conf"] }),
  ready: async (place) => {
    const answer = await exchange(place, OPEN, { isComplete: (text) => text.includes("\n") });
    if (!answer.toString().includes("200 OK")) throw new Error(answer.toString());
  },
  stopSignal: "SIGTERM",
  reset: (at) => at.renew(),
  open: (at) => ({
    configure: (text) => at.configure({ "lab.conf": textFor(text, at) }, "restart"),
    read: (file) => at.read(file),
  }),
});

const OFFER = "relp_version=0\ncommands=syslog";

/** Of the protocols of syslog only RELP answers: this opens a session. */
const OPEN = `1 open ${OFFER.length} ${OFFER}\n`;

function mainConfig({ bind, port, folder }: Place<object>): string {
  return `
global(workDirectory="${folder}")
module(load="imrelp")
ruleset(name="health") { action(type="omfile" file="health.log") }
input(type="imrelp" address="${bind}" port="${port}" ruleset="health")
include(file="lab.conf")
`;
}
