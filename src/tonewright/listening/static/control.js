/**
 * The control of an adjustment: where it stands, which sound that is, and how loud that would be.
 */

/** @import { Settings } from "/web/engine/types.js" */

import { planeGainsDb } from "/web/engine/plane.js";
import { responseDb } from "/web/engine/response.js";

/**
 * @typedef {object} ControlView  what the server says of a control
 * @property {"plane" | "gains"} type
 * @property {Settings} base
 * @property {[number, number][]} ranges
 * @property {number} reach
 * @property {number[]} signs
 * @property {number[]} offsets
 * @property {number[]} start
 * @property {number[] | null} target
 * @property {boolean} labels
 * @property {number} least_s
 * @property {{frequencies_hz: string, powers: string, bands: number, sample_rate: number}} spectrum
 */

export class Control {
  /** @param {ControlView} view */
  constructor(view) {
    this.view = view;
    this.loudness = new Loudness(view.spectrum);
  }

  /** Values of a position: the zero lies somewhere else in every trial. @param {number[]} position  each -1 to 1 */
  values(position) {
    const { ranges, reach, signs, offsets } = this.view;
    return position.map((at, i) => {
      const [low, high] = ranges[i];
      return Math.min(Math.max(signs[i] * at * high * reach + offsets[i], low), high);
    });
  }

  /** The position that has these values. @param {number[]} values */
  position(values) {
    const { ranges, reach, signs, offsets } = this.view;
    return values.map((value, i) => (signs[i] * (value - offsets[i])) / (ranges[i][1] * reach));
  }

  /** Settings at these values, as loud as the excerpt itself. @param {number[]} values @returns {Settings & {output_db: number}} */
  settings(values) {
    const { base, type } = this.view;
    const plane = type === "plane" ? planeGainsDb(values[0], values[1]) : null;
    const gains = plane ? [plane.lowDb, plane.highDb] : values;
    const bands = (base.bands ?? []).map((band, i) => ({ ...band, gain_db: gains[i] }));
    const settings = { ...base, bands };
    return { ...settings, output_db: this.loudness.gainDb(settings) };
  }
}

/** The loudness of BS.1770 through filters, from the excerpt's K-weighted power per gating window and band. */
export class Loudness {
  /** @param {ControlView["spectrum"]} spectrum */
  constructor({ frequencies_hz, powers, bands, sample_rate }) {
    this.frequencies = [...unpack(frequencies_hz)];
    this.powers = unpack(powers);
    this.bands = bands;
    this.sampleRate = sample_rate;
    this.plainLufs = this.#integrated(new Float64Array(bands).fill(1));
  }

  /** The gain that keeps the loudness. @param {Settings} settings  filters only */
  gainDb(settings) {
    const factors = responseDb(settings, this.frequencies, this.sampleRate).map((db) => 10 ** (db / 10));
    return this.plainLufs - this.#integrated(factors);
  }

  /** @param {Float64Array} factors */
  #integrated(factors) {
    const windows = [];
    for (let start = 0; start < this.powers.length; start += this.bands) {
      let sum = 0;
      for (let band = 0; band < this.bands; band++) sum += this.powers[start + band] * factors[band];
      windows.push(sum);
    }
    const loud = windows.filter((power) => level(power) > -70);
    const kept = loud.filter((power) => power > 0.1 * mean(loud));
    return level(mean(kept));
  }
}

/** @param {number} power */
const level = (power) => -0.691 + 10 * Math.log10(power);

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Numbers of 32 bit. @param {string} text  base 64 */
function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}
