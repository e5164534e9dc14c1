import { certain, eachKey, inWords, type Operation, ofKind, type Violation } from "./operation.ts";
import { goingBack, type Sighting, sightings, versionsOf } from "./versions.ts";

/**
 * Messages whose send was acknowledged and that nobody received, not even perhaps. Ask it once the
 * queues are drained: what is still on its way looks the same as what is lost.
 */
export function lostMessages(operations: readonly Operation[]): Violation[] {
  return eachKey(operations).flatMap((ofKey) => {
    const arrived = ofKind(ofKey, "receive").filter(({ outcome }) => outcome !== "failed");
    const known = new Set(arrived.map(({ value }) => value));
    const sent = new Map(certain(ofKind(ofKey, "send")).map((send) => [send.value, send]));
    const lost = [...sent.values()].filter(({ value }) => !known.has(value));
    return lost.map((send) => ({
      anomaly: "lost message",
      sentence: `${inWords(send)}, and nobody received it.`,
      operations: [send],
    }));
  });
}

/**
 * Messages that were received more than once, even if they were sent more than once: a producer
 * that tries again makes duplicates too. Subscribers that each get a copy need a key each.
 */
export function duplicateMessages(operations: readonly Operation[]): Violation[] {
  return eachKey(operations).flatMap((ofKey) => {
    const received = Map.groupBy(certain(ofKind(ofKey, "receive")), ({ value }) => value);
    const repeated = [...received.values()].filter(({ length }) => length > 1);
    return repeated.map(([first, again]) => ({
      anomaly: "duplicate message",
      sentence: `${inWords(again!)} after ${inWords(first!)}.`,
      operations: [first!, again!],
    }));
  });
}

/**
 * Messages that were overtaken: of two messages with the same key, the one that had been sent
 * before the other was begun was received after it. Only the first receipt of a message counts,
 * because a redelivery comes late by nature.
 */
export function overtakenMessages(operations: readonly Operation[]): Violation[] {
  return eachKey(operations).flatMap((ofKey) => {
    const versions = versionsOf(ofKind(ofKey, "send"));
    const receipts = certain(ofKind(ofKey, "receive")).toSorted((a, b) => b.invoked - a.invoked);
    const first = new Map(receipts.map((receive) => [receive.value, receive]));
    const received = sightings([...first.values()], versions);
    return [...goingBack(received, received)].map(overtaken);
  });
}

function overtaken({ newer, older }: { newer: Sighting; older: Sighting }): Violation {
  return {
    anomaly: "overtaken message",
    sentence: `${inWords(older.by)} after ${inWords(newer.by)}, which was sent later.`,
    operations: [...older.version.writers, ...newer.version.writers, newer.by, older.by],
  };
}
