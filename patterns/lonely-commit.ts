import type { Client } from "pg";
import { until } from "#kit";

/**
 * Tells whether a commit, which has been sent, is answered although no standby hears of it. False
 * when it waits for one, which lasts until a standby is back. The observer is another connection,
 * and nothing else may wait for standbys meanwhile. A commit that fails later does so in silence.
 */
export async function isAnsweredAlone(
  committed: Promise<unknown>,
  observer: Client,
): Promise<boolean> {
  let isAnswered = false;
  committed.then(
    () => {
      isAnswered = true;
    },
    () => {},
  );
  const outcome = await until("the commit to be answered or to wait", async () => {
    if (isAnswered) return "answered";
    const { rowCount } = await observer.query(
      "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
    );
    return rowCount === 1 && "waits";
  });
  return outcome === "answered";
}
