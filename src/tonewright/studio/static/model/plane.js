/** Settings at a point of the tone plane. The law itself is the engine's. */

import { EDGE, SHELVES, planeGainsDb, planePoint } from "/static/web/engine/plane.js";
import { gainOf } from "./settings.js";

/** @typedef {import("./types.js").Settings} Settings */
/** @typedef {import("./types.js").Point} Point */

export { EDGE };

/**
 * Move the shelves of the plane to a point, other bands untouched; where settings have no such shelves they are put at the
 * ends.
 * @param {Settings} settings @param {Point} point @returns {Settings}
 */
export function atPoint(settings, [x, y]) {
  const { lowDb, highDb } = planeGainsDb(x, y);
  let bands = [...settings.bands];
  SHELVES.forEach((shelf, index) => {
    const band = { ...shelf, gain_db: [lowDb, highDb][index] + 0 };
    const found = bands.findIndex(
      ({ type, frequency_hz }) => type === shelf.type && isNear(frequency_hz, shelf),
    );
    if (found >= 0) bands[found] = { ...bands[found], gain_db: band.gain_db };
    else bands = index === 0 ? [band, ...bands] : [...bands, band];
  });
  return { ...settings, bands };
}

/** Where the shelves of settings stand on the plane; its middle where there are none. @param {Settings} settings @returns {Point} */
export function pointOf(settings) {
  const [low, high] = SHELVES.map((shelf) => {
    const band = settings.bands.find(({ type, frequency_hz }) => type === shelf.type && isNear(frequency_hz, shelf));
    return band ? gainOf(band) : 0;
  });
  const { x, y } = planePoint(low, high);
  return [x, y];
}

/** @param {number} hz @param {{frequency_hz: number}} shelf */
const isNear = (hz, shelf) => Math.abs(hz / shelf.frequency_hz - 1) < 0.01;

/** People drawn from a distribution for want of named ones. */
const PEOPLE = 24;

/**
 * Points that stand for a distribution on the plane, each for the same share of it.
 * @param {{size: number, grid: number[][]}} plane rows of x, columns of y, sum 1 @returns {Point[]}
 */
export function spreadOf({ size, grid }) {
  const middle = (/** @type {number} */ cell) => (2 * EDGE * (cell + 0.5)) / size - EDGE;
  /** @type {Point[]} */
  const points = [];
  let mass = 0;
  grid.forEach((row, i) =>
    row.forEach((share, j) => {
      mass += share;
      while (points.length < PEOPLE && mass * PEOPLE > points.length + 0.5) points.push([middle(i), middle(j)]);
    }),
  );
  return points;
}
