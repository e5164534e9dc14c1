// Geohashes (Gustavo Niemeyer, 2008): names for the cells of a map, longer ones for smaller cells.

import type { Position } from "./sphere.ts";

const BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz";

/** Each letter is five bits. The bits of east and north take turns, east begins. */
const bitsEast = (letters: number) => Math.ceil((5 * letters) / 2);
const bitsNorth = (letters: number) => Math.floor((5 * letters) / 2);

/** The first letters of a place's geohash, which name its cell. */
export function geohash({ latitude, longitude }: Position, letters: number): string {
  const binary = (share: number, bits: number) =>
    Math.floor(share * 2 ** bits)
      .toString(2)
      .padStart(bits, "0");
  const east = binary((longitude + 180) / 360, bitsEast(letters));
  const north = binary((latitude + 90) / 180, bitsNorth(letters));
  const bits = Array.from(east, (bit, index) => bit + (north[index] ?? "")).join("");
  return bits.replace(/.{5}/g, (five) => BASE32[Number.parseInt(five, 2)]!);
}

/** The width and the height of a cell, in degrees. */
export function cellSize(letters: number): { readonly width: number; readonly height: number } {
  return { width: 360 / 2 ** bitsEast(letters), height: 180 / 2 ** bitsNorth(letters) };
}

/** The south-western corner of the cell that a place is in. */
export function cellCorner({ latitude, longitude }: Position, letters: number): Position {
  const { width, height } = cellSize(letters);
  return {
    latitude: Math.floor((latitude + 90) / height) * height - 90,
    longitude: Math.floor((longitude + 180) / width) * width - 180,
  };
}

/** The eight cells around the place's own. Not for a place in a cell at the edge of the map. */
export function neighbours({ latitude, longitude }: Position, letters: number): string[] {
  const { width, height } = cellSize(letters);
  const cells = [-1, 0, 1].flatMap((up) =>
    [-1, 0, 1].map((right) =>
      geohash({ latitude: latitude + up * height, longitude: longitude + right * width }, letters),
    ),
  );
  return cells.toSpliced(4, 1); // the one in the middle is the place's own
}
