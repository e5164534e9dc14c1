// The orchestrator. When it starts it first takes up what an earlier one has left unfinished, and
// only then listens. POST /7 runs saga 7 and answers when its last step is done.

import { createServer } from "node:http";
import pg from "pg";
import { inMemory, journalAfter, journalAndKeys, STEPS } from "./journals.ts";

const { HOST, PORT, DATABASE, SERVICES, JOURNAL } = process.env;
const db = new pg.Pool({ connectionString: DATABASE });
const journals = { inMemory, journalAfter, journalAndKeys };
const journal = journals[JOURNAL as keyof typeof journals](db);

async function run(saga: number, done: number): Promise<void> {
  for (const step of STEPS.slice(done)) {
    const key = await journal.before(saga, step);
    const headers: Record<string, string> = key ? { "idempotency-key": key } : {};
    const answer = await fetch(`${SERVICES}/${step}/${saga}`, { method: "POST", headers });
    if (!answer.ok) throw new Error(`${step} answered ${answer.status}`);
    await journal.after(saga, step);
  }
}

for (const { saga, done } of await journal.unfinished()) await run(saga, done);

createServer(async (request, response) => {
  const saga = Number(request.url?.slice(1));
  await journal.begin(saga);
  await run(saga, 0);
  response.end();
}).listen(Number(PORT), HOST);
