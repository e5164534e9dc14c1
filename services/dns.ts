// One question to a DNS server, to see whether it answers.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Address } from "#kit";

const PATIENCE_MS = 500;

/** Twelve bytes of header (id 0x7061, recursion desired, one question), then "a.test", type A, class IN. */
const QUESTION = Buffer.from("706101000001000000000000" + "016104746573740000010001", "hex");

/** Resolves when the server answers a question over UDP, whatever it says. */
export async function answersDns({ host, port }: Address): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const socket = createSocket("udp4");
  try {
    socket.connect(port, host);
    await once(socket, "connect", { signal });
    socket.send(QUESTION);
    const [answer] = (await once(socket, "message", { signal })) as [Buffer];
    if (answer.readUInt16BE(0) !== QUESTION.readUInt16BE(0)) throw new Error("another's answer");
  } finally {
    socket.close();
  }
}
