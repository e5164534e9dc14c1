// An order is a saga of three steps at three services, which an orchestrator calls in turn. One of
// them has done its step, and before the answer arrives the orchestrator is killed. What does it
// know when it comes back? Without a journal nothing, and the order stays where it is. From a
// journal of finished steps it knows that this one is not, and has it done again. Only the service
// can see the repetition, by a key that was written down before the first attempt.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Pool } from "pg";
import { closing, lab, repeat, sum } from "#kit";
import { postgres } from "#services/postgres";
import { processes } from "#services/processes";
import { inMemory, journalAfter, journalAndKeys, STEPS } from "./journals.ts";

const SCHEMA = `
  CREATE TABLE saga (saga int);
  CREATE TABLE journal (saga int, step text, entry text, key text);
  CREATE TABLE work (saga int, step text, key text UNIQUE)`;

/** All three services in one server. Each does its step, once for each key, and then answers. */
async function openServices(db: Pool, beforeAnswer: (saga: number, step: string) => Promise<void>) {
  const server = createServer(async (request, response) => {
    const [, step = "", saga] = request.url?.split("/") ?? [];
    await db.query("INSERT INTO work VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING", [
      saga,
      step,
      request.headers["idempotency-key"],
    ]);
    await beforeAnswer(Number(saga), step);
    response.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return closing({ url: `http://127.0.0.1:${port}` }, () => {
    server.closeAllConnections();
    server.close();
  });
}

export default lab({
  title: "Orchestration: an orchestrator that survives its own crash",
  question: "The orchestrator dies in the middle: what does it know when it comes back?",
  services: {
    postgres,
    orchestrator: processes.with({ module: import.meta.resolve("./orchestrator.ts") }),
  },
  knobs: { sagas: 3 },
  arms: {
    "in-memory": inMemory,
    "journal-after": journalAfter,
    "journal-and-keys": journalAndKeys,
  },

  async trial(journal, { postgres, orchestrator, knobs: { sagas } }) {
    const db = await postgres.pool();
    await db.query(SCHEMA);
    const crashed = new Set<number>();
    let death = Promise.resolve();
    await using services = await openServices(db, async (saga, step) => {
      // Each saga meets one crash, and each step of a saga is hit by every third one.
      if (step !== STEPS[saga % STEPS.length] || crashed.has(saga)) return;
      crashed.add(saga);
      death = orchestrator.kill();
      await death;
    });

    const start = async () =>
      orchestrator.start({ DATABASE: postgres.url, SERVICES: services.url, JOURNAL: journal.name });
    await start();
    await repeat(sagas, async (saga) => {
      const order = `${orchestrator.urls[0]}/${saga}`;
      const headers = { connection: "close" }; // none is left over from an orchestrator that died
      await fetch(order, { method: "POST", headers }).catch(() => death.then(start));
    });

    const { rows } = await db.query(`
      SELECT saga, count(DISTINCT step)::int AS steps, count(*)::int AS times,
             count(*) FILTER (WHERE step = 'charge')::int AS charges
        FROM work GROUP BY saga`);
    const { rows: journaled } = await db.query("SELECT count(*)::int AS writes FROM journal");
    return {
      crashes: crashed.size,
      unfinished: sagas - rows.filter(({ steps }) => steps === STEPS.length).length,
      chargedTwice: rows.filter(({ charges }) => charges > 1).length,
      doneTwice: sum(rows.map(({ steps, times }) => times - steps)),
      writesPerStep: journaled[0].writes / (sagas * STEPS.length),
    };
  },

  claims: {
    "Every saga comes to its end": {
      holds: (found) => found.unfinished === 0,
      brokenBy: ["in-memory"],
    },
    "No card is charged twice": {
      holds: (found) => found.chargedTwice === 0,
      brokenBy: ["journal-after"],
    },
    "A step costs at most one journal write": {
      holds: (found) => found.writesPerStep <= 1,
      brokenBy: ["journal-and-keys"],
    },
  },

  measures: {
    "orchestrators killed": (found) => found.crashes,
    "sagas left in the middle": (found) => found.unfinished,
    "steps done twice": (found) => found.doneTwice,
    "journal writes per step": (found) => found.writesPerStep,
  },
});
