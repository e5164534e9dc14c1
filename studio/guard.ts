// What a request must be like before anything else is looked at. SECURITY.md says why.

import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import type { Session } from "./session.ts";

/** Where the studio is reached: "127.0.0.1:4873", and nothing else. */
export interface Place {
  readonly host: string;
  readonly origin: string;
  /** Cookies are shared by all ports of a host, so the port is in the name. */
  readonly cookie: string;
}

const HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
};

/** For every request: the one right host, no methods but two, and no foreign page but a link. */
export function guard(place: Place): MiddlewareHandler {
  return async (context, next) => {
    const flaw = flawOf(context, place);
    if (flaw) return refuse(context, flaw);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  };
}

/** For the API: the cookie, and for anything that acts JSON from our own page. */
export function apiGuard(place: Place, session: Session): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    if (!["same-origin", undefined].includes(req.header("sec-fetch-site"))) {
      return refuse(context, "a foreign page");
    }
    if (req.method === "POST") {
      const flaw = actingFlaw(context, place);
      if (flaw) return refuse(context, flaw);
    }
    const isExchange = req.method === "POST" && req.path === "/api/session";
    if (!isExchange && !session.knows(getCookie(context, place.cookie))) {
      return context.json({ error: "open the link that the terminal shows" }, 401);
    }
    await next();
    context.header("Cache-Control", "no-store");
  };
}

/** A refusal says nothing of what is here. */
export function refuse(context: Context, why: string): Response {
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  return context.text(`refused: ${why}\n`, 403);
}

function flawOf({ req }: Context, place: Place): string | undefined {
  if (req.header("host") !== place.host) return "the host";
  if (!["GET", "HEAD", "POST"].includes(req.method)) return "the method";
  const origin = req.header("origin");
  if (origin !== undefined && origin !== place.origin) return "the origin";
  const site = req.header("sec-fetch-site");
  if (site === undefined || site === "same-origin" || site === "none") return undefined;
  // A link on a foreign page may lead here; nothing may be embedded or fetched from there.
  const isLink =
    req.header("sec-fetch-mode") === "navigate" &&
    req.header("sec-fetch-dest") === "document" &&
    req.method === "GET";
  return isLink ? undefined : "a foreign page";
}

function actingFlaw({ req }: Context, place: Place): string | undefined {
  if (req.header("origin") !== place.origin) return "the origin";
  if (req.header("sec-fetch-site") !== "same-origin") return "a foreign page";
  const type = req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  return type === "application/json" ? undefined : "the content type";
}
