/**
 * Several variants of sounds on one playhead: each a sound with settings of its own, all running, one of them heard.
 * This is what the player puts into an AudioWorklet; it knows nothing of browsers.
 */

/** @import { Settings } from "./types.js" */

import { downmix } from "./downmix.js";
import { BLOCK } from "./parameters.js";
import { Playhead } from "./playhead.js";
import { Stream } from "./stream.js";

/**
 * @typedef {{type: "source", id: string, channels: Float32Array[]}
 *   | {type: "dropSource", id: string}
 *   | {type: "variant", id: string, source: string, settings: Settings | null, gain: number}
 *   | {type: "dropVariant", id: string}
 *   | {type: "settings", id: string, settings: Settings | null}
 *   | {type: "gains", gains: Record<string, number>}
 *   | {type: "select", id: string}
 *   | {type: "play"} | {type: "pause"}
 *   | {type: "seek", frame: number}
 *   | {type: "loop", loop: {start: number, end: number} | null}
 *   | {type: "mono", on: boolean}
 *   | {type: "volume", factor: number}} Command
 *
 * @typedef {object} Report
 * @property {"report" | "ended"} type
 * @property {number} frame
 * @property {boolean} playing
 * @property {number[]} peakDb  since the last report, per channel heard; -Infinity for silence
 * @property {number[]} rmsDb
 * @property {number[]} reductionsDb  of the selected variant: per band, then the outer compressor's
 */

/** How long a change of a gain takes, in seconds. */
const GAIN_S = 0.05;

/** A number that goes where it should in a straight line. */
class Ramp {
  /** @param {number} value */
  constructor(value) {
    this.value = value;
    this.goal = value;
    this.left = 0;
  }

  /** @param {number} goal @param {number} frames */
  to(goal, frames) {
    this.goal = goal;
    this.left = frames;
  }

  next() {
    if (this.left > 0) {
      this.value = this.left === 1 ? this.goal : this.value + (this.goal - this.value) / this.left;
      this.left -= 1;
    }
    return this.value;
  }
}

/** A sound with settings, and how much of it is heard. */
class Variant {
  /**
   * @param {Float32Array[]} sound
   * @param {Settings | null} settings
   * @param {number} gain
   * @param {number} sampleRate
   * @param {number} heard channels
   * @param {number} rampMs
   */
  constructor(sound, settings, gain, sampleRate, heard, rampMs) {
    this.sound = sound;
    this.stream = new Stream(settings ?? {}, sampleRate, sound.length, rampMs);
    this.gain = new Ramp(gain);
    this.weight = new Ramp(0);
    this.matrix = downmix(sound.length, heard);
    this.lanes = sound.map(() => new Float64Array(BLOCK));
    this.views = this.lanes;
  }

  /** Process what the playhead reads, and add what is to be heard of it. @param {Playhead} head @param {Float64Array[]} mix @param {number} n */
  run(head, mix, n) {
    if (this.views[0].length !== n) this.views = this.lanes.map((lane) => lane.subarray(0, n));
    this.sound.forEach((x, channel) => head.read(x, this.views[channel], n));
    this.stream.process(this.views, this.views);
    if (this.views.some((lane) => !Number.isFinite(lane[n - 1]))) {
      // A bad number would stay in the filters for ever.
      this.stream.reset();
      for (const lane of this.views) lane.fill(0);
    }
    if (this.weight.value === 0 && this.weight.goal === 0) {
      this.gain.value = this.gain.goal;
      return;
    }
    for (let t = 0; t < n; t++) {
      const factor = this.gain.next() * this.weight.next();
      for (let i = 0; i < mix.length; i++) {
        const row = this.matrix[i];
        let sum = 0;
        for (let j = 0; j < row.length; j++) sum += row[j] * this.views[j][t];
        mix[i][t] += factor * sum;
      }
    }
  }
}

export class Deck {
  /**
   * @param {object} options
   * @param {number} options.sampleRate in Hz
   * @param {number} [options.channels] heard
   * @param {number} [options.fadeMs] of switching, jumps, start and stop
   * @param {number} [options.rampMs] of settings
   * @param {number} [options.reportHz]
   * @param {(report: Report) => void} [options.report]
   */
  constructor({ sampleRate, channels = 2, fadeMs = 10, rampMs = 20, reportHz = 30, report = () => {} }) {
    this.sampleRate = sampleRate;
    this.rampMs = rampMs;
    this.fade = Math.max(1, Math.round(fadeMs * 1e-3 * sampleRate));
    this.head = new Playhead(this.fade);
    this.report = report;
    this.reportEvery = Math.round(sampleRate / reportHz);
    this.sinceReport = 0;
    /** @type {Map<string, Float32Array[]>} */
    this.sounds = new Map();
    /** @type {Map<string, Variant>} */
    this.variants = new Map();
    /** Variants that were replaced or removed while heard. @type {Variant[]} */
    this.ghosts = [];
    /** @type {string | null} */
    this.selected = null;
    this.mono = new Ramp(0);
    this.volume = new Ramp(1);
    this.mix = Array.from({ length: channels }, () => new Float64Array(BLOCK));
    this.peaks = new Float64Array(channels);
    this.powers = new Float64Array(channels);
    this.counted = 0;
  }

  /** @param {Command} command */
  receive(command) {
    const { head } = this;
    switch (command.type) {
      case "source":
        this.sounds.set(command.id, command.channels);
        this.#measureDuration();
        break;
      case "dropSource":
        this.sounds.delete(command.id);
        this.#measureDuration();
        break;
      case "variant":
        this.#put(command.id, command.source, command.settings, command.gain);
        break;
      case "dropVariant":
        this.#retire(command.id);
        break;
      case "settings":
        this.#change(command.id, command.settings);
        break;
      case "gains":
        for (const [id, gain] of Object.entries(command.gains)) this.variants.get(id)?.gain.to(gain, this.#gainFrames);
        break;
      case "select":
        this.selected = command.id;
        this.#weigh();
        break;
      case "play":
        // What filters remember of another place would be heard as a click at this one.
        if (!head.isMoving) for (const { stream } of this.variants.values()) stream.reset();
        head.play();
        break;
      case "pause":
        head.pause();
        break;
      case "seek":
        head.seek(command.frame);
        break;
      case "loop":
        head.setLoop(command.loop);
        break;
      case "mono":
        this.mono.to(command.on ? 1 : 0, this.fade);
        break;
      case "volume":
        this.volume.to(command.factor, this.#gainFrames);
        break;
    }
  }

  get #gainFrames() {
    return Math.round(GAIN_S * this.sampleRate);
  }

  #measureDuration() {
    this.head.duration = Math.max(0, ...[...this.sounds.values()].map(([x]) => x.length));
  }

  /** @param {string} id @param {string} source @param {Settings | null} settings @param {number} gain */
  #put(id, source, settings, gain) {
    const sound = this.sounds.get(source);
    if (!sound) return;
    this.#retire(id);
    this.variants.set(id, new Variant(sound, settings, gain, this.sampleRate, this.mix.length, this.rampMs));
    this.#weigh();
  }

  /** @param {string} id @param {Settings | null} settings */
  #change(id, settings) {
    const variant = this.variants.get(id);
    if (!variant) return;
    variant.stream.set(settings ?? {});
    // Nobody hears the ramp while nothing plays.
    if (!this.head.isMoving) variant.stream.reset();
  }

  /** @param {string} id */
  #retire(id) {
    const old = this.variants.get(id);
    if (!old) return;
    this.variants.delete(id);
    old.weight.to(0, this.fade);
    this.ghosts.push(old);
  }

  /** All weights arrive together, so that they sum to 1 on the way. */
  #weigh() {
    const frames = this.head.isMoving ? this.fade : 1;
    for (const [id, { weight }] of this.variants) weight.to(id === this.selected ? 1 : 0, frames);
  }

  /** @param {Float32Array[]} output one array per channel heard, filled */
  process(output) {
    const frames = output[0].length;
    let from = 0;
    while (from < frames && this.head.isMoving) {
      const n = this.head.next(Math.min(BLOCK, frames - from));
      if (n === 0) continue;
      this.#piece(output, from, n);
      this.head.advance(n);
      from += n;
    }
    for (const y of output) y.fill(0, from);
    if (this.head.ended) {
      this.head.ended = false;
      this.#tell("ended");
    }
    this.sinceReport += from;
    if (this.sinceReport >= this.reportEvery) this.#tell("report");
  }

  /** @param {Float32Array[]} output @param {number} from @param {number} n */
  #piece(output, from, n) {
    const { head, mix } = this;
    for (const lane of mix) lane.fill(0, 0, n);
    for (const variant of this.variants.values()) variant.run(head, mix, n);
    for (const ghost of this.ghosts) ghost.run(head, mix, n);
    if (this.ghosts.length) this.ghosts = this.ghosts.filter(({ weight }) => weight.value > 0);
    const step = 1 / this.fade;
    for (let t = 0; t < n; t++) {
      head.level += Math.min(Math.max(head.wanted - head.level, -step), step);
      const mono = this.mono.next();
      const volume = this.volume.next();
      let middle = 0;
      for (const lane of mix) middle += lane[t];
      middle /= mix.length;
      for (let i = 0; i < mix.length; i++) {
        const value = (mix[i][t] + (middle - mix[i][t]) * mono) * head.level;
        this.peaks[i] = Math.max(this.peaks[i], Math.abs(value));
        this.powers[i] += value * value;
        output[i][from + t] = value * volume;
      }
    }
    this.counted += n;
  }

  /** @param {Report["type"]} type */
  #tell(type) {
    const db = (/** @type {number} */ power) => 10 * Math.log10(power);
    this.report({
      type,
      frame: this.head.position,
      playing: this.head.wanted > 0,
      peakDb: [...this.peaks].map((peak) => 2 * db(peak)),
      rmsDb: [...this.powers].map((power) => db(power / Math.max(1, this.counted))),
      reductionsDb: this.variants.get(this.selected ?? "")?.stream.reductionsDb ?? [],
    });
    this.peaks.fill(0);
    this.powers.fill(0);
    this.counted = 0;
    this.sinceReport = 0;
  }
}
