import {
  eachKey,
  inWords,
  type Operation,
  ofKind,
  type Value,
  type Violation,
} from "./operation.ts";
import { goingBack, type Sighting, sightings, versionsOf } from "./versions.ts";

/**
 * Reads that returned a value although a newer one had been written, and its write had completed,
 * before the read was invoked. `initial` is what every key holds at first.
 */
export function staleReads(operations: readonly Operation[], initial: Value = null): Violation[] {
  return eachKey(operations).flatMap((ofKey) => {
    const writes = ofKind(ofKey, "write", "update");
    const versions = versionsOf(writes, initial);
    const written = sightings(writes, versions);
    const read = sightings(ofKind(ofKey, "read"), versions);
    return [...goingBack(written, read)].map(({ newer, older }) => ({
      anomaly: "stale read",
      sentence: `${inWords(older.by)} after ${inWords(newer.by)}.`,
      operations: [...older.version.writers, newer.by, older.by],
    }));
  });
}

/**
 * Reads of one client that returned an older value than a read of the same client before: it saw
 * time go back ("monotonic reads" of Terry and others, "Session Guarantees for Weakly Consistent
 * Replicated Data", 1994).
 */
export function nonMonotonicReads(
  operations: readonly Operation[],
  initial: Value = null,
): Violation[] {
  return eachKey(operations).flatMap((ofKey) => {
    const versions = versionsOf(ofKind(ofKey, "write", "update"), initial);
    const read = sightings(ofKind(ofKey, "read"), versions);
    const byClient = Map.groupBy(read, ({ by }) => by.client);
    return [...byClient.values()].flatMap((own) => [...goingBack(own, own)].map(wentBack));
  });
}

function wentBack({ newer, older }: { newer: Sighting; older: Sighting }): Violation {
  return {
    anomaly: "non-monotonic read",
    sentence: `${inWords(older.by)} after ${inWords(newer.by)}, which is newer.`,
    operations: [...older.version.writers, ...newer.version.writers, newer.by, older.by],
  };
}
