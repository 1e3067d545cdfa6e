/**
 * Hearing the sounds of a page: one player, a row of buttons, keys, and a log of what was heard.
 */

/** @import { Say } from "./dom.js" */

import { Player, decodeAt } from "/web/player/player.js";
import { sound } from "./api.js";
import { h } from "./dom.js";
import { memory } from "./memory.js";

/** Fades on switching, in ms. */
const FADE_MS = 10;
/** The log of a page has at most so many rows. */
const MOST_ROWS = 15000;

/** @typedef {{label: string, audio: string}} Sound */

export class Transport {
  #startedAt = performance.now();
  /** @type {[number, string][]} */
  #log = [];
  /** @type {Record<string, number>} */
  #plays = {};
  /** @type {Record<string, number>} */
  #listened = {};
  #since = 0;
  #playing = false;
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  #leave = new AbortController();

  /** @param {Player} player @param {Say} say */
  constructor(player, say) {
    this.player = player;
    this.say = say;
    this.toggle = h("button", { type: "button", onclick: () => this.playPause() }, say("play"));
    player.addEventListener("state", () => this.#show());
    document.addEventListener("keydown", (event) => this.#key(event), { signal: this.#leave.signal });
  }

  /**
   * Load the sounds of a page; nothing plays yet.
   * @param {Sound[]} sounds
   * @param {number} sampleRate
   * @param {Say} say
   */
  static async open(sounds, sampleRate, say) {
    // Stimuli are equally loud and below full scale as they come: nothing is changed here.
    const player = await Player.create({ sampleRate, fadeMs: FADE_MS, match: false, ceilingDb: 60 });
    player.setVolumeDb(memory.get("volume_db") ?? 0);
    const buffers = await Promise.all(sounds.map(async ({ audio }) => decodeAt(await sound(audio), sampleRate)));
    for (const [index, { label }] of sounds.entries()) {
      await player.addSource(label, buffers[index]);
      await player.setVariant(label, { source: label });
    }
    const transport = new Transport(player, say);
    const durationS = player.state.durationS;
    player.setLoop({ startS: 0, endS: durationS });
    return transport;
  }

  get seconds() {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** What is kept of how this page was listened to. */
  get heard() {
    this.#count();
    const { loop } = this.player.state;
    return {
      seconds: round(this.seconds),
      plays: { ...this.#plays },
      listened_s: Object.fromEntries(Object.entries(this.#listened).map(([label, value]) => [label, round(value)])),
      loop: loop && [round(loop.startS), round(loop.endS)],
      log: this.#log,
    };
  }

  /** Whether every one of the sounds was listened to. @param {string[]} labels */
  heardAll(labels) {
    return labels.every((label) => this.#plays[label]);
  }

  /** A button that switches to a sound. @param {string} label @param {string} text @param {string} [name]  for ears */
  button(label, text, name) {
    const button = h("button", { type: "button", "aria-pressed": false, "aria-label": name }, text);
    button.addEventListener("click", () => this.switchTo(label));
    this.#buttons.set(label, button);
    return button;
  }

  /** Hear a sound from the same place on; begins to play. @param {string} label */
  async switchTo(label) {
    this.#count();
    this.player.select(label);
    this.note(`select ${label}`);
    this.#plays[label] = (this.#plays[label] ?? 0) + 1;
    if (!this.player.state.playing) await this.playPause(true);
  }

  /** @param {boolean} [counted]  whether the selected sound is counted already */
  async playPause(counted = false) {
    this.#count();
    await this.player.toggle();
    const { playing, selected } = this.player.state;
    this.#playing = playing;
    this.note(playing ? "play" : "pause");
    if (playing && selected && !counted) this.#plays[selected] = (this.#plays[selected] ?? 0) + 1;
  }

  /** The row with play, and the loop. */
  row() {
    const { durationS } = this.player.state;
    const most = Math.floor(durationS * 10) / 10;
    const field = (/** @type {number} */ value) =>
      h("input", { type: "number", min: "0", max: String(most), step: "0.1", value: String(value) });
    const [from, to] = [field(0), field(most)];
    const changed = () => {
      const startS = Math.min(Math.max(0, Number(from.value)), durationS - 0.5);
      const endS = Math.max(startS + 0.5, Math.min(Number(to.value), durationS));
      this.player.setLoop({ startS, endS: endS >= most ? durationS : endS });
      this.note(`loop ${round(startS)} ${round(endS)}`);
    };
    for (const each of [from, to]) each.addEventListener("change", changed);
    const whole = h("button", { type: "button" }, this.say("whole"));
    whole.addEventListener("click", () => {
      [from.value, to.value] = ["0", String(most)];
      changed();
    });
    return h(
      "div",
      { class: "row" },
      this.toggle,
      h("label", {}, this.say("loop_start"), from),
      h("label", {}, this.say("loop_end"), to),
      whole,
    );
  }

  /** Log something, with the time. @param {string} what */
  note(what) {
    if (this.#log.length < MOST_ROWS) this.#log.push([round(this.seconds), what]);
  }

  async close() {
    this.#leave.abort();
    await this.player.close();
  }

  #count() {
    const now = this.seconds;
    const { selected } = this.player.state;
    if (this.#playing && selected) this.#listened[selected] = (this.#listened[selected] ?? 0) + now - this.#since;
    this.#since = now;
  }

  #show() {
    const { playing, selected } = this.player.state;
    this.toggle.textContent = this.say(playing ? "pause" : "play");
    for (const [label, button] of this.#buttons) button.setAttribute("aria-pressed", String(label === selected));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.matches("textarea, select, input:not([type=range]):not([type=radio])");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && !target.matches("button, input")) {
      event.preventDefault();
      this.playPause();
    }
    const label = event.key.toUpperCase() === "R" ? "reference" : event.key.toUpperCase();
    if (this.#buttons.has(label)) this.switchTo(label);
  }
}

/** @param {number} value */
const round = (value) => Math.round(value * 1000) / 1000;
