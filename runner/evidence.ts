// Puts the events of a run together into its record.

import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Description } from "../contracts/description.ts";
import type { EndEvent, Event, PlanEvent, Verdict } from "../contracts/events.ts";
import type { Evidence } from "../contracts/evidence.ts";
import { sourceHash } from "../contracts/source-hash.ts";
import { EVIDENCE_VERSION } from "../contracts/versions.ts";
import { clientVersions, machine } from "./provenance.ts";

type SampleEvent = Extract<Event, { kind: "sample" }>;
type NoteEvent = Extract<Event, { kind: "note" }>;

/** Points of a series that are kept; more than a plot can show only makes the file large. */
const MOST_POINTS = 200;

/** Puts the events of one finished run together. */
export function evidenceOf(id: string, file: string, events: readonly Event[]): Evidence {
  const plan = events.find((event) => event.kind === "plan") as PlanEvent;
  const end = events.at(-1) as EndEvent;
  const lastRound = Math.max(...events.map((event) => ("round" in event ? event.round : 0)));
  return {
    version: EVIDENCE_VERSION,
    id,
    source: sourceHash(dirname(file)),
    recorded: new Date().toISOString(),
    lab: portable(plan.lab, dirname(file)),
    knobs: plan.knobs,
    rounds: plan.rounds,
    verdicts: verdictsByRound(events, end),
    measures: end.measures,
    ratios: end.ratios,
    series: seriesOf(events, lastRound),
    notes: notesOf(events, lastRound),
    seconds: Math.round(end.at / 100) / 10,
    peakMegabytes: end.peakMegabytes,
    machine: machine(),
    servers: serversOf(events),
    clients: clientVersions(file, Object.values(plan.lab.services)),
  };
}

/** The description without where this clone lies: what a lab brings, by its path within the lab. */
function portable(lab: Description, folder: string): Description {
  const here = pathToFileURL(join(folder, "/")).href;
  return JSON.parse(JSON.stringify(lab).replaceAll(here, "./"));
}

function verdictsByRound(events: readonly Event[], end: EndEvent): Evidence["verdicts"] {
  const rounds: Record<string, Record<string, Verdict[]>> = {};
  for (const [claim, byArm] of Object.entries(end.verdicts)) {
    rounds[claim] = {};
    for (const [arm, verdict] of Object.entries(byArm)) {
      const heard = events.flatMap((event) =>
        event.kind === "verdict" && event.claim === claim && event.arm === arm ? event.verdict : [],
      );
      rounds[claim][arm] = heard.length > 0 ? heard : [verdict];
    }
  }
  return rounds;
}

function seriesOf(events: readonly Event[], round: number): Evidence["series"] {
  const samples = events.filter((event) => event.kind === "sample" && event.round === round);
  const bySeries = Object.groupBy(samples as SampleEvent[], ({ series }) => series);
  return mapValues(bySeries, (some) =>
    mapValues(byArm(some), (points) => thin(points.map(({ x, y }): [number, number] => [x, y]))),
  );
}

/** At most MOST_POINTS of the points, evenly taken, the first and the last among them. */
function thin<Point>(points: readonly Point[]): Point[] {
  if (points.length <= MOST_POINTS) return [...points];
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from(
    { length: MOST_POINTS },
    (_, index) => points[Math.round(index * step)] as Point,
  );
}

function notesOf(events: readonly Event[], round: number): Evidence["notes"] {
  const notes = events.filter((event) => event.kind === "note" && event.round === round);
  return mapValues(byArm(notes as NoteEvent[]), (some) => some.map(({ text }) => text));
}

function byArm<Some extends { readonly arm: string }>(events: readonly Some[]) {
  return Object.groupBy(events, ({ arm }) => arm);
}

function mapValues<From, To>(record: Partial<Record<string, From>>, change: (value: From) => To) {
  const entries = Object.entries(record) as [string, From][];
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value)]));
}

function serversOf(events: readonly Event[]): Record<string, string> {
  const servers: Record<string, string> = {};
  for (const event of events) {
    if (event.kind === "service" && event.version) servers[event.service] = event.version;
  }
  return servers;
}
