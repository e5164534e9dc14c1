// Degrees are not kilometres. A degree of longitude is 111 km long at the equator, 39 km in Tromso
// and nothing at the pole, and next to 180 degrees east comes 180 degrees west. A search by numbers
// of degrees works in the town where it was tested, and misses people elsewhere.

import { countsOf, lab, link, Random, sum } from "#kit";
import * as sphere from "#patterns/sphere";
import { type Redis, redis } from "#services/redis";

const CENTRES = {
  nairobi: { latitude: -1.29, longitude: 36.82 },
  tromso: { latitude: 69.65, longitude: 18.96 },
  taveuni: { latitude: -16.85, longitude: 179.99 }, // the island of Fiji that the meridian crosses
  icebreaker: { latitude: 87, longitude: 30 },
};

type Person = sphere.Position & { readonly name: string };

interface Index {
  add(client: Redis, people: readonly Person[]): Promise<unknown>;
  /** The names of those within the radius, as this index sees it. */
  search(client: Redis, centre: sphere.Position, metres: number): Promise<string[]>;
}

const within = (people: Person[], centre: sphere.Position, metres: number) =>
  people.filter((one) => sphere.metresBetween(centre, one) <= metres).map(({ name }) => name);

const fetchAll: Index = {
  add: (client, people) => client.rpush("people", ...people.map((one) => JSON.stringify(one))),
  async search(client, centre, metres) {
    const people = await client.lrange("people", 0, -1);
    return within(
      people.map((text) => JSON.parse(text)),
      centre,
      metres,
    );
  },
};

/** Two sorted sets and the overlap of two ranges; a box in degrees is so many times wider than high. */
const box = (times: (latitude: number) => number): Index => ({
  async add(client, people) {
    await client.zadd("latitudes", ...people.flatMap((one) => [one.latitude, one.name]));
    await client.zadd("longitudes", ...people.flatMap((one) => [one.longitude, one.name]));
  },
  async search(client, { latitude, longitude }, metres) {
    const high = metres / sphere.METRES_PER_DEGREE;
    const wide = high * times(latitude);
    const rows = await client.zrangebyscore("latitudes", latitude - high, latitude + high);
    const columns = await client.zrangebyscore("longitudes", longitude - wide, longitude + wide);
    return [...new Set(rows).intersection(new Set(columns))];
  },
});

const degreeBox = box(() => 1);

const cosineBox = box((latitude) => {
  let times = 1;
  times /= Math.cos(sphere.radians(latitude)); // matters: At 69 degrees north everybody is found; It works beyond 85.05 degrees
  return times;
});

const geosearch: Index = {
  add: (client, people) =>
    client.geoadd("people", ...people.flatMap((one) => [one.longitude, one.latitude, one.name])),
  search: (client, centre, metres) =>
    client.geosearch("people", ...sphere.around(centre, metres)) as Promise<string[]>,
};

/** Redis refuses latitudes past the edge of the square Mercator map, 85.05112878 degrees. */
function nobodyIfRefused(error: Error): string[] {
  if (error.message.includes("invalid longitude,latitude")) return [];
  throw error;
}

function crowd(name: string, centre: sphere.Position, people: number, halfM: number): Person[] {
  const places = sphere.scattered(new Random(1), centre, people, halfM);
  return places.map((place, index) => ({ name: `${name} ${index}`, ...place }));
}

export default lab({
  title: "Radius search with GEOSEARCH",
  question:
    "Does a search by a box of latitude and longitude find everyone within ten kilometres - in Nairobi, in Tromsø and on Fiji?",
  services: { redis },
  knobs: { fleet: 2_000, radiusKm: 10 },
  arms: { "fetch-all": fetchAll, "degree-box": degreeBox, "cosine-box": cosineBox, geosearch },

  async trial({ add, search }, { redis, knobs: { fleet, radiusKm } }) {
    await using wire = await link(redis.address);
    const client = await redis.through(wire).connect();
    const radius = radiusKm * 1_000;
    const missed: Record<string, number> = {};
    let strangers = 0;
    for (const [name, centre] of Object.entries(CENTRES)) {
      const people = crowd(name, centre, fleet / 4, 2 * radius);
      const truth = new Set(within(people, centre, radius));
      const found = add(client, people).then(() => search(client, centre, radius));
      const names = new Set(await found.catch(nobodyIfRefused));
      missed[name] = truth.difference(names).size;
      strangers += names.difference(truth).size;
    }

    const searchHere = () => search(client, CENTRES.nairobi, radius);
    const { replyBytes: bytes } = await countsOf(wire, searchHere);
    const newcomers = crowd("newcomer", CENTRES.nairobi, 4 * fleet, 4 * radius);
    const near = new Set(within(newcomers, CENTRES.nairobi, 1.1 * radius));
    await add(
      client,
      newcomers.filter(({ name }) => !near.has(name)),
    );
    const { replyBytes: bytesLater } = await countsOf(wire, searchHere);
    return { missed, strangers, bytes, growth: bytesLater / bytes };
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
