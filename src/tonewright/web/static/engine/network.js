/**
 * The stages of settings at a sample rate, laid out by topology, with their memories. Equal to `plan.py`, `program.py`
 * and `engine.py` of `tonewright/processor`.
 */

/** @import { FullBand, FullCompressor, FullSettings, Samples } from "./types.js" */

import { CompressorConstants, compress } from "./compressor.js";
import { bandSection, splitSections } from "./filters.js";
import { BLOCK } from "./parameters.js";
import { bandIsNeutral, compressorIsNeutral, crossoverHz, filterIsNeutral } from "./settings.js";

/** States smaller than this are cleared between blocks, or a filter would circulate subnormal numbers for ever. */
const VANISHED = 1e-30;

/**
 * Filter samples in place: transposed direct form II.
 * @param {Float64Array} x
 * @param {number} n
 * @param {Float64Array} c b0, b1, b2, a1, a2
 * @param {Float64Array} z states, two from `at` on
 * @param {number} at
 */
function filter(x, n, c, z, at) {
  const [b0, b1, b2, a1, a2] = c;
  let z1 = z[at];
  let z2 = z[at + 1];
  for (let t = 0; t < n; t++) {
    const now = x[t];
    const y = b0 * now + z1;
    z1 = b1 * now - a1 * y + z2;
    z2 = b2 * now - a2 * y;
    x[t] = y;
  }
  z[at] = Math.abs(z1) < VANISHED ? 0 : z1;
  z[at + 1] = Math.abs(z2) < VANISHED ? 0 : z2;
}

/** One stage: a filter, a compressor, or a filter followed by a compressor. */
class Stage {
  /**
   * @param {number} channels
   * @param {number} detectors 1, or one per channel
   * @param {number} band index into the bands; their number for the outer compressor
   * @param {boolean} hasFilter
   * @param {boolean} hasCompressor
   */
  constructor(channels, detectors, band, hasFilter, hasCompressor) {
    this.band = band;
    this.hasFilter = hasFilter;
    this.hasCompressor = hasCompressor;
    /** @type {Float64Array | null} */
    this.section = null;
    /** @type {CompressorConstants | null} */
    this.compressor = null;
    this.z = new Float64Array(2 * channels);
    this.e = new Float64Array(detectors);
  }

  /**
   * Take numbers; a stage with neither half is a fixed part of a crossover and stays as it is.
   * @param {FullSettings} full
   * @param {number} sampleRate
   */
  design(full, sampleRate) {
    const band = /** @type {FullBand | undefined} */ (full.bands[this.band]);
    const compressor = band ? band.compressor : full.compressor;
    if (this.hasFilter && band) this.section = bandSection(band, sampleRate);
    if (this.hasCompressor && compressor) {
      this.compressor = new CompressorConstants(compressor, full.ballistics === "tied", sampleRate);
    }
  }

  /** @param {Float64Array[]} lanes @param {number} n */
  run(lanes, n) {
    const { section, compressor, z, e } = this;
    if (section) for (let lane = 0; lane < lanes.length; lane++) filter(lanes[lane], n, section, z, 2 * lane);
    if (!compressor) return;
    if (e.length === 1) e[0] = compress(lanes, 0, lanes.length, n, compressor, e[0]);
    else for (let lane = 0; lane < e.length; lane++) e[lane] = compress(lanes, lane, lane + 1, n, compressor, e[lane]);
  }
}

/**
 * The structure of settings without their numbers, as text: equal texts, equal stages.
 * @param {FullSettings} full
 */
export function structure(full) {
  const bands = full.bands.map((band) => [band.type, band.compressor !== null]);
  return JSON.stringify([bands, full.compressor !== null, full.ballistics, full.link, splitsInForce(full), order(full)]);
}

/** A crossover none of whose bands does anything is bypassed. @param {FullSettings} full */
const splitsInForce = (full) => (full.bands.every(bandIsNeutral) ? [] : crossoverHz(full));

/** @param {FullSettings} full */
function order(full) {
  if (full.topology === "crossover") return splitsInForce(full).length ? "crossover" : "serial";
  return full.topology;
}

export class Network {
  /**
   * @param {FullSettings} full
   * @param {number} sampleRate in Hz
   * @param {number} channels
   * @param {boolean} everything keep stages that are neutral, because their values may be about to change
   */
  constructor(full, sampleRate, channels, everything) {
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.bandCount = full.bands.length;
    const detectors = full.link === "none" ? channels : 1;
    const stage = (/** @type {number} */ band, /** @type {boolean} */ filters, /** @type {boolean} */ compresses) =>
      new Stage(channels, detectors, band, filters, compresses);
    const hears = (/** @type {FullCompressor | null} */ one) => (everything ? one !== null : !compressorIsNeutral(one));
    const bands = full.bands.map((band, index) => ({
      index,
      filters: everything || !filterIsNeutral(band),
      compresses: hears(band.compressor),
    }));
    const used = bands.filter(({ filters, compresses }) => filters || compresses);
    /** Chains whose outputs are summed. @type {Stage[][]} */
    this.parallel = [used.map(({ index, filters, compresses }) => stage(index, filters, compresses))];
    /** The chain after them. */
    this.tail = hears(full.compressor) ? [stage(this.bandCount, false, true)] : [];
    if (order(full) === "eq_then_drc") {
      const filtering = used.filter(({ filters }) => filters).map(({ index }) => stage(index, true, false));
      const compressing = used.filter(({ compresses }) => compresses).map(({ index }) => stage(index, false, true));
      this.parallel = [[...filtering, ...compressing]];
    } else if (order(full) === "crossover") {
      const splits = splitsInForce(full);
      this.parallel = bands.map(({ index, filters, compresses }) => [
        ...splitSections(splits, index, sampleRate).map((section) =>
          Object.assign(stage(index, false, false), { section }),
        ),
        stage(index, filters, compresses),
      ]);
    }
    this.stages = [...this.parallel.flat(), ...this.tail];
    const lanes = () => Array.from({ length: channels }, () => new Float64Array(BLOCK));
    this.lanes = lanes();
    this.sum = this.parallel.length > 1 ? lanes() : this.lanes;
    this.before = 1;
    this.after = 1;
    this.design(full);
  }

  /**
   * Take other numbers; the structure must be the same, memories stay.
   * @param {FullSettings} full
   */
  design(full) {
    for (const stage of this.stages) stage.design(full, this.sampleRate);
    this.before = 10 ** (full.preamp_db / 20);
    this.after = 10 ** (full.output_db / 20);
  }

  /**
   * Take the numbers and memories of a network of the same structure.
   * @param {Network} other
   */
  copy(other) {
    this.before = other.before;
    this.after = other.after;
    this.stages.forEach((stage, i) => {
      stage.section = other.stages[i].section;
      stage.compressor = other.stages[i].compressor;
      stage.z.set(other.stages[i].z);
      stage.e.set(other.stages[i].e);
    });
  }

  /** Forget the past. */
  reset() {
    for (const stage of this.stages) {
      stage.z.fill(0);
      stage.e.fill(0);
    }
  }

  /** The largest magnitude that any filter remembers. */
  get memory() {
    let largest = 0;
    for (const { z } of this.stages) for (const value of z) largest = Math.max(largest, Math.abs(value));
    return largest;
  }

  /**
   * Run samples `from` to `from + n`, at most {@link BLOCK}, of every channel; the output may be the input.
   * @param {Samples[]} input
   * @param {Samples[]} output
   * @param {number} from
   * @param {number} n
   */
  run(input, output, from, n) {
    const { lanes, sum, before, after } = this;
    this.parallel.forEach((chain, number) => {
      for (let channel = 0; channel < lanes.length; channel++) {
        const [x, lane] = [input[channel], lanes[channel]];
        for (let t = 0; t < n; t++) lane[t] = x[from + t] * before;
      }
      for (const stage of chain) stage.run(lanes, n);
      if (sum !== lanes) addTo(sum, lanes, n, number === 0);
    });
    for (const stage of this.tail) stage.run(sum, n);
    for (let channel = 0; channel < sum.length; channel++) {
      const [lane, y] = [sum[channel], output[channel]];
      for (let t = 0; t < n; t++) y[from + t] = lane[t] * after;
    }
  }

  /** Gain reduction in dB now, makeup not counted: a number per band, then the outer compressor's. */
  get reductionsDb() {
    const reductions = new Array(this.bandCount + 1).fill(0);
    for (const { band, compressor, e } of this.stages) {
      if (compressor) reductions[band] = compressor.slope * Math.max(...e);
    }
    return /** @type {number[]} */ (reductions);
  }
}

/**
 * @param {Float64Array[]} sum @param {Float64Array[]} lanes @param {number} n
 * @param {boolean} first replace instead of add
 */
function addTo(sum, lanes, n, first) {
  for (let channel = 0; channel < lanes.length; channel++) {
    const [s, lane] = [sum[channel], lanes[channel]];
    if (first) s.set(lane.subarray(0, n));
    else for (let t = 0; t < n; t++) s[t] += lane[t];
  }
}
