/**
 * Settings that change without clicks. Equal to `tonewright/processor/stream.py`: values move on their own scale where
 * the structure stays, otherwise the old and the new processor run side by side and are cross-faded.
 */

/** @import { ParameterName } from "./settings.js" */
/** @import { FullSettings, Samples, Settings } from "./types.js" */

import { Network, structure } from "./network.js";
import { BLOCK, COMPRESSOR_PARAMETERS, FILTER_PARAMETERS, PARAMETERS, STREAM } from "./parameters.js";
import { copySamples } from "./processor.js";
import { LEVELS, complete, isNeutral, valuesOf } from "./settings.js";

/** While settings change, coefficients are designed anew every so many samples; memory of neutral filters below rest is forgotten. */
const { step: STEP, rest: REST } = STREAM;

export class Stream {
  /**
   * @param {Settings} settings
   * @param {number} sampleRate in Hz
   * @param {number} channels
   * @param {number} rampMs how long new settings take to arrive
   */
  constructor(settings, sampleRate, channels, rampMs = STREAM.rampMs) {
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.ramp = Math.max(STEP, Math.round((rampMs * 1e-3 * sampleRate) / STEP) * STEP);
    this.voice = new Voice(complete(settings), sampleRate, channels);
    /** @type {Voice | null} */
    this.fading = null;
    this.left = 0;
    /** @type {FullSettings | null} */
    this.waiting = null;
    this.old = Array.from({ length: channels }, () => new Float64Array(BLOCK));
  }

  /** Move to other settings. Those that come during a ramp wait for its end; of several the last one counts. @param {Settings} settings */
  set(settings) {
    const full = complete(settings);
    if (this.left > 0) this.waiting = full;
    else this.#depart(full);
  }

  /** Forget the past; a change under way is completed. */
  reset() {
    this.voice = new Voice(this.waiting ?? this.voice.goal, this.sampleRate, this.channels);
    this.fading = null;
    this.waiting = null;
    this.left = 0;
  }

  /** @param {FullSettings} full */
  #depart(full) {
    if (isNeutral(full) && this.voice.isAtRest) {
      this.voice = new Voice(full, this.sampleRate, this.channels);
      return;
    }
    if (!this.voice.rampTo(full)) {
      this.fading = this.voice;
      this.voice = new Voice(full, this.sampleRate, this.channels);
    }
    this.left = this.ramp;
  }

  #arrive() {
    this.voice.arrive();
    this.fading = null;
    const next = this.waiting;
    this.waiting = null;
    if (next) this.#depart(next);
  }

  /**
   * @param {Samples[]} input one array per channel, of any length
   * @param {Samples[]} output may be the input
   */
  process(input, output) {
    const frames = input[0]?.length ?? 0;
    let from = 0;
    while (from < frames) {
      if (this.left === 0) {
        const n = Math.min(BLOCK, frames - from);
        this.voice.run(input, output, from, n);
        from += n;
        continue;
      }
      // Coefficients change at fixed distances from the start of the ramp, whatever the blocks are.
      const into = this.ramp - this.left;
      const n = Math.min(STEP - (into % STEP), frames - from);
      this.#rampPiece(input, output, from, n, into);
      from += n;
      this.left -= n;
      if (this.left === 0) this.#arrive();
    }
  }

  /** @param {Samples[]} input @param {Samples[]} output @param {number} from @param {number} n @param {number} into */
  #rampPiece(input, output, from, n, into) {
    const views = input.map((x) => x.subarray(from, from + n));
    if (this.fading) {
      this.fading.run(views, this.old, 0, n);
      this.voice.run(input, output, from, n);
      fade(this.old, output, from, n, into, this.ramp);
    } else {
      this.voice.runRamp(views, this.old, into, this.ramp, n);
      this.voice.runNew(input, output, from, n);
      fade(this.old, output, from, n, into % STEP, STEP);
    }
  }

  /** Gain reduction in dB after the last block, makeup not counted: a number per band, then the outer compressor's. */
  get reductionsDb() {
    return this.voice.network.reductionsDb;
  }
}

/**
 * Cross-fade linearly from `old` to what `output` holds, `into` samples after the start of a fade of `length`.
 * @param {Samples[]} old from sample 0
 * @param {Samples[]} output from sample `from`
 * @param {number} from @param {number} n @param {number} into @param {number} length
 */
function fade(old, output, from, n, into, length) {
  for (let channel = 0; channel < output.length; channel++) {
    const [x, y] = [old[channel], output[channel]];
    for (let t = 0; t < n; t++) {
      const weight = (into + t + 1) / length;
      y[from + t] = x[t] * (1 - weight) + y[from + t] * weight;
    }
  }
}

/** One structure with its memories, and values that may be on their way. */
class Voice {
  /** @param {FullSettings} full @param {number} sampleRate @param {number} channels */
  constructor(full, sampleRate, channels) {
    this.from = full;
    this.goal = full;
    this.neutral = isNeutral(full);
    this.structure = structure(full);
    this.network = new Network(full, sampleRate, channels, true);
    this.oldNetwork = new Network(full, sampleRate, channels, true);
  }

  /** Whether every input would come out unchanged: neutral, and what was heard before has died away. */
  get isAtRest() {
    return this.neutral && this.network.memory <= REST;
  }

  /** @param {Samples[]} input @param {Samples[]} output @param {number} from @param {number} n */
  run(input, output, from, n) {
    if (this.isAtRest) copySamples(input, output, from, n);
    else this.network.run(input, output, from, n);
  }

  /**
   * Begin a step of a ramp where one is due, and run the processor of the step's start; {@link runNew} runs that of its
   * end from the same memories. The two are cross-faded, so that neither a gain nor a coefficient jumps.
   * @param {Samples[]} input @param {Samples[]} output @param {number} into @param {number} length @param {number} n
   */
  runRamp(input, output, into, length, n) {
    if (into % STEP === 0) {
      this.oldNetwork.copy(this.network);
      this.network.design(between(this.from, this.goal, (into + STEP) / length));
    }
    this.oldNetwork.run(input, output, 0, n);
  }

  /** @param {Samples[]} input @param {Samples[]} output @param {number} from @param {number} n */
  runNew(input, output, from, n) {
    this.network.run(input, output, from, n);
  }

  /** Take new values as the goal; false if the structure differs. @param {FullSettings} full */
  rampTo(full) {
    if (structure(full) !== this.structure) return false;
    if (this.isAtRest) this.network.reset();
    this.goal = full;
    this.neutral = false;
    return true;
  }

  arrive() {
    if (this.goal === this.from) return;
    this.from = this.goal;
    this.network.design(this.from);
    this.neutral = isNeutral(this.from);
  }
}

/**
 * Values `part` (0 to 1) of the way from one to the other, each on its own scale.
 * @template {ParameterName} Name
 * @param {readonly Name[]} names
 * @param {Record<Name, number>} a
 * @param {Record<Name, number>} b
 * @param {number} part
 */
const onTheWay = (names, a, b, part) =>
  valuesOf(names, (name) => {
    const [from, to] = [a[name], b[name]];
    return PARAMETERS[name].search.scale === "log" ? from * (to / from) ** part : from + (to - from) * part;
  });

/**
 * Settings `part` (0 to 1) of the way from one to the other.
 * @param {FullSettings} a
 * @param {FullSettings} b of the same structure
 * @param {number} part
 * @returns {FullSettings}
 */
function between(a, b, part) {
  /** @param {FullSettings["compressor"]} x @param {FullSettings["compressor"]} y */
  const compressor = (x, y) => x && y && onTheWay(COMPRESSOR_PARAMETERS, x, y, part);
  return {
    ...b,
    ...onTheWay(LEVELS, a, b, part),
    bands: a.bands.map((band, i) => ({
      type: band.type,
      ...onTheWay(FILTER_PARAMETERS, band, b.bands[i], part),
      compressor: compressor(band.compressor, b.bands[i].compressor),
    })),
    compressor: compressor(a.compressor, b.compressor),
  };
}
