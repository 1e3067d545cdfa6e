/**
 * A feed-forward compressor: level in dB, soft knee (Giannoulis, Massberg and Reiss, JAES 60, 2012), excess smoothed in
 * dB, linked channels. Equal to `tonewright/processor/levels.py` and `lanes.py`.
 */

/** @import { FullCompressor } from "./types.js" */

import { FLOOR } from "./parameters.js";

const DB_PER_OCTAVE = 20 * Math.log10(2);
const NEPER_PER_DB = Math.LN10 / 20;
/** Excess below this (in dB) is too small to be worth an exponential. */
const NOTHING = 1e-12;

/**
 * Smoothing constant of a 10-90 % time: `exp(-ln 9 / (fs t))`.
 * @param {number} timeMs
 * @param {number} sampleRate
 */
export const alpha = (timeMs, sampleRate) => Math.exp((-Math.log(9) * 1000) / (sampleRate * timeMs));

/** Excess over the threshold in dB after the soft knee, of a level `h` in dB above the knee's lower end. */
const excess = (/** @type {number} */ h, /** @type {number} */ knee, /** @type {number} */ inverse) => {
  const p = Math.min(Math.max(h * inverse, 0), 1);
  return knee * p * p * 0.5 + Math.max(h - knee, 0);
};

/** @param {number} knee in dB */
const inverseOf = (knee) => 1 / Math.max(knee, 1e-6);

/**
 * Gain reduction in dB, 0 or more, of a steady level; makeup not counted.
 * @param {Pick<FullCompressor, "threshold_db" | "ratio" | "knee_db">} compressor
 * @param {number} levelDb
 */
export function staticReductionDb({ threshold_db, ratio, knee_db }, levelDb) {
  const h = Math.max(levelDb, 20 * Math.log10(FLOOR)) - threshold_db + knee_db / 2;
  return (1 - 1 / ratio) * excess(h, knee_db, inverseOf(knee_db));
}

/** Constants of a compressor at a sample rate. */
export class CompressorConstants {
  /**
   * @param {FullCompressor} compressor
   * @param {boolean} tied attack for both directions
   * @param {number} sampleRate in Hz
   */
  constructor(compressor, tied, sampleRate) {
    const { threshold_db, ratio, attack_ms, release_ms, knee_db, makeup_db } = compressor;
    this.slope = 1 - 1 / ratio;
    this.knee = knee_db;
    this.inverse = inverseOf(knee_db);
    this.offset = 0.5 * knee_db - threshold_db;
    this.attack = alpha(attack_ms, sampleRate);
    this.release = tied ? this.attack : alpha(release_ms, sampleRate);
    this.makeup = makeup_db * NEPER_PER_DB;
    this.steep = -this.slope * NEPER_PER_DB;
    // Magnitudes up to this have no excess: most samples are spared a logarithm.
    const quiet = 10 ** (-this.offset / 20);
    this.quiet = quiet > FLOOR ? quiet : -1;
  }
}

/**
 * Compress lanes that share one detector, in place.
 * @param {Float64Array[]} lanes
 * @param {number} first
 * @param {number} last the lane after the last
 * @param {number} n samples
 * @param {CompressorConstants} k
 * @param {number} state the last smoothed excess in dB
 * @returns {number} the new state
 */
export function compress(lanes, first, last, n, k, state) {
  const { slope, knee, inverse, offset, attack, release, makeup, steep, quiet } = k;
  const still = Math.exp(makeup);
  const left = lanes[first];
  let s = state;
  for (let t = 0; t < n; t++) {
    let d = Math.abs(left[t]);
    for (let lane = first + 1; lane < last; lane++) d = Math.max(d, Math.abs(lanes[lane][t]));
    let q = 0;
    if (d > quiet) {
      const h = Math.log2(Math.max(d, FLOOR)) * DB_PER_OCTAVE + offset;
      q = excess(h, knee, inverse);
    }
    const a = q > s ? attack : release;
    s = a * s + (1 - a) * q;
    const gain = s < NOTHING || slope === 0 ? still : Math.exp(makeup + steep * s);
    left[t] *= gain;
    for (let lane = first + 1; lane < last; lane++) lanes[lane][t] *= gain;
  }
  return s < 1e-30 ? 0 : s;
}
