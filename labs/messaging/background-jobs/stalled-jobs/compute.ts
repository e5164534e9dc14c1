// The job: it says that it has begun, and in which process, and then computes without a pause. What
// matters of a computation is that no timer runs in its thread meanwhile; this one never ends, so
// that whoever kills it kills it in the middle.

import type { Job } from "bullmq";
import { Redis } from "ioredis";

export default async function compute({ data }: Job): Promise<void> {
  const redis = new Redis(data.redis);
  await redis.rpush(data.starts, process.pid);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
