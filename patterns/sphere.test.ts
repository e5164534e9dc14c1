import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "#kit";
import { around, METRES_PER_DEGREE, metresBetween, moved, scattered } from "./sphere.ts";

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);

test("the two cities of the Redis documentation are as far apart as GEODIST says", () => {
  const palermo = { latitude: 38.115556, longitude: 13.361389 };
  const catania = { latitude: 37.502669, longitude: 15.087269 };
  near(metresBetween(palermo, catania), 166_274.1516, 1); // GEODIST rounds places to 0.6 m
});

test("a place is no distance from itself, and the poles are half a turn apart", () => {
  const here = { latitude: 12, longitude: 34 };
  assert.equal(metresBetween(here, here), 0);
  const pole = (latitude: number) => ({ latitude, longitude: 0 });
  near(metresBetween(pole(90), pole(-90)), 180 * METRES_PER_DEGREE, 1e-6);
});

test("the 180th meridian is no border", () => {
  const west = { latitude: 0, longitude: 179.5 };
  const east = { latitude: 0, longitude: -179.5 };
  near(metresBetween(west, east), METRES_PER_DEGREE, 1e-6);
});

test("who moves 300 m north and 400 m east is 500 m away, on either side of the meridian", () => {
  for (const longitude of [18.96, 179.999, -180]) {
    for (const eastM of [400, -400]) {
      const from = { latitude: 69.65, longitude };
      const to = moved(from, 300, eastM);
      near(metresBetween(from, to), 500, 0.1);
      assert.ok(to.longitude >= -180 && to.longitude < 180);
    }
  }
});

test("scattered places fill the square and do not leave it", () => {
  const centre = { latitude: 48, longitude: 2 };
  const places = scattered(new Random(1), centre, 1_000, 100);
  assert.equal(places.length, 1_000);
  const furthest = Math.max(...places.map((place) => metresBetween(centre, place)));
  assert.ok(furthest > 120 && furthest <= 100 * Math.SQRT2 + 0.1, `${furthest}`);
});

test("a circle is given to Redis with the longitude first", () => {
  const circle = around({ latitude: 48, longitude: 2 }, 500);
  assert.deepEqual(circle, ["FROMLONLAT", 2, 48, "BYRADIUS", 500, "m"]);
});
