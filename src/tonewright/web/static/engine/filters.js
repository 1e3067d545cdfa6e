/**
 * Second-order sections of R. Bristow-Johnson's Audio EQ Cookbook, with Q for every type, in float64. Equal to
 * `tonewright/processor/filters.py`.
 */

/** @import { BandType } from "./types.js" */

import { HIGHEST_OF_RATE } from "./parameters.js";

/** @typedef {BandType | "all_pass"} FilterKind */

/** Butterworth sharpness: two such sections make one fourth-order Linkwitz-Riley filter. */
const BUTTERWORTH_Q = Math.SQRT1_2;

/**
 * Design one section: b0, b1, b2, a1, a2, divided by a0.
 * @param {FilterKind} kind
 * @param {number} gainDb
 * @param {number} frequencyHz below half the sample rate; a shelf's half-gain point
 * @param {number} q
 * @param {number} sampleRate in Hz
 */
export function biquad(kind, gainDb, frequencyHz, q, sampleRate) {
  const w0 = (2 * Math.PI * frequencyHz) / sampleRate;
  const c = Math.cos(w0);
  const alpha = Math.sin(w0) / (2 * q);
  const a = 10 ** (gainDb / 40);
  if (kind === "low_shelf" || kind === "high_shelf") {
    const sign = kind === "low_shelf" ? 1 : -1;
    const s = 2 * Math.sqrt(a) * alpha;
    const plus = a + 1;
    const minus = sign * (a - 1);
    return normalised(
      a * (plus - minus * c + s),
      2 * a * sign * (a - 1 - sign * plus * c),
      a * (plus - minus * c - s),
      plus + minus * c + s,
      -2 * sign * (a - 1 + sign * plus * c),
      plus + minus * c - s,
    );
  }
  switch (kind) {
    case "peak":
      return normalised(1 + alpha * a, -2 * c, 1 - alpha * a, 1 + alpha / a, -2 * c, 1 - alpha / a);
    case "low_pass":
      return normalised((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha);
    case "high_pass":
      return normalised((1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha);
    case "all_pass":
      return normalised(1 - alpha, -2 * c, 1 + alpha, 1 + alpha, -2 * c, 1 - alpha);
    default:
      throw new RangeError(`Unknown filter type ${kind}.`);
  }
}

/**
 * @param {number} b0 @param {number} b1 @param {number} b2
 * @param {number} a0 @param {number} a1 @param {number} a2
 */
const normalised = (b0, b1, b2, a0, a1, a2) => Float64Array.of(b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0);

/** The section that copies its input. */
export const identity = () => Float64Array.of(1, 0, 0, 0, 0);

/**
 * Bring a frequency below 0.49 of the sample rate. Peaks, high shelves and low passes from there on have nothing left
 * to act on and are bypassed; low shelves and high passes act on everything below and stop there.
 * @param {FilterKind} kind
 * @param {number} frequencyHz
 * @param {number} sampleRate
 */
export function usableFrequency(kind, frequencyHz, sampleRate) {
  const highest = HIGHEST_OF_RATE * sampleRate;
  const bypass = frequencyHz >= highest && (kind === "peak" || kind === "high_shelf" || kind === "low_pass");
  return { frequencyHz: Math.min(frequencyHz, highest), bypass };
}

/**
 * The section of a band at a sample rate.
 * @param {{type: FilterKind, gain_db: number, frequency_hz: number, q: number}} band
 * @param {number} sampleRate
 */
export function bandSection(band, sampleRate) {
  const { frequencyHz, bypass } = usableFrequency(band.type, band.frequency_hz, sampleRate);
  return bypass ? identity() : biquad(band.type, band.gain_db, frequencyHz, band.q, sampleRate);
}

/**
 * The sections that cut band `index` out of a fourth-order Linkwitz-Riley crossover: high passes for the splits below
 * it, a low pass for the split above it, and for those further up the all-pass that their low and high pass add up to,
 * so that the bands sum to a flat magnitude (S. Lipshitz and J. Vanderkooy, JAES 34, 1986).
 * @param {readonly number[]} splitsHz
 * @param {number} index
 * @param {number} sampleRate
 */
export function splitSections(splitsHz, index, sampleRate) {
  return splitsHz.flatMap((split, number) => {
    const usable = Math.min(split, HIGHEST_OF_RATE * sampleRate);
    if (number > index) return [biquad("all_pass", 0, usable, BUTTERWORTH_Q, sampleRate)];
    const kind = number < index ? "high_pass" : "low_pass";
    return [0, 1].map(() => biquad(kind, 0, usable, BUTTERWORTH_Q, sampleRate));
  });
}
