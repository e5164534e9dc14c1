// Degrees are not kilometres. A degree of longitude is 111 km long at the equator, 39 km in Tromso
// and nothing at the pole, and next to 180 degrees east comes 180 degrees west. A search by numbers
// of degrees works in the town where it was tested, and misses people elsewhere.

import { lab, link, Random, sum } from "#kit";
import {
  METRES_PER_DEGREE,
  metresBetween,
  type Position,
  radians,
  scattered,
} from "#patterns/sphere";
import { type Redis, redis } from "#services/redis";

const CENTRES = {
  nairobi: { latitude: -1.29, longitude: 36.82 },
  tromso: { latitude: 69.65, longitude: 18.96 },
  taveuni: { latitude: -16.85, longitude: 179.99 }, // the island of Fiji that the meridian crosses
  icebreaker: { latitude: 87, longitude: 30 },
};

type Person = Position & { readonly name: string };

interface Index {
  add(client: Redis, people: readonly Person[]): Promise<unknown>;
  /** The names of those within the radius, as this index sees it. */
  search(client: Redis, centre: Position, metres: number): Promise<string[]>;
}

const fetchAll: Index = {
  add: (client, people) =>
    client.hset("people", new Map(people.map((one) => [one.name, JSON.stringify(one)]))),
  async search(client, centre, metres) {
    const people = (await client.hvals("people")).map((text): Person => JSON.parse(text));
    return people.filter((one) => metresBetween(centre, one) <= metres).map(({ name }) => name);
  },
};

/** Two sorted sets and the overlap of two ranges; `width` is half the box in degrees of longitude. */
const box = (width: (metres: number, latitude: number) => number): Index => ({
  async add(client, people) {
    await client.zadd("latitudes", ...people.flatMap((one) => [one.latitude, one.name]));
    await client.zadd("longitudes", ...people.flatMap((one) => [one.longitude, one.name]));
  },
  async search(client, { latitude, longitude }, metres) {
    const [high, wide] = [metres / METRES_PER_DEGREE, width(metres, latitude)];
    const rows = await client.zrangebyscore("latitudes", latitude - high, latitude + high);
    const columns = await client.zrangebyscore("longitudes", longitude - wide, longitude + wide);
    return [...new Set(rows).intersection(new Set(columns))];
  },
});

const degreeBox = box((metres) => metres / METRES_PER_DEGREE);

const cosineBox = box((metres, latitude) => {
  let degrees = metres / METRES_PER_DEGREE;
  degrees /= Math.cos(radians(latitude)); // matters: At 69 degrees north everybody is found; It works beyond 85.05 degrees
  return degrees;
});

const geosearch: Index = {
  add: (client, people) =>
    client.geoadd("people", ...people.flatMap((one) => [one.longitude, one.latitude, one.name])),
  async search(client, { longitude, latitude }, metres) {
    const around = ["FROMLONLAT", longitude, latitude] as const;
    return (await client.geosearch("people", ...around, "BYRADIUS", metres, "m")) as string[];
  },
};

/** Redis refuses latitudes past the edge of the square Mercator map, 85.05112878 degrees. */
function nobodyIfRefused(error: Error): string[] {
  if (error.message.includes("invalid longitude,latitude")) return [];
  throw error;
}

const crowd = (name: string, centre: Position, people: number, halfM: number): Person[] =>
  scattered(new Random(1), centre, people, halfM).map((place, index) => ({
    name: `${name} ${index}`,
    ...place,
  }));

export default lab({
  title: "Radius search with GEOSEARCH",
  question:
    "Does a search by a box of latitude and longitude find everyone within ten kilometres - in Nairobi, in Tromsø and on Fiji?",
  services: { redis },
  knobs: { fleet: 2_000, radiusKm: 10 },
  arms: { "fetch-all": fetchAll, "degree-box": degreeBox, "cosine-box": cosineBox, geosearch },

  async trial(index, { redis, knobs }) {
    await using wire = await link(redis.address);
    const client = await redis.through(wire).connect();
    await client.flushall();
    const radius = knobs.radiusKm * 1_000;
    const missed: Record<string, number> = {};
    let strangers = 0;
    for (const [name, centre] of Object.entries(CENTRES)) {
      const people = crowd(name, centre, knobs.fleet / 4, 2 * radius);
      const within = people.filter((one) => metresBetween(centre, one) <= radius);
      const truth = new Set(within.map((one) => one.name));
      const found = await index
        .add(client, people)
        .then(() => index.search(client, centre, radius))
        .catch(nobodyIfRefused);
      missed[name] = truth.difference(new Set(found)).size;
      strangers += new Set(found).difference(truth).size;
    }

    const bytes = async () => {
      const before = wire.counts().replyBytes;
      await index.search(client, CENTRES.nairobi, radius);
      return wire.counts().replyBytes - before;
    };
    const small = await bytes();
    const newcomers = crowd("newcomer", CENTRES.nairobi, 4 * knobs.fleet, 4 * radius);
    const outside = (one: Person) => metresBetween(CENTRES.nairobi, one) > 1.1 * radius;
    await index.add(client, newcomers.filter(outside));
    return { missed, strangers, bytes: small, growth: (await bytes()) / small };
  },

  claims: {
    "At 69 degrees north everybody is found": {
      holds: (found) => found.missed.tromso === 0,
      brokenBy: ["degree-box"],
    },
    "Across the 180th meridian everybody is found": {
      holds: (found) => found.missed.taveuni === 0,
      brokenBy: ["degree-box", "cosine-box"],
    },
    "It works beyond 85.05 degrees": {
      holds: (found) => found.missed.icebreaker === 0,
      brokenBy: ["degree-box", "geosearch"],
    },
    "Bytes received grow with the hits and not with the fleet": {
      holds: (found) => found.growth < 1.1,
      brokenBy: ["fetch-all", "degree-box", "cosine-box"],
    },
  },

  measures: {
    "people missed": (found) => sum(Object.values(found.missed)),
    "false hits": (found) => found.strangers,
    "bytes per search": { unit: "bytes", of: (found) => found.bytes },
    "bytes after the fleet has grown, as a multiple": (found) => found.growth,
  },
});
