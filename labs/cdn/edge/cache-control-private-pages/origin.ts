// An origin with one page, /me, which looks different to each user, and which counts its requests.

import { createServer } from "node:http";
import { listening } from "#patterns/listening";

/** What /me shows to this user. */
export function pageOf(user: string): string {
  return `The account of ${user}`;
}

/** Opens the origin. A gateway, which is left out here, has put the user into a header. */
export async function openOrigin(cacheControl: string) {
  const seen = { requests: 0 };
  const server = createServer(({ headers }, response) => {
    seen.requests += 1;
    if (cacheControl) response.setHeader("cache-control", cacheControl);
    response.end(pageOf(String(headers.user)));
  });
  return Object.assign(await listening(server), { seen });
}
