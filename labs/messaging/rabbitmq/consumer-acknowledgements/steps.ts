// What a worker does with a job, step by step.

import type { Channel, ConsumeMessage } from "amqplib";
import type { Client, DatabaseError } from "pg";

/** A job in a worker's hands. */
interface Job {
  readonly id: string;
  readonly message: ConsumeMessage;
  readonly channel: Channel;
  readonly db: Client;
}

export type Step = (job: Job) => unknown;

export const acknowledge: Step = ({ channel, message }) => channel.ack(message);

/** The job itself: each row is an effect. */
export const work: Step = ({ db, id }) => db.query("INSERT INTO effects VALUES ($1)", [id]);

const UNIQUE_VIOLATION = "23505";

/** Writes down with the effect whose it is, so that a second one is refused and taken back. */
export const workOnce: Step = async ({ db, id }) => {
  try {
    await db.query("BEGIN");
    await db.query("INSERT INTO handled VALUES ($1)", [id]); // matters: No job takes effect twice
    await db.query("INSERT INTO effects VALUES ($1)", [id]);
    await db.query("COMMIT");
  } catch (error) {
    if ((error as DatabaseError).code !== UNIQUE_VIOLATION) throw error;
    await db.query("ROLLBACK");
  }
};
