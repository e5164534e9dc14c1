// The server: guards first, then the API, then the files of the site. Loopback only, but for a
// container, whose loopback nobody can reach; see SECURITY.md.

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { api, type Rooms } from "./api.ts";
import type { Files } from "./files.ts";
import { apiGuard, guard, type Place, refuse } from "./guard.ts";

const LOOPBACK = "127.0.0.1";
const EVERY_INTERFACE = "0.0.0.0";

/** The whole application. */
export function appOf(rooms: Rooms, files: Files): Hono {
  const app = new Hono();
  app.use(guard(rooms.place));
  app.use("/api/*", apiGuard(rooms.place, rooms.session));
  app.route("/api", api(rooms));
  app.all("/api/*", (context) => context.json({ error: "there is no such thing" }, 404));
  app.get("*", (context) => {
    const { status, body, headers } = files.answer(context.req.path);
    return context.body(body, status, headers);
  });
  app.notFound((context) => refuse(context, "the method"));
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    const message = error instanceof Error ? error.message : String(error);
    return context.json({ error: message }, 500);
  });
  return app;
}

/** A server that listens; where, is known only then. */
export interface Listening extends AsyncDisposable {
  readonly place: Place;
  /** Answers with an application from now on. */
  serve(app: Hono): void;
}

/**
 * Listens on a port of the loopback, on any free one when that is taken. In a container it listens
 * on all that the container has; where the port is published is still the loopback of the machine,
 * and the only place that the guard lets anybody in from.
 */
export async function listen(port: number, inContainer = false): Promise<Listening> {
  const hostname = inContainer ? EVERY_INTERFACE : LOOPBACK;
  let app: Hono | undefined;
  const server = createAdaptorServer({
    fetch: (request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }),
    hostname: LOOPBACK,
  }) as Server;
  await bind(server, port, hostname).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE" || port === 0) throw error;
    return bind(server, 0, hostname);
  });
  const host = `${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  return {
    place: { host, origin: `http://${host}`, cookie: `pareto-${host.split(":")[1]}` },
    serve: (ready) => {
      app = ready;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bind(server: Server, port: number, hostname: string): Promise<void> {
  server.listen(port, hostname);
  await once(server, "listening");
}
