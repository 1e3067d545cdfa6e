/** A discrete Fourier transform of real signals, and bands of a sixth of an octave on it. */

/** Powers of the bins of real signals of one length, a power of two. */
export class Fourier {
  /** @param {number} length */
  constructor(length) {
    this.length = length;
    this.re = new Float64Array(length);
    this.im = new Float64Array(length);
    this.cos = Float64Array.from({ length: length / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / length));
    this.sin = Float64Array.from({ length: length / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / length));
    this.window = Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
    const energy = Math.sqrt(this.window.reduce((sum, x) => sum + x * x, 0));
    this.window = this.window.map((x) => x / energy);
    this.swaps = bitReversal(length);
  }

  /**
   * Add the powers of a windowed stretch (Hann, unit energy) to `powers`.
   * @param {ArrayLike<number>} x
   * @param {number} from
   * @param {Float64Array} powers length / 2 + 1 bins
   */
  addPowers(x, from, powers) {
    const { length, re, im, window, swaps } = this;
    for (let i = 0; i < length; i++) re[swaps[i]] = x[from + i] * window[i];
    im.fill(0);
    this.#transform();
    for (let bin = 0; bin <= length / 2; bin++) powers[bin] += re[bin] * re[bin] + im[bin] * im[bin];
  }

  /** Radix 2, in place, from bit-reversed order. */
  #transform() {
    const { length, re, im, cos, sin } = this;
    for (let half = 1; half < length; half *= 2) {
      const stride = length / (2 * half);
      for (let start = 0; start < length; start += 2 * half) {
        for (let i = start, k = 0; i < start + half; i++, k += stride) {
          const j = i + half;
          const xr = re[j] * cos[k] - im[j] * sin[k];
          const xi = re[j] * sin[k] + im[j] * cos[k];
          re[j] = re[i] - xr;
          im[j] = im[i] - xi;
          re[i] += xr;
          im[i] += xi;
        }
      }
    }
  }
}

/** @param {number} length */
function bitReversal(length) {
  const bits = Math.log2(length);
  return Uint32Array.from({ length }, (_, i) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
    return reversed;
  });
}

/** Centre frequencies in Hz, a sixth of an octave apart from 25 Hz to 16 kHz, as in `tonewright/analysis/bands.py`. */
export const CENTRES = Float64Array.from({ length: 57 }, (_, i) => 25 * 2 ** (i / 6));

/**
 * Mean powers of bands: triangles that reach a sixth of an octave to each side, at least a bin and a half.
 * @param {Float64Array} powers of bins
 * @param {number} length of the transform
 * @param {number} sampleRate in Hz
 */
export function bandPowers(powers, length, sampleRate) {
  return CENTRES.map((centre) => {
    const reach = Math.max((2 ** (1 / 6) - 1) * centre, (1.5 * sampleRate) / length);
    const first = Math.max(0, Math.ceil(((centre - reach) * length) / sampleRate));
    const last = Math.min(powers.length - 1, Math.floor(((centre + reach) * length) / sampleRate));
    let sum = 0;
    let weights = 0;
    for (let bin = first; bin <= last; bin++) {
      const weight = Math.max(0, 1 - Math.abs((bin * sampleRate) / length - centre) / reach);
      sum += weight * powers[bin];
      weights += weight;
    }
    return weights > 0 ? sum / weights : 0;
  });
}
