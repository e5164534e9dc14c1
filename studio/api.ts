// What the page asks of the studio. Every route takes ids that the catalog knows and data that fits
// a schema; who may ask at all is the guard's.

import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import type { Catalog } from "../catalog/catalog.ts";
import type { Deliverable } from "../catalog/deliverable.ts";
import { machine } from "../runner/provenance.ts";
import { withoutLine } from "../runner/without-line.ts";
import type { Place } from "./guard.ts";
import { needsOf } from "./needs.ts";
import { stepsAfter } from "./next.ts";
import { dataFolder, type Progress } from "./progress.ts";
import {
  faultSchema,
  markSchema,
  nothingSchema,
  type RunRequest,
  runSchema,
  tokenSchema,
} from "./requests.ts";
import type { Order, Runs, StudioRun } from "./runs.ts";
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
  const { catalog, runs, progress, session } = rooms;
  const app = new Hono();
  app.use(bodyLimit({ maxSize: LARGEST_BODY }));
  app.post("/session", async (context) => {
    const { token } = await bodyOf(context, tokenSchema);
    const cookie = session.exchange(token);
    if (!cookie) throw refused(401, "this link has been used, or is of an earlier start");
    const options = { httpOnly: true, sameSite: "Strict", path: "/" } as const;
    setCookie(context, rooms.place.cookie, cookie, options);
    rooms.opened();
    return context.json({});
  });
  app.get("/session", (context) => context.json({ machine: machine(), open: runs.open }));
  app.get("/lab", async (context) => {
    const one = labOf(catalog, context.req.query("id") ?? "");
    return context.json({
      needs: await needsOf(one),
      done: progress.of(one.id),
      calibration: progress.calibration[one.category],
      yours: statSync(yoursOf(one), { throwIfNoEntry: false })?.mtimeMs,
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
  app.get("/next", (context) => context.json(stepsAfter(catalog, progress.learnt)));
  app.post("/runs", async (context) => {
    const asked = await bodyOf(context, runSchema);
    const one = labOf(catalog, asked.lab);
    const started = runs.start(orderOf(one, asked, progress));
    return context.json(told(started, runs), 202);
  });
  app.get("/runs/:run/events", (context) => streamOf(context, runOf(runs, context), runs));
  app.post("/runs/:run/stop", async (context) => {
    await bodyOf(context, nothingSchema);
    runOf(runs, context).stop();
    return context.json({});
  });
  app.post("/runs/:run/faults", async (context) => {
    const fault = await bodyOf(context, faultSchema);
    const one = runOf(runs, context);
    if (one.end) throw refused(409, "the run is over");
    one.faults.push(fault);
    return context.json({}, 202);
  });
  return app;
}

/** A lab or system that is built, by its whole id. */
function labOf(catalog: Catalog, id: string): Deliverable {
  const one = catalog.labs.find((lab) => lab.id === id);
  if (!one) throw refused(404, "there is no such lab");
  return one;
}

function runOf(runs: Runs, context: Context): StudioRun {
  const one = runs.get(context.req.param("run") ?? "");
  if (!one) throw refused(404, "there is no such run");
  return one;
}

/** Where `pareto practice` puts the reader's own arm. */
function yoursOf({ slug }: Deliverable): string {
  return join(dataFolder(), "practice", `${slug}.ts`);
}

/** Makes an order of a request. Throws for a knob or a line that the lab does not have. */
function orderOf(one: Deliverable, asked: RunRequest, progress: Progress): Order {
  const { id, file, source } = one;
  const known = Object.keys(source?.knobs ?? {});
  for (const name of Object.keys(asked.knobs)) {
    if (!known.includes(name)) throw refused(400, "the lab has no such knob");
  }
  const matter = asked.without === undefined ? undefined : source?.matters[asked.without];
  if (asked.without !== undefined && !matter) throw refused(400, "the lab has no such line");
  const yours = asked.yours && existsSync(yoursOf(one)) ? yoursOf(one) : undefined;
  if (asked.yours && !yours) throw refused(409, `type npx pareto practice ${one.slug} first`);
  const arms = matter && matter.arms.length > 0 ? matter.arms : undefined;
  return {
    lab: id,
    guess: asked.guess,
    without: asked.without,
    traced: asked.traced,
    request: { id, file, knobs: asked.knobs, arms, yours, traced: asked.traced },
    copy: matter && (() => withoutLine(file, basename(matter.file), matter.line)),
    ended(end) {
      const isResult = /^(as-declared|differs|observed)$/.test(end.outcome);
      if (matter || asked.traced || !isResult) return;
      progress.ran(id, end, end.outcome === "observed" ? undefined : asked.guess);
      if (yours) progress.mark(id, "practised");
    },
  };
}

/** A run as the page knows it. */
function told(one: StudioRun | undefined, runs: Runs) {
  if (!one) return undefined;
  const { id, order } = one;
  const { guess, without, traced } = order;
  return { id, guess, without, traced, ended: one.end !== undefined, ahead: runs.ahead(one) };
}

/** The body, when it fits. */
async function bodyOf<Form extends z.ZodType>(
  context: Context,
  schema: Form,
): Promise<z.infer<Form>> {
  const body = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw refused(400, "the body has not its form");
  return parsed.data;
}

function refused(status: 400 | 401 | 404 | 409, error: string): HTTPException {
  return new HTTPException(status, { res: Response.json({ error }, { status }) });
}
