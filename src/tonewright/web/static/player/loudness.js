/**
 * Integrated loudness and true peak of ITU-R BS.1770-5. Equal to `tonewright/audio` (weighting.py, gating.py, meters.py),
 * where the constants come from.
 */

/** @import { Samples } from "../engine/types.js" */

import { CHANNEL_WEIGHTS, TRUE_PEAK_TAPS } from "../engine/parameters.js";

/**
 * @typedef {object} Loudness
 * @property {number} integratedLufs  -Infinity if shorter than 400 ms or all below -70 LUFS
 * @property {number} truePeakDb
 * @property {number} samplePeakDb
 */

const OFFSET = -0.691;
const ABSOLUTE_LUFS = -70;
const RELATIVE = 10 ** -1;
/** The analog prototypes behind the standard's 48 kHz coefficients (De Man 2018). */
const SHELF = { hz: 1681.974450955533, sharpness: 0.7071752369554196, db: 3.999843853973347, exponent: 0.4996667741545416 };
const PASS = { hz: 38.13547087602444, sharpness: 0.5003270373238773 };
/** Gating steps of 100 ms to a window. */
const WINDOW = 4;

/** @param {number} frequency @param {number} q @param {number} sampleRate */
function denominator(frequency, q, sampleRate) {
  const k = Math.tan((Math.PI * frequency) / sampleRate);
  const a0 = 1 + k / q + k * k;
  return { k, a0, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

/**
 * The two sections of the K-weighting, exact at each one's corner: b0, b1, b2, a1, a2.
 * @param {number} sampleRate in Hz
 */
export function kWeighting(sampleRate) {
  const { k, a0, a1, a2 } = denominator(SHELF.hz, SHELF.sharpness, sampleRate);
  const high = 10 ** (SHELF.db / 20);
  const middle = high ** SHELF.exponent;
  const damped = (middle * k) / SHELF.sharpness;
  const shelf = [(high + damped + k * k) / a0, (2 * (k * k - high)) / a0, (high - damped + k * k) / a0, a1, a2];
  const pass = denominator(PASS.hz, PASS.sharpness, sampleRate);
  // The standard's numerator (1, -2, 1) at 48 kHz has a pass-band gain that its offset counts on.
  const gain = denominator(PASS.hz, PASS.sharpness, 48000).a0 / pass.a0;
  return [shelf, [gain, -2 * gain, gain, pass.a1, pass.a2]];
}

/**
 * Loudness of the powers of 400 ms windows behind both gates.
 * @param {number[]} windows
 */
export function integrated(windows) {
  const floor = 10 ** ((ABSOLUTE_LUFS - OFFSET) / 10);
  const loud = windows.filter((power) => power > floor);
  const gate = mean(loud) * RELATIVE;
  const kept = loud.filter((power) => power > gate);
  return kept.length ? OFFSET + 10 * Math.log10(mean(kept)) : -Infinity;
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Reads blocks of any length; the figures do not depend on how the audio is cut. */
export class Meter {
  /** @param {number} sampleRate in Hz @param {number} channels in the order of WAV files */
  constructor(sampleRate, channels) {
    this.sampleRate = sampleRate;
    const known = /** @type {Record<string, readonly number[]>} */ (CHANNEL_WEIGHTS)[channels];
    this.weights = known ?? new Array(channels).fill(1);
    this.sections = kWeighting(sampleRate);
    this.states = this.weights.map(() => new Float64Array(4));
    this.peaks = this.weights.map(() => new TruePeak());
    this.frames = 0;
    this.energy = 0;
    /** Weighted sums of squares of whole steps. @type {number[]} */
    this.steps = [];
  }

  /** The frame at which a step of 100 ms begins, rounded where the rate is no multiple of 10 Hz. @param {number} step */
  #boundary(step) {
    return Math.floor((step * 5 * this.sampleRate + 25) / 50);
  }

  /** @param {Samples[]} block one array per channel */
  feed(block) {
    const frames = block[0]?.length ?? 0;
    let from = 0;
    while (from < frames) {
      const end = this.#boundary(this.steps.length + 1);
      const to = Math.min(frames, from + end - this.frames);
      for (let i = 0; i < block.length; i++) {
        this.energy += this.weights[i] * weigh(block[i], from, to, this.sections, this.states[i]);
      }
      this.frames += to - from;
      from = to;
      if (this.frames === end) {
        this.steps.push(this.energy);
        this.energy = 0;
      }
    }
    block.forEach((x, i) => this.peaks[i].feed(x));
  }

  /** Mean powers of the windows of 400 ms that begin every 100 ms. */
  get windows() {
    return this.steps.slice(WINDOW - 1).map((_, i) => {
      const energy = this.steps.slice(i, i + WINDOW).reduce((sum, x) => sum + x, 0);
      return energy / (this.#boundary(i + WINDOW) - this.#boundary(i));
    });
  }

  /** @returns {Loudness} the figures for everything so far */
  get result() {
    const db = (/** @type {number[]} */ values) => 20 * Math.log10(Math.max(0, ...values));
    return {
      integratedLufs: integrated(this.windows),
      truePeakDb: db(this.peaks.map((peak) => peak.withTail)),
      samplePeakDb: db(this.peaks.map((peak) => peak.sample)),
    };
  }
}

/**
 * K-weight samples and return the sum of their squares.
 * @param {Samples} x @param {number} from @param {number} to @param {number[][]} sections @param {Float64Array} state
 */
function weigh(x, from, to, sections, state) {
  const [[b0, b1, b2, a1, a2], [g, , , c1, c2]] = sections;
  let [s1, s2, t1, t2] = state;
  let energy = 0;
  for (let t = from; t < to; t++) {
    const now = x[t];
    const y = b0 * now + s1;
    s1 = b1 * now - a1 * y + s2;
    s2 = b2 * now - a2 * y;
    const gy = g * y;
    const z = gy + t1;
    t1 = t2 - 2 * gy - c1 * z;
    t2 = gy - c2 * z;
    energy += z * z;
  }
  const tiny = (/** @type {number} */ value) => (Math.abs(value) < 1e-30 ? 0 : value);
  state.set([s1, s2, t1, t2].map(tiny));
  return energy;
}

/** The interpolator of BS.1770-5, Annex 2: four phases of twelve taps. */
const TAPS = TRUE_PEAK_TAPS.map((row) => Float64Array.from(row));
const HISTORY = TAPS[0].length - 1;
const STRETCH = 64;
/** No interpolated sample exceeds this many times the largest of the samples it is made of. */
const BOUND = Math.max(...TAPS.map((row) => row.reduce((sum, tap) => sum + Math.abs(tap), 0))) * (1 + 1e-6);

/** Largest magnitude of one channel, interpolated four times, with silence before and after. */
class TruePeak {
  constructor() {
    this.sample = 0;
    this.value = 0;
    /** The past, then the stretch at hand. */
    this.buffer = new Float64Array(HISTORY + STRETCH);
    this.before = 0;
  }

  /** @param {Samples} x */
  feed(x) {
    const { buffer } = this;
    for (let from = 0; from < x.length; from += STRETCH) {
      const n = Math.min(STRETCH, x.length - from);
      let here = 0;
      for (let t = 0; t < n; t++) {
        const value = x[from + t];
        buffer[HISTORY + t] = value;
        here = Math.max(here, Math.abs(value));
      }
      this.sample = Math.max(this.sample, here);
      this.value = Math.max(this.value, here);
      // Stretches too small to matter need no interpolation: exact, and most of the work saved.
      if (Math.max(this.before, here) * BOUND > this.value) this.value = Math.max(this.value, between(buffer, n));
      buffer.copyWithin(0, n, n + HISTORY);
      this.before = 0;
      for (let t = 0; t < HISTORY; t++) this.before = Math.max(this.before, Math.abs(buffer[t]));
    }
  }

  /** With what rings out after the last sample. */
  get withTail() {
    const tail = new Float64Array(2 * HISTORY);
    tail.set(this.buffer.subarray(0, HISTORY));
    return Math.max(this.value, between(tail, HISTORY));
  }
}

/** The largest interpolated magnitude of n samples behind their past. @param {Float64Array} x @param {number} n */
function between(x, n) {
  let largest = 0;
  for (const taps of TAPS) {
    for (let t = 0; t < n; t++) {
      let sum = 0;
      for (let i = 0; i <= HISTORY; i++) sum += taps[i] * x[t + i];
      largest = Math.max(largest, Math.abs(sum));
    }
  }
  return largest;
}

/**
 * Measure a whole recording.
 * @param {Samples[]} channels
 * @param {number} sampleRate in Hz
 */
export function measure(channels, sampleRate) {
  const meter = new Meter(sampleRate, channels.length);
  meter.feed(channels);
  return meter.result;
}
