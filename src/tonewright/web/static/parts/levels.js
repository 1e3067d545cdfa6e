/** Levels over frequencies, made ready to be compared by eye. */

/**
 * @typedef {object} Curve
 * @property {string} label
 * @property {ArrayLike<number>} frequencies in Hz
 * @property {ArrayLike<number | null>} levelsDb  null: not known there
 * @property {"original" | "result" | "reference"} role
 */

/** Music falls by about this much from octave to octave; spectra are drawn level. */
const TILT_DB = 4.5;

/**
 * The points of a curve that have a level.
 * @param {ArrayLike<number>} frequencies @param {ArrayLike<number | null>} levelsDb
 */
export const known = (frequencies, levelsDb) =>
  Array.from(frequencies, (hz, i) => ({ hz, db: levelsDb[i] ?? NaN })).filter(({ db }) => Number.isFinite(db));

/**
 * Spectra ready to be compared by eye: drawn level (4.5 dB per octave added), moved so that each has a mean of 0 dB over
 * 100 Hz to 10 kHz.
 * @param {Curve[]} curves
 * @returns {Curve[]}
 */
export function levelled(curves) {
  return curves.map((curve) => {
    const points = known(curve.frequencies, curve.levelsDb);
    const tilted = points.map(({ hz, db }) => db + TILT_DB * Math.log2(hz / 1000));
    const heard = tilted.filter((_, i) => points[i].hz >= 100 && points[i].hz <= 10000);
    const mean = heard.reduce((sum, db) => sum + db, 0) / Math.max(1, heard.length);
    return { ...curve, frequencies: points.map(({ hz }) => hz), levelsDb: tilted.map((db) => db - mean) };
  });
}

/**
 * The stretches of a curve between two levels, each ending where it crosses one of them.
 * @param {{hz: number, db: number}[]} points @param {number} lowDb @param {number} highDb
 */
export function inside(points, lowDb, highDb) {
  const isIn = (/** @type {{db: number}} */ { db }) => db >= lowDb && db <= highDb;
  /** @type {{hz: number, db: number}[][]} */
  const parts = [];
  points.forEach((point, i) => {
    const last = points[i - 1];
    if (last && isIn(last) !== isIn(point)) {
      const outside = isIn(point) ? last.db : point.db;
      const db = outside > highDb ? highDb : lowDb;
      const edge = { hz: last.hz * (point.hz / last.hz) ** ((db - last.db) / (point.db - last.db)), db };
      if (isIn(point)) parts.push([edge]);
      else parts.at(-1)?.push(edge);
    }
    if (!isIn(point)) return;
    if (!last) parts.push([]);
    parts.at(-1)?.push(point);
  });
  return parts;
}
