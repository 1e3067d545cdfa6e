/** The test signal of `tests/web/browser_vectors.py`, made again, and how far two signals are apart. */

import { readFileSync } from "node:fs";

/** What Python gave. */
export const VECTORS = JSON.parse(readFileSync(new URL("./vectors.json", import.meta.url), "utf-8"));

/**
 * @param {number} channels @param {number} frames @param {number} seed
 * @returns {Float64Array[]}
 */
export function noise(channels, frames, seed) {
  const rows = Array.from({ length: channels }, () => new Float64Array(frames));
  let state = seed;
  for (let frame = 0; frame < frames; frame++) {
    const level = 0.5 ** (1 + (Math.floor(frame / 1500) % 4));
    for (const row of rows) {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      row[frame] = (state / 2 ** 31 - 1) * level;
    }
  }
  return rows;
}

/**
 * Power of the difference relative to the power of what is wanted, in dB; `got` is read every so many frames.
 * @param {ArrayLike<number>[]} got @param {number[][]} wanted @param {number} every
 */
export function errorDb(got, wanted, every) {
  let difference = 0;
  let power = 0;
  wanted.forEach((row, channel) =>
    row.forEach((value, i) => {
      difference += (got[channel][i * every] - value) ** 2;
      power += value ** 2;
    }),
  );
  return 10 * Math.log10(difference / power);
}
