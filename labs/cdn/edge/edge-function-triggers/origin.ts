// An origin with two versions of a page. Which one it is to make stands in the query, or else in the
// visitor's cookie, and then no cache may keep it for others.

import { createServer } from "node:http";
import { listening } from "#patterns/listening";

/** Opens the origin. It counts its requests, and a page is the name of the group. */
export async function openOrigin() {
  const seen = { requests: 0 };
  const server = createServer(({ url = "", headers }, response) => {
    seen.requests += 1;
    const asked = new URL(url, "http://origin").searchParams.get("group");
    response.setHeader("cache-control", asked ? "max-age=60" : "private");
    response.end(asked ?? /group=(\w+)/.exec(headers.cookie ?? "")?.[1]);
  });
  return Object.assign(await listening(server), { seen });
}
