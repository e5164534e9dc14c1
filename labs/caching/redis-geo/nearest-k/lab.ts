// GEOSEARCH takes an area, but a dispatcher wants the ten nearest, wherever they are. Over the whole
// city, COUNT 10 measures every driver and sorts all of them to keep ten. With ANY it stops at the
// first ten that it comes across, and ASC sorts just those. What helps is a smaller area.

import { lab, mean, Random } from "#kit";
import { workOn } from "#patterns/redis-cost";
import { around, metresBetween, moved, type Position, scattered } from "#patterns/sphere";
import { redis } from "#services/redis";

const CENTRE = { latitude: 52.52, longitude: 13.405 };
const HALF_M = 20_000; // the city is a square of 40 by 40 km
const EVERYWHERE_M = 80_000; // from any caller to any driver
const WANTED = 10;

type Search = (metres: number, ...options: string[]) => Promise<string[]>;
/** Returns the names of the drivers that a dispatcher would call, nearest first. */
type Nearest = (search: Search, firstRadiusM: number) => Promise<string[]>;

const sorted: Nearest = (search) => search(EVERYWHERE_M);

const any: Nearest = (search) => {
  const options: string[] = [];
  options.push("ANY"); // matters: The server works at most five times as long as for rings
  return search(EVERYWHERE_M, ...options);
};

const rings: Nearest = async (search, firstRadiusM) => {
  let found: string[] = [];
  for (let metres = firstRadiusM; found.length < WANTED && metres < 2 * EVERYWHERE_M; metres *= 2) {
    found = await search(metres);
  }
  return found;
};

/** How many of the drivers are among the nearest. Redis rounds a place to 0.6 m. */
function rightAnswers(returned: string[], drivers: Position[], caller: Position): number {
  const metres = Float64Array.from(drivers, (driver) => metresBetween(caller, driver));
  const tenth = metres.toSorted()[WANTED - 1] ?? Number.POSITIVE_INFINITY;
  return returned.filter((name) => metres[Number(name)]! <= tenth + 1).length;
}

export default lab({
  title: "The ten nearest drivers",
  question:
    "COUNT 10 ANY is hundreds of times cheaper than COUNT 10 - what does it return instead of the nearest?",
  services: { redis },
  knobs: { drivers: { value: 20_000, from: 1_000, to: 100_000 }, searches: 20, firstRadiusM: 250 },
  arms: { sorted, any, rings },

  async trial(nearest, { redis, knobs: { drivers, searches, firstRadiusM } }) {
    const client = await redis.connect();
    const random = new Random(1);
    const callers = scattered(random, CENTRE, searches, HALF_M);
    callers[0] = moved(CENTRE, 0, 1.5 * HALF_M); // one stands outside the city
    const places = scattered(random, CENTRE, drivers, HALF_M);
    const entries = places.map(({ longitude, latitude }, name) => [longitude, latitude, name]);
    await client.geoadd("drivers", ...entries.flat());

    const dispatched = callers.map(async (caller) => {
      const search: Search = (metres, ...options) => {
        const area = around(caller, metres);
        const reply = client.geosearch("drivers", ...area, "ASC", "COUNT", WANTED, ...options);
        return reply as Promise<string[]>;
      };
      return rightAnswers(await nearest(search, firstRadiusM), places, caller);
    });
    const right = await Promise.all(dispatched);
    const { calls, micros } = await workOn(redis, "geosearch");
    return {
      fewestRight: Math.min(...right),
      rightOfTen: mean(right),
      commandsPerSearch: calls / searches,
      microsPerSearch: micros / searches,
    };
  },

  claims: {
    "The ten returned are the ten nearest": {
      holds: (found) => found.fewestRight === WANTED,
      brokenBy: ["any"],
    },
    "The server works at most five times as long as for rings": {
      ratio: (found) => found.microsPerSearch,
      to: "rings",
      atMost: 5,
      brokenBy: ["sorted"],
    },
    "A search is always one command": {
      holds: (found) => found.commandsPerSearch === 1,
      brokenBy: ["rings"],
    },
  },

  measures: {
    "right answers of ten": (found) => found.rightOfTen,
    "server time per search": { unit: "us", of: (found) => found.microsPerSearch },
    "commands per search": (found) => found.commandsPerSearch,
  },
});
