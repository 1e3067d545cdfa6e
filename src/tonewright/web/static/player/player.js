/**
 * The player: sounds with settings, one playhead, switched in place and equally loud.
 */

/** @import { Command, Report } from "../engine/deck.js" */
/** @import { Settings } from "../engine/types.js" */
/** @import { Device } from "./device.js" */
/** @import { Known, Wanted } from "./levels.js" */
/** @import { Heard } from "./predict.js" */
/** @import { Source } from "./sounds.js" */

import { openDevice } from "./device.js";
import { Jobs } from "./jobs.js";
import { Levels } from "./levels.js";
import { asHeard, matchGains, trimNote } from "./matching.js";
import { changeLu, heardPowers } from "./predict.js";
import { atRate, twoHolders } from "./sounds.js";

export { decodeAt } from "./sounds.js";

/**
 * @typedef {object} PlayerOptions
 * @property {AudioContext} [context]  yours, which {@link Player.close} leaves open; else one is made
 * @property {number} [sampleRate]  of the context that is made: the file's, so that nothing is resampled
 * @property {number} [channels]  heard
 * @property {number} [fadeMs]
 * @property {number} [rampMs]
 * @property {boolean} [match]
 * @property {string | null} [matchTo]  the variant whose loudness all take; by default the first
 * @property {number} [ceilingDb]  true peak that no variant may exceed
 *
 * @typedef {object} VariantState
 * @property {string} id
 * @property {string} label
 * @property {string} source
 * @property {boolean} live  whether settings are applied while it plays
 * @property {"pending" | "estimate" | "measured"} quality  measured: within 0.1 LU
 * @property {number | null} loudnessLufs  before any gain
 * @property {number | null} truePeakDb  before any gain
 * @property {number} gainDb  what matching adds, without the trim
 *
 * @typedef {object} PlayerState
 * @property {boolean} playing
 * @property {number} positionS
 * @property {number} durationS
 * @property {{startS: number, endS: number} | null} loop
 * @property {string | null} selected
 * @property {boolean} match
 * @property {boolean} mono
 * @property {number} volumeDb
 * @property {number} trimDb  0 or below: what all are turned down by
 * @property {string} trimNote  a sentence when there is a trim, else empty
 * @property {VariantState[]} variants
 *
 * @typedef {object} Variant
 * @property {string} label
 * @property {string} source
 * @property {Settings | null} settings
 * @property {boolean} placed  whether the deck has it
 * @property {Known | null} known
 * @property {number} gainDb
 */

/** Shortest loop, in seconds: fades need room. */
const SHORTEST_LOOP_S = 0.05;

export class Player extends EventTarget {
  /** @type {Device} */
  #device;
  /** @type {Map<string, {channels: number, frames: number, heard: Heard | null}>} */
  #sources = new Map();
  /** @type {Map<string, Variant>} */
  #variants = new Map();
  #playing = false;
  #frame = 0;
  /** @type {{startS: number, endS: number} | null} */
  #loop = null;
  /** @type {string | null} */
  #selected = null;
  #mono = false;
  #volumeDb = 0;
  #trimDb = 0;
  #told = false;
  #closed = false;

  /**
   * Use {@link Player.create}.
   * @param {AudioContext} context @param {Device} device @param {Required<Omit<PlayerOptions, "context" | "sampleRate">>} options @param {boolean} own
   */
  constructor(context, device, options, own) {
    super();
    this.context = context;
    this.options = options;
    this.#device = device;
    this.ownsContext = own;
    /** Long work, for pages too: `player.jobs.peaks("song")`. */
    this.jobs = new Jobs();
    this.levels = new Levels(
      this.jobs,
      (id, known, of) => this.#learn(id, known, of),
      (error) => this.#fail(error),
    );
  }

  /**
   * Open a player. This may happen before the first touch of the page; {@link play} may not.
   * @param {PlayerOptions} [options]
   * @returns {Promise<Player>}
   */
  static async create({ context, sampleRate, ...given } = {}) {
    const defaults = { channels: 2, fadeMs: 10, rampMs: 20, match: true, matchTo: null, ceilingDb: 0 };
    const options = { ...defaults, ...given };
    const used = context ?? new AudioContext({ sampleRate, latencyHint: "interactive" });
    /** @type {Player | null} */
    let player = null;
    const report = (/** @type {Report} */ data) => player?.receive(data);
    const { channels, fadeMs, rampMs } = options;
    const device = await openDevice(used, { channels, fadeMs, rampMs, reportHz: 30 }, report);
    device.node.connect(used.destination);
    player = new Player(used, device, options, !context);
    return player;
  }

  /** Where processing runs: `script` on the page's own thread, where the page has no AudioWorklet. */
  get engine() {
    return this.#device.engine;
  }

  /** The node that all sound comes from, to connect to more than the loudspeakers. */
  get node() {
    return this.#device.node;
  }

  get sampleRate() {
    return this.context.sampleRate;
  }

  // Sounds and variants

  /**
   * Add a sound, or replace one; variants of the old one take the new one. Another sample rate than the context's is
   * converted to it.
   * @param {string} id
   * @param {Source} source
   */
  async addSource(id, source) {
    const channels = await atRate(source, this.sampleRate);
    const [forDeck, forJobs] = await twoHolders(channels);
    const kept = { channels: channels.length, frames: channels[0].length, heard: /** @type {Heard | null} */ (null) };
    this.#sources.set(id, kept);
    this.levels.forget(id);
    this.#send({ type: "source", id, channels: forDeck }, transferable(forDeck));
    this.jobs.addSource(id, forJobs, this.sampleRate);
    const spectrum = this.jobs.spectrum(id).then((found) => (kept.heard = heardPowers(found, this.sampleRate)));
    spectrum.catch((error) => this.#fail(error));
    this.#change();
    for (const [variant, known] of [...this.#variants]) if (known.source === id) await this.setVariant(variant, known);
  }

  /** Remove a sound and the variants of it. @param {string} id */
  removeSource(id) {
    for (const [variant, { source }] of this.#variants) if (source === id) this.removeVariant(variant);
    this.#sources.delete(id);
    this.levels.forget(id);
    this.#send({ type: "dropSource", id });
    this.jobs.dropSource(id);
    this.#change();
  }

  /**
   * Add a variant, or replace one: a sound as it is, or as settings make it while it plays. Resolves when it can be heard
   * at its level; the first one is selected.
   * @param {string} id
   * @param {{source: string, label?: string, settings?: Settings | null}} variant
   */
  async setVariant(id, { source, label = id, settings = null }) {
    if (!this.#sources.has(source)) throw new Error(`There is no sound ${source}.`);
    /** @type {Variant} */
    const variant = { label, source, settings, placed: false, known: null, gainDb: 0 };
    this.#variants.set(id, variant);
    this.#selected ??= id;
    this.#change();
    // Without a measurement it is heard as it is, and `failed` has said why.
    await this.levels.follow(id, { source, settings }).catch(() => {});
    // It may have been removed or replaced meanwhile.
    if (this.#variants.get(id) !== variant) return;
    this.#level();
    variant.placed = true;
    this.#send({ type: "variant", id, source, settings: variant.settings, gain: this.#factor(variant) });
    if (this.#selected === id) this.#send({ type: "select", id });
  }

  /**
   * Change settings while they are heard, without a click; the level follows.
   * @param {string} id
   * @param {Settings | null} settings
   */
  changeSettings(id, settings) {
    const variant = this.#variants.get(id);
    if (!variant) throw new Error(`There is no variant ${id}.`);
    // The level goes with the filters at once; what was measured was of other settings, and is said to be an estimate.
    if (variant.known) variant.known = this.#foreseen(variant.known, variant.source, variant.settings, settings);
    variant.settings = settings;
    this.#level();
    if (variant.placed) this.#send({ type: "settings", id, settings });
    this.levels.follow(id, { source: variant.source, settings }).catch(() => {});
  }

  /** @param {string} id */
  removeVariant(id) {
    if (!this.#variants.delete(id)) return;
    this.levels.drop(id);
    if (this.#selected === id) this.select(/** @type {string | undefined} */ (this.#variants.keys().next().value) ?? null);
    this.#send({ type: "dropVariant", id });
    this.#level();
  }

  /** Resolves when every variant's loudness has been measured. */
  measured() {
    return this.levels.idle();
  }

  // Hearing

  /** Be heard in the place of the others, from the same sample on. @param {string | null} id */
  select(id) {
    if (id !== null && !this.#variants.has(id)) throw new Error(`There is no variant ${id}.`);
    this.#selected = id;
    // What is not in place yet will be heard when it is; until then what is heard goes on.
    if (id === null || this.#variants.get(id)?.placed) this.#send({ type: "select", id: id ?? "" });
    this.#change();
  }

  /** Start; browsers allow the first start only in answer to a touch or a key. */
  async play() {
    await this.context.resume();
    this.#send({ type: "play" });
    this.#playing = true;
    this.#change();
  }

  pause() {
    this.#send({ type: "pause" });
    this.#playing = false;
    this.#change();
  }

  async toggle() {
    if (this.#playing) this.pause();
    else await this.play();
  }

  /** @param {number} positionS */
  seek(positionS) {
    this.#frame = Math.min(Math.max(0, Math.round(positionS * this.sampleRate)), this.#frames);
    this.#send({ type: "seek", frame: this.#frame });
    this.#tellPosition();
  }

  /** Repeat a part; its edges are kept inside the sound and 50 ms apart. @param {{startS: number, endS: number} | null} loop */
  setLoop(loop) {
    const durationS = this.#frames / this.sampleRate;
    const startS = Math.min(Math.max(0, loop?.startS ?? 0), Math.max(0, durationS - SHORTEST_LOOP_S));
    const endS = Math.min(Math.max(loop?.endS ?? 0, startS + SHORTEST_LOOP_S), durationS);
    this.#loop = loop && { startS, endS };
    const frames = (/** @type {number} */ seconds) => Math.round(seconds * this.sampleRate);
    this.#send({ type: "loop", loop: loop && { start: frames(startS), end: frames(endS) } });
    this.#change();
  }

  /** Equal loudness on or off. @param {boolean} on */
  setMatch(on) {
    this.options.match = on;
    this.#level();
  }

  /** @param {string | null} id the variant whose loudness all take */
  setMatchTo(id) {
    this.options.matchTo = id;
    this.#level();
  }

  /** Hear everything in mono, a check of what one loudspeaker makes of it. @param {boolean} on */
  setMono(on) {
    this.#mono = on;
    this.#send({ type: "mono", on });
    this.#change();
  }

  /** @param {number} volumeDb 0 or below */
  setVolumeDb(volumeDb) {
    this.#volumeDb = Math.min(0, volumeDb);
    this.#send({ type: "volume", factor: 10 ** (this.#volumeDb / 20) });
    this.#change();
  }

  /** @returns {PlayerState} */
  get state() {
    return {
      playing: this.#playing,
      positionS: this.#frame / this.sampleRate,
      durationS: this.#frames / this.sampleRate,
      loop: this.#loop && { ...this.#loop },
      selected: this.#selected,
      match: this.options.match,
      mono: this.#mono,
      volumeDb: this.#volumeDb,
      trimDb: this.#trimDb,
      trimNote: trimNote(this.#trimDb, this.options.ceilingDb),
      variants: [...this.#variants].map(([id, { label, source, settings, known, gainDb }]) => ({
        id,
        label,
        source,
        live: settings !== null,
        quality: known ? (known.exact ? "measured" : "estimate") : "pending",
        loudnessLufs: known && known.loudness.integratedLufs,
        truePeakDb: known && known.loudness.truePeakDb,
        gainDb,
      })),
    };
  }

  /** Stop, and give back what was taken. */
  async close() {
    this.#closed = true;
    this.#send({ type: "pause" });
    this.#device.close();
    this.#device.node.disconnect();
    for (const id of this.#variants.keys()) this.levels.drop(id);
    this.jobs.close();
    if (this.ownsContext) await this.context.close();
  }

  // Levels

  /** @param {string} id @param {Known} known @param {Wanted} of what was measured: perhaps not the newest settings */
  #learn(id, known, { source, settings }) {
    const variant = this.#variants.get(id);
    if (!variant || variant.source !== source) return;
    variant.known = known.exact ? known : this.#foreseen(known, source, settings, variant.settings);
    this.#level();
  }

  /**
   * What filters make of a loudness that was found with others: an estimate until something is measured.
   * @param {Known} known @param {string} source @param {Settings | null} before @param {Settings | null} after
   * @returns {Known}
   */
  #foreseen({ loudness }, source, before, after) {
    const heard = this.#sources.get(source)?.heard;
    const lu = heard && before !== after ? changeLu(heard, before, after, this.sampleRate) : 0;
    const { integratedLufs, truePeakDb, samplePeakDb } = loudness;
    const moved = { integratedLufs: integratedLufs + lu, truePeakDb: truePeakDb + lu, samplePeakDb: samplePeakDb + lu };
    return { loudness: moved, exact: false };
  }

  /** Work out every gain anew and send those that changed. */
  #level() {
    const variants = [...this.#variants.values()];
    const heard = variants.map(({ source, known }) => {
      const channels = this.#sources.get(source)?.channels ?? 1;
      if (!known) return null;
      const loudnessLufs = asHeard(known.loudness.integratedLufs, channels, this.options.channels);
      return { loudnessLufs, truePeakDb: known.loudness.truePeakDb };
    });
    const { match, matchTo, ceilingDb } = this.options;
    const target = matchTo === null ? 0 : [...this.#variants.keys()].indexOf(matchTo);
    const targetLufs = heard[Math.max(0, target)]?.loudnessLufs ?? -Infinity;
    const { gainsDb, trimDb } = matchGains(heard, { match, targetLufs, ceilingDb });
    this.#trimDb = trimDb;
    variants.forEach((variant, i) => (variant.gainDb = gainsDb[i]));
    const placed = [...this.#variants].filter(([, variant]) => variant.placed);
    this.#send({ type: "gains", gains: Object.fromEntries(placed.map(([id, one]) => [id, this.#factor(one)])) });
    this.#change();
  }

  /** @param {Variant} variant */
  #factor({ gainDb }) {
    return 10 ** ((gainDb + this.#trimDb) / 20);
  }

  get #frames() {
    return Math.max(0, ...[...this.#sources.values()].map(({ frames }) => frames));
  }

  // Messages

  /** @param {Command} command @param {Transferable[]} [transfer] */
  #send(command, transfer) {
    this.#device.send(command, transfer);
  }

  /** What the deck says; called by the device. @param {Report} report */
  receive({ type, frame, peakDb, rmsDb, reductionsDb }) {
    this.#frame = frame;
    this.#tellPosition();
    this.#tell("levels", { peakDb, rmsDb, reductionsDb });
    if (type !== "ended") return;
    this.#playing = false;
    this.#change();
    this.#tell("ended", {});
  }

  #tellPosition() {
    this.#tell("position", { positionS: this.#frame / this.sampleRate });
  }

  /** Several changes in a row are told once. */
  #change() {
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.#tell("state", this.state);
    });
  }

  /** @param {Error} error */
  #fail(error) {
    if (this.#closed) return;
    this.#tell("failed", { message: `The loudness could not be measured: ${error.message}` });
  }

  /** @param {string} type @param {object} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {Float32Array[]} channels */
const transferable = (channels) =>
  channels.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
