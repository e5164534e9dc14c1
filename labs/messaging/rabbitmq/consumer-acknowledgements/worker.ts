// The worker. It does one job after the other. Where it is told before which step to stop, it stands
// still there in the middle of its second job, and waits to be killed; GET / is answered by then.

import { createServer } from "node:http";
import { type ConsumeMessage, connect } from "amqplib";
import pg from "pg";
import { acknowledge, type Step, work, workOnce } from "./steps.ts";

const { HOST, PORT, QUEUE = "", AMQP = "", DB, ACKNOWLEDGED, STEPS, STOP_BEFORE } = process.env;
const known: Record<string, Step> = { acknowledge, work, workOnce };
const steps = STEPS?.split(" ").map((name) => known[name]!) ?? [];

const db = new pg.Client({ connectionString: DB });
await db.connect();
const connection = await connect(AMQP, { noDelay: true });
const channel = await connection.createChannel();
await channel.prefetch(1); // which the broker ignores where it waits for no acknowledgement

const standing = Promise.withResolvers<void>();
let taken = 0;

async function handle(message: ConsumeMessage): Promise<void> {
  taken += 1;
  for (const [index, step] of steps.entries()) {
    if (taken === 2 && String(index) === STOP_BEFORE) await standStill();
    await step({ id: message.content.toString(), message, channel, db });
  }
}

async function standStill(): Promise<never> {
  await channel.checkQueue(QUEUE); // once this is answered, the broker has heard all before it
  standing.resolve();
  return new Promise<never>(() => {});
}

let before = Promise.resolve();
const take = (message: ConsumeMessage | null) => {
  if (message) before = before.then(() => handle(message));
};
await channel.consume(QUEUE, take, { noAck: ACKNOWLEDGED === "by itself" });

createServer(async (_, response) => {
  await standing.promise;
  response.end();
}).listen(Number(PORT), HOST);
