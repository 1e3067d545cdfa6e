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
