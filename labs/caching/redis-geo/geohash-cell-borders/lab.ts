// A geohash cuts the map into cells, and the places of one cell share a prefix. That makes a prefix
// a good key for a neighbourhood, in any store that can look up a key. But cells have borders, and
// the cafe across the street may lie in the next cell, under quite another prefix.

import { lab, Random } from "#kit";
import { cellCorner, cellSize, geohash, neighbours } from "#patterns/geohash";
import { workOn } from "#patterns/redis-cost";
import { around, metresBetween, moved, type Position, scattered } from "#patterns/sphere";
import { type Redis, redis } from "#services/redis";

const PARIS = { latitude: 48.8566, longitude: 2.3522 };

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
  search: (client, caller, metres) =>
    client.geosearch("map", ...around(caller, metres)) as Promise<string[]>,
});

/** People 20 m from the middle of a border of the cell around Paris, and 20 m from its corner. */
function callers(letters: number): Position[] {
  const corner = cellCorner(PARIS, letters);
  const middle = { ...corner, latitude: corner.latitude + cellSize(letters).height / 2 };
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
    const index = build(prefixLength);
    const map = scattered(new Random(1), PARIS, places, 3_000);
    await Promise.all(map.map((place, name) => index.add(client, `${name}`, place)));

    let [missed, tooFar] = [0, 0];
    const asking = callers(prefixLength);
    for (const caller of asking) {
      const isNear = map.map((place) => metresBetween(caller, place) <= radiusM);
      const returned = (await index.search(client, caller, radiusM)).map(Number);
      missed += isNear.filter((near, name) => near && !returned.includes(name)).length;
      tooFar += returned.filter((name) => !isNear[name]).length;
    }
    const { calls } = await workOn(redis, "smembers", "geosearch");
    const keysPerSearch = calls / asking.length;
    return { missed, tooFar, keysPerSearch, keys: await client.dbsize() };
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
