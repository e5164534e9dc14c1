// Half of the visitors see the old page and half the new one, and a cookie says which. A function at
// the edge can read the cookie, so that the origin need not be asked. But on which side of the cache
// does it stand? Behind it, it runs for the first visitor, and what he gets is kept for everybody.
// Before it, it runs each time, and can tell the cache that there are two pages.

import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { lab, repeat, sum } from "#kit";
import { workerd } from "#services/workerd";
import { openOrigin } from "./origin.ts";

const GROUPS = ["old", "new"];

const script = new URL("./edge.ts", import.meta.url);

const originDecides = { HAS_FUNCTION: false };

const originRequest = { HAS_FUNCTION: true };

const viewerRequest = {
  HAS_FUNCTION: true,
  BEFORE_THE_CACHE: true, // matters: Everyone stays in their own group
};

/** Visits the page; tells what the edge said of it, and whether it was that of the group. */
async function visit(url: string, group: string) {
  const answer = await fetch(`${url}/page`, { headers: { cookie: `group=${group}` } });
  return {
    isRight: (await answer.text()) === group,
    isHit: answer.headers.get("cache") === "hit",
    runs: Number(answer.headers.get("runs")),
  };
}

export default lab({
  title: "Edge functions: before or behind the cache",
  question:
    "An A/B test is decided at the edge: why does everybody end up in the first visitor's group?",
  services: { workerd },
  knobs: { visitors: 40, visits: 3 },
  arms: {
    "origin-decides": originDecides,
    "origin-request": originRequest,
    "viewer-request": viewerRequest,
  },

  async trial(bindings, { workerd, knobs: { visitors, visits } }) {
    await using origin = await openOrigin();
    await workerd.deploy({
      script: stripTypeScriptTypes(await readFile(script, "utf8")),
      bindings: { ...bindings, ORIGIN: origin.url },
    });
    const groups = Array.from({ length: visitors }, (_, index) => GROUPS[index % 2] as string);
    const seen = await repeat(visits, () =>
      repeat(visitors, (visitor) => visit(workerd.url, groups[visitor] as string)),
    );
    const all = seen.flat();
    const hits = all.filter(({ isHit }) => isHit);
    return {
      misled: groups.filter((_, visitor) => seen.some((round) => !round[visitor]?.isRight)).length,
      originRequests: origin.seen.requests,
      runsPerRequest: sum(all.map(({ runs }) => runs)) / all.length,
      runsOnHits: sum(hits.map(({ runs }) => runs)),
      hitRatio: hits.length / all.length,
    };
  },

  claims: {
    "Everyone stays in their own group": {
      holds: (found) => found.misled === 0,
      brokenBy: ["origin-request"],
    },
    "The origin is asked at most once for each group": {
      holds: (found) => found.originRequests <= GROUPS.length,
      brokenBy: ["origin-decides"],
    },
    "No function runs on a cache hit": {
      holds: (found) => found.runsOnHits === 0,
      brokenBy: ["viewer-request"],
    },
  },

  measures: {
    "visitors in the wrong group": (found) => found.misled,
    "origin requests": (found) => found.originRequests,
    "function runs per request": (found) => found.runsPerRequest,
    "hit ratio": (found) => found.hitRatio,
  },
});
