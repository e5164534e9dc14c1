import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type RedisFace, redis } from "#services/redis";
import { type Stand, stand } from "../test/contract/stand.ts";
import { cellCorner, cellSize, geohash, neighbours } from "./geohash.ts";

const PARIS = { latitude: 48.8566, longitude: 2.3522 };

let server: Stand<RedisFace>;
before(async () => {
  server = await stand(redis);
});
after(() => server[Symbol.asyncDispose]());

test("Redis gives places the same names", async () => {
  const client = await server.face.connect();
  const places = [PARIS, { latitude: -33.86, longitude: 151.21 }, { latitude: 0, longitude: 0 }];
  for (const [index, place] of places.entries()) {
    await client.geoadd("map", place.longitude, place.latitude, index);
    const [name] = await client.geohash("map", index);
    assert.equal(geohash(place, 9), name?.slice(0, 9));
  }
});

test("the corner of a cell is in it, and a little to the south or west is another cell", () => {
  for (const letters of [1, 4, 6]) {
    const { latitude, longitude } = cellCorner(PARIS, letters);
    const nameAt = (north: number, east: number) =>
      geohash({ latitude: latitude + north, longitude: longitude + east }, letters);
    assert.equal(nameAt(1e-9, 1e-9), geohash(PARIS, letters));
    assert.notEqual(nameAt(-1e-9, 1e-9), geohash(PARIS, letters));
    assert.notEqual(nameAt(1e-9, -1e-9), geohash(PARIS, letters));
  }
});

test("a cell of five letters is 45 / 1024 of a degree both wide and high", () => {
  assert.deepEqual(cellSize(5), { width: 45 / 1024, height: 45 / 1024 });
});

test("a cell has eight neighbours, all different, and is not among them", () => {
  const around = neighbours(PARIS, 6);
  assert.equal(new Set([...around, geohash(PARIS, 6)]).size, 9);
  assert.ok(around.every((cell) => cell.length === 6));
});

test("neighbours are so in turn", () => {
  const { height } = cellSize(6);
  const north = { ...PARIS, latitude: PARIS.latitude + height };
  assert.ok(neighbours(PARIS, 6).includes(geohash(north, 6)));
  assert.ok(neighbours(north, 6).includes(geohash(PARIS, 6)));
});
