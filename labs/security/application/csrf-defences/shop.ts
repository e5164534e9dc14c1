// A shop where visitors have money: a page that signs in and shows a form, and what the form calls.

import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { listening } from "#patterns/listening";

/** What the server keeps of somebody who is signed in. */
export interface Session {
  token?: string;
}

/** What the shop does so that only its own form moves money. */
export interface Defence {
  /** Attributes of the session's cookie. */
  readonly cookie: { sameSite?: "Lax" };
  /** The methods by which money may be moved. */
  readonly methods: string[];
  /** Makes the token that the form repeats. */
  issue?(visit: Context, session: Session): string;
  /** Tells by the token that came with a form whether the shop wrote it. */
  isOurs?(visit: Context, session: Session, token: unknown): boolean;
}

/** A request for a transfer: whether the browser sent the session along, and what became of it. */
interface Request {
  readonly hasSession: boolean;
  readonly status: number;
}

/** Opens a shop. */
export async function openShop(defence: Defence) {
  const sessions = new Map<string, Session>();
  const requests: Request[] = [];
  const shop = new Hono();
  shop.get("/login", (visit) => {
    const id = randomUUID();
    const session: Session = {};
    sessions.set(id, session);
    setCookie(visit, "session", id, { httpOnly: true, ...defence.cookie });
    return visit.html(formWith(defence.issue?.(visit, session) ?? ""));
  });
  shop.use("/transfer", async (visit, next) => {
    await next();
    const hasSession = getCookie(visit, "session") !== undefined;
    requests.push({ hasSession, status: visit.res.status });
    // On this answer a browser stays where it is: the attacker's page has done its work unseen.
    visit.res = new Response(null, { status: 204 });
  });
  shop.on(defence.methods, "/transfer", async (visit) => {
    const session = sessions.get(getCookie(visit, "session") ?? "");
    if (!session) return visit.text("Who are you?", 401);
    if (visit.req.method === "POST") {
      const { token } = await visit.req.parseBody();
      if (defence.isOurs?.(visit, session, token) === false) return visit.text("Not ours.", 403);
    }
    return visit.text("Sent.");
  });
  const server = await listening(createAdaptorServer({ fetch: shop.fetch }) as Server);
  return Object.assign(server, { sessions, requests });
}

function formWith(token: string): string {
  return `
    <form method="post" action="/transfer">
      <input type="hidden" name="token" value="${token}">
      <button>Send</button>
    </form>`;
}
