// What the page asks of the studio. Every route takes ids that the catalog knows and data that fits
// a schema; who may ask at all is the guard's.

import { statSync } from "node:fs";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { setCookie } from "hono/cookie";
import type { Catalog } from "../catalog/catalog.ts";
import { practiceTemplate } from "../catalog/practice.ts";
import { machine } from "../runner/provenance.ts";
import { practiceFile, writeYours } from "../runner/yours.ts";
import { bodyOf, labOf, refused } from "./bodies.ts";
import { openInEditor } from "./editor.ts";
import type { Place } from "./guard.ts";
import { needsOf } from "./needs.ts";
import { stepsAfter } from "./next.ts";
import { orderOf } from "./orders.ts";
import type { Progress } from "./progress.ts";
import {
  faultSchema,
  markSchema,
  nothingSchema,
  practiceSchema,
  runSchema,
  tokenSchema,
} from "./requests.ts";
import type { Runs, StudioRun } from "./runs.ts";
import type { Session } from "./session.ts";
import { streamOf } from "./stream.ts";

const LARGEST_BODY = 32 * 1024;

/** What the routes work with. */
export interface Rooms {
  readonly catalog: Catalog;
  readonly runs: Runs;
  readonly progress: Progress;
  readonly session: Session;
  readonly place: Place;
  /** Told when the token was taken. */
  opened(): void;
}

/** The routes below /api. */
export function api(rooms: Rooms): Hono {
  return new Hono()
    .use(bodyLimit({ maxSize: LARGEST_BODY }))
    .route("/session", sessionRoutes(rooms))
    .route("/runs", runRoutes(rooms))
    .route("/", readerRoutes(rooms));
}

function sessionRoutes({ session, place, runs, opened }: Rooms): Hono {
  const app = new Hono();
  app.post("/", async (context) => {
    const { token } = await bodyOf(context, tokenSchema);
    const cookie = session.exchange(token);
    if (!cookie) throw refused(401, "this link has been used, or is of an earlier start");
    setCookie(context, place.cookie, cookie, { httpOnly: true, sameSite: "Strict", path: "/" });
    opened();
    return context.json({});
  });
  app.get("/", (context) => context.json({ open: runs.open }));
  return app;
}

function readerRoutes({ catalog, runs, progress }: Rooms): Hono {
  const app = new Hono();
  app.get("/lab", async (context) => {
    const one = labOf(catalog, context.req.query("id") ?? "");
    return context.json({
      needs: await needsOf(one),
      done: progress.of(one.id),
      machine: machine(),
      calibration: progress.calibration[one.category],
      yours: statSync(practiceFile(one.slug), { throwIfNoEntry: false })?.mtimeMs,
      run: told(runs.latest(one.id), runs),
    });
  });
  app.get("/progress", (context) => {
    if (context.req.query("export") !== undefined) {
      context.header("Content-Disposition", 'attachment; filename="pareto-progress.json"');
    }
    return context.json({ ...progress.all, calibration: progress.calibration });
  });
  app.post("/progress", async (context) => {
    const { lab, mark } = await bodyOf(context, markSchema); // or an article, which can be read
    const known = catalog.built.find(({ id }) => id === lab);
    if (!known) throw refused(404, "there is no such page");
    progress.mark(known.id, mark);
    return context.json({});
  });
  app.post("/practice", async (context) => {
    const { lab } = await bodyOf(context, practiceSchema);
    const { slug, file: code, source } = labOf(catalog, lab);
    if (!source) throw refused(409, "its source cannot be read");
    const file = practiceFile(slug);
    writeYours(file, practiceTemplate(source, code));
    return context.json({ file, opened: await openInEditor(file) });
  });
  app.get("/next", (context) => context.json(stepsAfter(catalog, progress.learnt)));
  return app;
}

function runRoutes({ catalog, runs, progress }: Rooms): Hono {
  const app = new Hono();
  app.post("/", async (context) => {
    const asked = await bodyOf(context, runSchema);
    const order = orderOf(labOf(catalog, asked.lab), asked, progress);
    return context.json(told(runs.start(order), runs), 202);
  });
  app.get("/:run/events", (context) => streamOf(context, runOf(runs, context), runs));
  app.post("/:run/stop", async (context) => {
    await bodyOf(context, nothingSchema);
    runOf(runs, context).stop();
    return context.json({});
  });
  app.post("/:run/faults", async (context) => {
    const fault = await bodyOf(context, faultSchema);
    const one = runOf(runs, context);
    if (one.end) throw refused(409, "the run is over");
    one.faults.push(fault);
    return context.json({}, 202);
  });
  return app;
}

function runOf(runs: Runs, context: Context): StudioRun {
  const one = runs.get(context.req.param("run") ?? "");
  if (!one) throw refused(404, "there is no such run");
  return one;
}

/** A run as the page knows it. */
function told(one: StudioRun | undefined, runs: Runs) {
  if (!one) return undefined;
  const { id, order } = one;
  const { guess, without, traced } = order;
  return { id, guess, without, traced, ended: one.end !== undefined, ahead: runs.ahead(one) };
}
