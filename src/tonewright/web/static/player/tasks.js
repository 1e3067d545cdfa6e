/**
 * Long work on sounds, in pieces: each task is a generator that yields between pieces, so that a worker can hear that it
 * is no longer wanted.
 */

/** @import { Settings } from "../engine/types.js" */
/** @import { Loudness } from "./loudness.js" */

import { Processor } from "../engine/processor.js";
import { CENTRES, Fourier, bandPowers } from "./fourier.js";
import { Meter, integrated } from "./loudness.js";

/**
 * @typedef {{channels: Float32Array[], sampleRate: number}} Sound
 *
 * @typedef {object} Peaks
 * @property {ArrayLike<number>} min  smallest sample of each stretch, over all channels
 * @property {ArrayLike<number>} max  largest
 * @property {number} perSecond  stretches in a second
 *
 * @typedef {object} Spectrum
 * @property {Float64Array} frequencies in Hz
 * @property {Float64Array} levelsDb  mean power of each band in dB
 */

/** Frames between two looks at the clock. */
const PIECE = 32768;
/** A quick look hears so many stretches of so many seconds, after a run-up. */
const STRETCHES = 8;
const STRETCH_S = 1.2;
const RUN_UP_S = 0.3;
/** Windows of a spectrum: about so long, so many at most. */
const WINDOW_S = 0.17;
const WINDOWS = 240;

/**
 * Measure a sound as settings make it. Quick: a part of what is long; its loudness is near, its peak a lower bound.
 * @param {Sound} sound
 * @param {Settings | null} settings
 * @param {boolean} quick
 * @returns {Generator<void, Loudness & {whole: boolean}>}
 */
export function* measureTask(sound, settings, quick = false) {
  const { channels, sampleRate } = sound;
  const frames = channels[0]?.length ?? 0;
  if (!quick || frames <= STRETCHES * (STRETCH_S + RUN_UP_S) * sampleRate) {
    const meter = new Meter(sampleRate, channels.length);
    yield* processed(sound, settings, 0, frames, (block) => meter.feed(block));
    return { ...meter.result, whole: true };
  }
  /** @type {number[]} */
  const windows = [];
  let [truePeakDb, samplePeakDb] = [-Infinity, -Infinity];
  for (const [runUp, from, to] of stretches(frames, sampleRate)) {
    const meter = new Meter(sampleRate, channels.length);
    let skip = from - runUp;
    yield* processed(sound, settings, runUp, to, (block) => {
      const left = Math.min(skip, block[0].length);
      skip -= left;
      meter.feed(block.map((x) => x.subarray(left)));
    });
    windows.push(...meter.windows);
    truePeakDb = Math.max(truePeakDb, meter.result.truePeakDb);
    samplePeakDb = Math.max(samplePeakDb, meter.result.samplePeakDb);
  }
  return { integratedLufs: integrated(windows), truePeakDb, samplePeakDb, whole: false };
}

/** Evenly spread stretches: begin of the run-up, begin, end. @param {number} frames @param {number} sampleRate */
function stretches(frames, sampleRate) {
  const length = Math.round(STRETCH_S * sampleRate);
  const runUp = Math.round(RUN_UP_S * sampleRate);
  return Array.from({ length: STRETCHES }, (_, i) => {
    const from = Math.round(((i + 0.5) / STRETCHES) * frames - length / 2);
    return [Math.max(0, from - runUp), Math.max(0, from), Math.min(frames, from + length)];
  });
}

/**
 * Process frames `from` to `to`, piece by piece.
 * @param {Sound} sound @param {Settings | null} settings @param {number} from @param {number} to
 * @param {(block: (Float32Array | Float64Array)[]) => void} use
 * @returns {Generator<void, void>}
 */
function* processed({ channels, sampleRate }, settings, from, to, use) {
  const processor = settings && new Processor(settings, sampleRate, channels.length);
  const room = channels.map(() => new Float64Array(PIECE));
  for (let at = from; at < to; at += PIECE) {
    const block = channels.map((x) => x.subarray(at, Math.min(at + PIECE, to)));
    if (processor) {
      const made = room.map((x) => x.subarray(0, block[0].length));
      processor.process(block, made);
      use(made);
    } else use(block);
    yield;
  }
}

/**
 * Decimate a sound for drawing.
 * @param {Sound} sound
 * @param {number} framesPerPeak
 * @returns {Generator<void, Peaks>}
 */
export function* peaksTask({ channels, sampleRate }, framesPerPeak) {
  const count = Math.ceil((channels[0]?.length ?? 0) / framesPerPeak);
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let [least, most] = [Infinity, -Infinity];
    for (const x of channels) {
      const end = Math.min(x.length, (i + 1) * framesPerPeak);
      for (let t = i * framesPerPeak; t < end; t++) {
        least = Math.min(least, x[t]);
        most = Math.max(most, x[t]);
      }
    }
    min[i] = least;
    max[i] = most;
    if (i % 256 === 255) yield;
  }
  return { min, max, perSecond: sampleRate / framesPerPeak };
}

/**
 * The long-term spectrum of a sound as settings make it: mean powers of windows, evenly spread, over all channels.
 * @param {Sound} sound
 * @param {Settings | null} settings
 * @returns {Generator<void, Spectrum>}
 */
export function* spectrumTask(sound, settings) {
  const { channels, sampleRate } = sound;
  const frames = channels[0]?.length ?? 0;
  const length = 2 ** Math.round(Math.log2(WINDOW_S * sampleRate));
  const fourier = new Fourier(length);
  const powers = new Float64Array(length / 2 + 1);
  const runUp = settings ? Math.round(RUN_UP_S * sampleRate) : 0;
  const room = Math.max(0, frames - length);
  const count = Math.max(1, Math.min(WINDOWS, Math.floor(room / (length / 2)) + 1));
  for (let i = 0; i < count; i++) {
    const from = count > 1 ? Math.round((room * i) / (count - 1)) : 0;
    const start = Math.max(0, from - runUp);
    const cut = channels.map((x) => {
      const piece = new Float64Array(from - start + length);
      piece.set(x.subarray(start, from + length));
      return piece;
    });
    if (settings) new Processor(settings, sampleRate, channels.length).process(cut, cut);
    for (const x of cut) fourier.addPowers(x, from - start, powers);
    yield;
  }
  const bands = bandPowers(powers, length, sampleRate);
  const levelsDb = bands.map((power) => 10 * Math.log10(Math.max(power / (count * channels.length), 1e-20)));
  return { frequencies: CENTRES, levelsDb };
}
