// Mosquitto, an MQTT broker.

import { service } from "#kit";
import { exchange } from "./tcp.ts";

/** What a lab does with an MQTT broker. */
export interface MosquittoFace {
  /** mqtt://host:port, for a client of the lab's own choice. */
  readonly url: string;
}

interface Options {
  /** Lines of mosquitto.conf, by name, such as { persistence: "true" }. */
  readonly config: Record<string, string>;
}

export const mosquitto = service<Options, MosquittoFace>({
  name: "mosquitto",
  image: "eclipse-mosquitto:2.0.22",
  port: 1883,
  program: "mosquitto",
  packages: { apt: "mosquitto", dnf: "mosquitto", brew: "mosquitto" },
  version: { args: ["-h"], pattern: /mosquitto version (\d+\.\d+\.\d+)/, atLeast: "2.0.0" },
  options: { config: {} },
  unprivileged: true,
  command: ({ bind, port, folder, options }) => ({
    args: ["-c", "mosquitto.conf"],
    files: {
      "mosquitto.conf": linesOf({
        listener: `${port} ${bind}`,
        allow_anonymous: "true",
        persistence_location: `${folder}/`,
        ...options.config,
      }),
    },
  }),
  ready: async (place) => {
    const answer = await exchange(place, CONNECT, { isComplete: ({ length }) => length >= 4 });
    if (!answer.subarray(0, 4).equals(ACCEPTED)) throw new Error("the connection is not accepted");
  },
  reset: (at) => at.renew(),
  open: (at) => ({ url: `mqtt://${at.address.host}:${at.address.port}` }),
});

/** CONNECT of MQTT 3.1.1: a clean session without a name, and no keep-alive. */
const CONNECT = Buffer.from([0x10, 12, 0, 4, ...Buffer.from("MQTT"), 4, 2, 0, 0, 0, 0]);

/** CONNACK: no session was kept, return code 0. */
const ACCEPTED = Buffer.from([0x20, 2, 0, 0]);

function linesOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}
