// A geohash cuts the map into cells, and the places of one cell share a prefix. That makes a prefix
// a good key for a neighbourhood, in any store that can look up a key. But cells have borders, and
// the cafe across the street may lie in the next cell, under quite another prefix.

import { lab, Random, sum } from "#kit";
import { metresBetween, moved, type Position, scattered } from "#patterns/sphere";
import { type Redis, redis } from "#services/redis";

const PARIS = { latitude: 48.8566, longitude: 2.3522 };
const BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz";

/** Each letter of a geohash is five bits. The bits of east and north take turns, east begins. */
const bitsEast = (letters: number) => Math.ceil((5 * letters) / 2);
const bitsNorth = (letters: number) => Math.floor((5 * letters) / 2);

/** The first letters of a place's geohash, which name its cell. */
function geohash({ latitude, longitude }: Position, letters: number): string {
  const binary = (share: number, bits: number) =>
    Math.floor(share * 2 ** bits)
      .toString(2)
      .padStart(bits, "0");
  const east = binary((longitude + 180) / 360, bitsEast(letters));
  const north = binary((latitude + 90) / 180, bitsNorth(letters));
  const bits = Array.from(east, (bit, index) => bit + (north[index] ?? "")).join("");
  return bits.replace(/.{5}/g, (five) => BASE32[Number.parseInt(five, 2)]!);
}

/** The width and height of a cell in degrees. */
const sizeOf = (letters: number) => [360 / 2 ** bitsEast(letters), 180 / 2 ** bitsNorth(letters)];

/** The cells around the place's own. Not for a place at the edge of the map. */
function neighbours({ latitude, longitude }: Position, letters: number): string[] {
  const [width = 0, height = 0] = sizeOf(letters);
  const steps = [-1, 0, 1].flatMap((up) => [-1, 0, 1].map((right) => ({ up, right })));
  return steps
    .filter(({ up, right }) => up !== 0 || right !== 0)
    .map(({ up, right }) => ({
      latitude: latitude + up * height,
      longitude: longitude + right * width,
    }))
    .map((place) => geohash(place, letters));
}

interface Index {
  add(client: Redis, name: string, place: Position): Promise<unknown>;
  search(client: Redis, caller: Position, metres: number): Promise<string[]>;
}

/** One set of names for each cell; `area` tells which cells a search reads. */
const cells =
  (area: (caller: Position, letters: number) => string[]) =>
  (letters: number): Index => ({
    add: (client, name, place) => client.sadd(`cell:${geohash(place, letters)}`, name),
    search: async (client, caller) => {
      const keys = area(caller, letters).map((cell) => `cell:${cell}`);
      return (await Promise.all(keys.map((key) => client.smembers(key)))).flat();
    },
  });

const ownCell = cells((caller, letters) => [geohash(caller, letters)]);

const nineCells = cells((caller, letters) => {
  const area = [geohash(caller, letters)];
  area.push(...neighbours(caller, letters)); // matters: Everybody within the radius is found
  return area;
});

const geosearch = (): Index => ({
  add: (client, name, { longitude, latitude }) => client.geoadd("map", longitude, latitude, name),
  async search(client, { longitude, latitude }, metres) {
    const around = ["FROMLONLAT", longitude, latitude] as const;
    return (await client.geosearch("map", ...around, "BYRADIUS", metres, "m")) as string[];
  },
});

/** People 20 m from the middle of a border of the cell around Paris, and 20 m from its corner. */
function callers(letters: number): Position[] {
  const [width = 0, height = 0] = sizeOf(letters);
  const corner = {
    latitude: Math.floor((PARIS.latitude + 90) / height) * height - 90,
    longitude: Math.floor((PARIS.longitude + 180) / width) * width - 180,
  };
  const middle = { ...corner, latitude: corner.latitude + height / 2 };
  return [moved(middle, 0, 20), moved(corner, 20, 20)];
}

export default lab({
  title: "Geohash cells and their borders",
  question:
    "Is the café across the street found when a cell border runs down the middle of the road?",
  services: { redis },
  knobs: { places: 3_000, prefixLength: { value: 6, from: 4, to: 8 }, radiusM: 500 },
  arms: { "own-cell": ownCell, "nine-cells": nineCells, geosearch },

  async trial(build, { redis, knobs: { places, prefixLength, radiusM } }) {
    const client = await redis.connect();
    await client.flushall();
    const index = build(prefixLength);
    const map = new Map(
      scattered(new Random(1), PARIS, places, 3_000).map((place, n) => [`${n}`, place]),
    );
    await Promise.all(map.entries().map(([name, place]) => index.add(client, name, place)));

    await client.config("RESETSTAT");
    const found = { searches: 0, missed: 0, tooFar: 0 };
    for (const caller of callers(prefixLength)) {
      const near = (name: string) => metresBetween(caller, map.get(name)!) <= radiusM;
      const returned = new Set(await index.search(client, caller, radiusM));
      found.searches += 1;
      found.missed += [...map.keys()].filter((name) => near(name) && !returned.has(name)).length;
      found.tooFar += [...returned].filter((name) => !near(name)).length;
    }
    const calls = await redis.info("commandstats");
    const reads = sum(["smembers", "geosearch"].map((one) => calls[`cmdstat_${one}.calls`] ?? 0));
    return { ...found, keysPerSearch: reads / found.searches, keys: await client.dbsize() };
  },

  claims: {
    "Everybody within the radius is found": {
      holds: (found) => found.missed === 0,
      brokenBy: ["own-cell"],
    },
    "Nobody beyond the radius is returned": {
      holds: (found) => found.tooFar === 0,
      brokenBy: ["own-cell", "nine-cells"],
    },
    "A search reads one key": {
      holds: (found) => found.keysPerSearch === 1,
      brokenBy: ["nine-cells"],
    },
    "The places can be spread over several servers": {
      holds: (found) => found.keys > 1,
      brokenBy: ["geosearch"],
    },
  },

  measures: {
    "places missed": (found) => found.missed,
    "places too far away": (found) => found.tooFar,
    "keys read per search": (found) => found.keysPerSearch,
    "keys that hold places": (found) => found.keys,
  },
});
