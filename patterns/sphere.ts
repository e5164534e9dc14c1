// Places on the Earth, taken for a sphere: how far apart they are, and where one gets to from there.

import type { Random } from "#kit";

/** A place in degrees, north and east counted positive. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** The Earth's radius in metres as Redis has it (geohash_helper.c), so that distances agree. */
const RADIUS = 6_372_797.560856;

export const METRES_PER_DEGREE = (Math.PI / 180) * RADIUS;

export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** The distance along the surface, in metres, by the haversine formula. */
export function metresBetween(one: Position, other: Position): number {
  const north = Math.sin(radians(other.latitude - one.latitude) / 2);
  const east = Math.sin(radians(other.longitude - one.longitude) / 2);
  const cosines = Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude));
  return 2 * RADIUS * Math.asin(Math.sqrt(north ** 2 + cosines * east ** 2));
}

/**
 * The place so many metres to the north and to the east. For short ways away from the poles: the
 * way east is measured at the latitude where it starts.
 */
export function moved(from: Position, northM: number, eastM: number): Position {
  const width = METRES_PER_DEGREE * Math.cos(radians(from.latitude));
  const longitude = from.longitude + eastM / width;
  return {
    latitude: from.latitude + northM / METRES_PER_DEGREE,
    longitude: longitude - 360 * Math.floor((longitude + 180) / 360), // from -180 up to 180
  };
}

/** Places at random in a square with its sides to the north and east, `halfM` metres each way. */
export function scattered(
  random: Random,
  centre: Position,
  places: number,
  halfM: number,
): Position[] {
  const offset = () => (2 * random.next() - 1) * halfM;
  return Array.from({ length: places }, () => moved(centre, offset(), offset()));
}

/** The circle of so many metres around a place, as Redis takes it: the arguments of GEOSEARCH. */
export function around({ latitude, longitude }: Position, metres: number) {
  return ["FROMLONLAT", longitude, latitude, "BYRADIUS", metres, "m"] as const;
}
