/** Settings on audio: blocks with memory, or the whole at once. The samples are those of `tonewright.processor`. */

/** @import { Samples, Settings } from "./types.js" */

import { Network } from "./network.js";
import { BLOCK } from "./parameters.js";
import { complete, isNeutral } from "./settings.js";

/** Fixed settings on blocks of any length, in float64; state is carried over. Neutral settings copy the samples. */
export class Processor {
  /**
   * @param {Settings} settings
   * @param {number} sampleRate in Hz
   * @param {number} channels
   */
  constructor(settings, sampleRate, channels) {
    const full = complete(settings);
    this.isNeutral = isNeutral(full);
    this.network = new Network(full, sampleRate, channels, false);
  }

  /**
   * @param {Samples[]} input one array per channel, equally long
   * @param {Samples[]} output may be the input
   */
  process(input, output) {
    const frames = input[0]?.length ?? 0;
    if (this.isNeutral) return copySamples(input, output, 0, frames);
    for (let from = 0; from < frames; from += BLOCK) {
      this.network.run(input, output, from, Math.min(BLOCK, frames - from));
    }
  }

  /** Forget the past: the next block follows silence. */
  reset() {
    this.network.reset();
  }

  /** Gain reduction in dB after the last block, makeup not counted: a number per band, then the outer compressor's. */
  get reductionsDb() {
    return this.network.reductionsDb;
  }
}

/**
 * @param {Samples[]} input
 * @param {Samples[]} output
 * @param {number} from
 * @param {number} n
 */
export function copySamples(input, output, from, n) {
  input.forEach((x, channel) => {
    if (output[channel] !== x) output[channel].set(x.subarray(from, from + n), from);
  });
}

/**
 * Process a whole recording.
 * @param {Samples[]} channels
 * @param {number} sampleRate in Hz
 * @param {Settings} settings
 * @returns {Float64Array[]}
 */
export function render(channels, sampleRate, settings) {
  const output = channels.map((x) => new Float64Array(x.length));
  new Processor(settings, sampleRate, channels.length).process(channels, output);
  return output;
}
