/**
 * The tone plane: x from relaxed to energetic, y from warm to bright, both -6 to 6, as two shelves. Equal to
 * `tonewright/population/plane.py`, where the law comes from.
 */

/** @import { FullSettings } from "./types.js" */

import { neutralSettings } from "./settings.js";

/** Half the width of the square. */
export const EDGE = 6;
/** Most gain in dB and frequency in Hz of the low and of the high shelf; Q of both. */
const LOW = { mostDb: 6, hz: 100 };
const HIGH = { mostDb: 8, hz: 10000 };
const SHELF_Q = 0.7;
/** The low and the high shelf as bands. */
export const SHELVES = /** @type {const} */ ([
  { type: "low_shelf", frequency_hz: LOW.hz, q: SHELF_Q },
  { type: "high_shelf", frequency_hz: HIGH.hz, q: SHELF_Q },
]);

const larger = (/** @type {number} */ a, /** @type {number} */ b) => (Math.abs(a) >= Math.abs(b) ? a : b);
const inside = (/** @type {number} */ value) => Math.min(Math.max(value, -EDGE), EDGE);

/**
 * Gains of the two shelves at a point; a point outside of the square is moved to its edge.
 * @param {number} x
 * @param {number} y
 */
export function planeGainsDb(x, y) {
  [x, y] = [inside(x), inside(y)];
  const same = x * y >= 0;
  const bass = same ? x - y : larger(x, -y);
  const treble = same ? larger(x, y) : x + y;
  return { lowDb: (bass * LOW.mostDb) / EDGE, highDb: (treble * HIGH.mostDb) / EDGE };
}

/**
 * A point as settings: six bands, the shelves in the first and the last, others neutral.
 * @param {number} x
 * @param {number} y
 * @returns {FullSettings}
 */
export function planeSettings(x, y) {
  const { lowDb, highDb } = planeGainsDb(x, y);
  const settings = neutralSettings();
  const last = settings.bands.length - 1;
  // Adding 0 turns -0 into 0.
  Object.assign(settings.bands[0], { ...SHELVES[0], gain_db: lowDb + 0 });
  Object.assign(settings.bands[last], { ...SHELVES[1], gain_db: highDb + 0 });
  return settings;
}

/**
 * The point that has these gains: the exact inverse of {@link planeGainsDb}. Gains beyond 6 and 8 dB give points outside.
 * @param {number} lowDb
 * @param {number} highDb
 */
export function planePoint(lowDb, highDb) {
  const bass = (lowDb * EDGE) / LOW.mostDb;
  const treble = (highDb * EDGE) / HIGH.mostDb;
  const same = bass * treble >= 0;
  const trebleLeads = Math.abs(bass) <= Math.abs(treble);
  return {
    x: same ? (trebleLeads ? treble : bass) : treble + bass,
    y: same ? treble - bass : trebleLeads ? treble : -bass,
  };
}
