import { amqp } from "./amqp.ts";
import { bytes, Forgiving } from "./bytes.ts";
import { http } from "./http.ts";
import { kafka } from "./kafka.ts";
import type { Decoders } from "./message.ts";
import { postgres } from "./postgres.ts";
import { resp } from "./resp.ts";

const PROTOCOLS = { amqp, bytes, http, kafka, postgres, resp, websocket: http };

/** What a link can read: "bytes" stands for all other protocols, whose messages are sizes. */
export type Protocol = keyof typeof PROTOCOLS;

/** Decoders for a new connection. They never throw: what they cannot read becomes sizes. */
export function decodersFor(protocol: Protocol): Decoders {
  const { requests, replies } = PROTOCOLS[protocol]();
  return { requests: new Forgiving(requests), replies: new Forgiving(replies) };
}
