// A server of the API. A request names its window in the path; what is left of it is in memory.

import { createServer } from "node:http";
import { Redis } from "ioredis";
import { type MayPass, QUOTAS } from "./quotas.ts";

const { HOST, PORT, REDIS = "", QUOTA = "", LIMIT, SERVERS, LEASE } = process.env;
const redis = new Redis(REDIS);
const beginWindow = QUOTAS[QUOTA]!;
const windows = new Map<string, MayPass>();

const server = createServer(async ({ url = "" }, response) => {
  const settings = { limit: Number(LIMIT), servers: Number(SERVERS), lease: Number(LEASE) };
  const mayPass = windows.get(url) ?? beginWindow({ ...settings, redis, key: `quota:${url}` });
  windows.set(url, mayPass);
  response.writeHead((await mayPass()) ? 200 : 429).end();
});
redis.once("ready", () => server.listen(Number(PORT), HOST));
