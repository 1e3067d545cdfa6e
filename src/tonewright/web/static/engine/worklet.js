/**
 * The engine in an audio thread: added with `context.audioWorklet.addModule`, never imported.
 *
 * `tonewright-stream` is an effect in a graph: processorOptions `{settings, rampMs, reportHz}`, messages
 * `{type: "settings", settings}`, reports `{type: "levels", peakDb, rmsDb, reductionsDb}`.
 * `tonewright-deck` is the player's: processorOptions as for `Deck`, messages are its commands, reports its own.
 */

/** @import { Settings } from "./types.js" */

import { Deck } from "./deck.js";
import { Stream } from "./stream.js";

class StreamProcessor extends AudioWorkletProcessor {
  /** @param {AudioWorkletNodeOptions} options */
  constructor(options) {
    super(options);
    const { settings = {}, rampMs = 20, reportHz = 30 } = options.processorOptions ?? {};
    this.settings = /** @type {Settings} */ (settings);
    this.rampMs = rampMs;
    this.reportEvery = sampleRate / reportHz;
    /** @type {Stream | null} */
    this.stream = null;
    /** @type {Float32Array[]} */
    this.silence = [];
    this.channels = 0;
    this.counted = 0;
    /** @type {number[]} */
    this.peaks = [];
    /** @type {number[]} */
    this.powers = [];
    this.port.onmessage = ({ data }) => {
      if (data.type !== "settings") return;
      this.settings = data.settings;
      this.stream?.set(data.settings);
    };
  }

  /** @param {Float32Array[][]} inputs @param {Float32Array[][]} outputs */
  process(inputs, outputs) {
    const output = outputs[0];
    const frames = output[0].length;
    if (!this.stream || this.channels !== output.length) {
      this.channels = output.length;
      this.stream = new Stream(this.settings, sampleRate, this.channels, this.rampMs);
      this.silence = output.map(() => new Float32Array(frames));
      this.#forget();
    }
    // What is not connected is silent; one channel goes to all.
    const [first, ...others] = inputs[0]?.length ? inputs[0] : this.silence;
    const input = output.map((_, i) => (i === 0 ? first : (others[i - 1] ?? first)));
    this.stream.process(input, output);
    if (output.some((y) => !Number.isFinite(y[frames - 1]))) {
      // A bad sample would stay in the filters for ever.
      this.stream.reset();
      for (const y of output) y.fill(0);
    }
    this.#count(output);
    return true;
  }

  /** @param {Float32Array[]} output */
  #count(output) {
    output.forEach((y, i) => {
      for (const value of y) {
        this.peaks[i] = Math.max(this.peaks[i], Math.abs(value));
        this.powers[i] += value * value;
      }
    });
    this.counted += output[0].length;
    if (this.counted < this.reportEvery) return;
    this.port.postMessage({
      type: "levels",
      peakDb: this.peaks.map((peak) => 20 * Math.log10(peak)),
      rmsDb: this.powers.map((power) => 10 * Math.log10(power / this.counted)),
      reductionsDb: this.stream?.reductionsDb ?? [],
    });
    this.#forget();
  }

  #forget() {
    this.counted = 0;
    this.peaks = new Array(this.channels).fill(0);
    this.powers = new Array(this.channels).fill(0);
  }
}

class DeckProcessor extends AudioWorkletProcessor {
  /** @param {AudioWorkletNodeOptions} options */
  constructor(options) {
    super(options);
    const { commands = [], ...rest } = options.processorOptions ?? {};
    this.deck = new Deck({ ...rest, sampleRate, report: (report) => this.port.postMessage(report) });
    for (const command of commands) this.deck.receive(command);
    this.closed = false;
    this.port.onmessage = ({ data }) => {
      if (data.type === "close") this.closed = true;
      else this.deck.receive(data);
    };
  }

  /** @param {Float32Array[][]} _ @param {Float32Array[][]} outputs */
  process(_, outputs) {
    this.deck.process(outputs[0]);
    return !this.closed;
  }
}

registerProcessor("tonewright-stream", StreamProcessor);
registerProcessor("tonewright-deck", DeckProcessor);
