/**
 * How much louder other filters make a sound, at once and without listening to it: from its long-term spectrum. Good to some
 * tenths of a LU, until a measurement is there.
 */

/** @import { Settings } from "../engine/types.js" */
/** @import { Spectrum } from "./tasks.js" */

import { magnitude, responseDb } from "../engine/response.js";
import { kWeighting } from "./loudness.js";

/** @typedef {{frequencies: Float64Array, powers: Float64Array}} Heard powers in bands of equal width in octaves, K-weighted */

/**
 * @param {Spectrum} spectrum
 * @param {number} sampleRate in Hz
 * @returns {Heard}
 */
export function heardPowers({ frequencies, levelsDb }, sampleRate) {
  const sections = kWeighting(sampleRate).map((section) => Float64Array.from(section));
  const powers = frequencies.map((hz, i) => {
    if (hz >= sampleRate / 2) return 0;
    // A band of a sixth of an octave is as wide as its frequency is high.
    return 10 ** (levelsDb[i] / 10) * hz * magnitude(sections, hz, sampleRate) ** 2;
  });
  return { frequencies, powers };
}

/**
 * How much louder one setting of the filters and gains is than another, in LU; compressors do not count.
 * @param {Heard} heard
 * @param {Settings | null} before
 * @param {Settings | null} after
 * @param {number} sampleRate in Hz
 */
export function changeLu({ frequencies, powers }, before, after, sampleRate) {
  const power = (/** @type {Settings | null} */ settings) =>
    responseDb(settings ?? {}, frequencies, sampleRate).reduce((sum, db, i) => sum + powers[i] * 10 ** (db / 10), 0);
  const [old, now] = [power(before), power(after)];
  return old > 0 && now > 0 ? 10 * Math.log10(now / old) : 0;
}
