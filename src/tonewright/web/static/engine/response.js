/**
 * Static responses in dB: what the filters do, without compressors. Equal to `response_db` of
 * `tonewright/processor/filters.py`.
 */

/** @import { Settings } from "./types.js" */

import { bandSection, splitSections } from "./filters.js";
import { complete, crossoverHz, isNeutral } from "./settings.js";

/** What a level of nothing is drawn as: -240 dB. */
const LOWEST = 1e-12;

/** What is heard, in Hz: drawings span it, and handles stay there. */
export const HEARD_HZ = /** @type {const} */ ([20, 20000]);

/**
 * Frequencies of what is heard in Hz, evenly spaced in octaves.
 * @param {number} count
 */
export function logFrequencies(count) {
  const [low, high] = HEARD_HZ;
  return Float64Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
}

/**
 * H of sections in a row at one frequency, as [real, imaginary].
 * @param {Float64Array[]} sections
 * @param {number} w in radians per sample
 */
function through(sections, w) {
  let re = 1;
  let im = 0;
  const [c1, s1, c2, s2] = [Math.cos(w), -Math.sin(w), Math.cos(2 * w), -Math.sin(2 * w)];
  for (const [b0, b1, b2, a1, a2] of sections) {
    const nr = b0 + b1 * c1 + b2 * c2;
    const ni = b1 * s1 + b2 * s2;
    const dr = 1 + a1 * c1 + a2 * c2;
    const di = a1 * s1 + a2 * s2;
    const size = dr * dr + di * di;
    const [hr, hi] = [(nr * dr + ni * di) / size, (ni * dr - nr * di) / size];
    [re, im] = [re * hr - im * hi, re * hi + im * hr];
  }
  return [re, im];
}

/**
 * The gain of sections in a row at one frequency, as a factor.
 * @param {Float64Array[]} sections
 * @param {number} hz
 * @param {number} sampleRate in Hz
 */
export function magnitude(sections, hz, sampleRate) {
  const [re, im] = through(sections, (2 * Math.PI * hz) / sampleRate);
  return Math.hypot(re, im);
}

/** @param {number} re @param {number} im */
const decibels = (re, im) => 20 * Math.log10(Math.max(Math.hypot(re, im), LOWEST));

/**
 * The response of each band's filter alone.
 * @param {Settings} settings
 * @param {ArrayLike<number>} frequencies in Hz
 * @param {number} sampleRate in Hz
 * @returns {Float64Array[]} in dB, one array per band
 */
export function bandResponseDb(settings, frequencies, sampleRate) {
  return complete(settings).bands.map((band) => {
    const section = [bandSection(band, sampleRate)];
    return Float64Array.from(frequencies, (f) => {
      const [re, im] = through(section, (2 * Math.PI * f) / sampleRate);
      return decibels(re, im);
    });
  });
}

/**
 * The response of the whole: preamp, filters and output; of a crossover the sum of its bands with their phases.
 * @param {Settings} settings
 * @param {ArrayLike<number>} frequencies in Hz
 * @param {number} sampleRate in Hz
 * @returns {Float64Array} in dB
 */
export function responseDb(settings, frequencies, sampleRate) {
  const full = complete(settings);
  const level = full.preamp_db + full.output_db;
  const splits = crossoverHz(full);
  if (!splits.length || isNeutral(full)) {
    const total = new Float64Array(frequencies.length).fill(level);
    for (const row of bandResponseDb(full, frequencies, sampleRate)) row.forEach((db, i) => (total[i] += db));
    return total;
  }
  const chains = full.bands.map((band, i) => [...splitSections(splits, i, sampleRate), bandSection(band, sampleRate)]);
  return Float64Array.from(frequencies, (f) => {
    let re = 0;
    let im = 0;
    for (const chain of chains) {
      const [hr, hi] = through(chain, (2 * Math.PI * f) / sampleRate);
      re += hr;
      im += hi;
    }
    return level + decibels(re, im);
  });
}
