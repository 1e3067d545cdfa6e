/** `<tw-meter>`: level per channel, and gain reduction per band. */

import { h } from "./elements.js";
import { Part, sheet } from "./part.js";
import { between } from "./scales.js";
import { phrase } from "./words.js";

const STYLE = sheet(`
  .rows { display: grid; gap: 4px; }
  .row { display: grid; grid-template-columns: 3.2em 1fr 3.6em; gap: 8px; align-items: center; font-variant-numeric: tabular-nums; }
  .row > :last-child { text-align: right; color: var(--tw-muted); }
  .track { position: relative; height: 8px; border-radius: 4px; background: var(--tw-grid); overflow: hidden; }
  .track i { position: absolute; inset: 0; transform-origin: left; transform: scaleX(0); background: var(--tw-result); }
  .track i + i { background: none; border-right: 2px solid var(--tw-ink); transform: none; width: 0; inset: 0 auto 0 0; }
  .over .track i + i { border-color: var(--tw-warning); }
  .reduction .track i { background: var(--tw-compressor); transform-origin: right; }
`);

/** The lowest level shown, and the most gain reduction, in dB. */
const LOWEST_DB = -60;
const MOST_DB = 18;
/** How fast a held peak falls, in dB per second, and how often screen readers are told. */
const FALL_DB = 20;
const TELL_MS = 1000;

export class Meter extends Part {
  /** @type {{peakDb: number[], rmsDb: number[]}} */
  #levels = { peakDb: [], rmsDb: [] };
  /** @type {number[]} */
  #reductionsDb = [];
  /** @type {number[]} */
  #held = [];
  #last = 0;
  #told = 0;

  constructor() {
    super(STYLE);
    this.rows = h("div", { class: "rows" });
    this.tree.append(this.rows);
    /** @type {HTMLElement[]} */
    this.channels = [];
    /** @type {HTMLElement[]} */
    this.bands = [];
  }

  get levels() {
    return this.#levels;
  }

  set levels(levels) {
    this.#levels = levels;
    this.redraw();
  }

  /** Per band, then the outer compressor's; empty: none are shown. */
  get reductionsDb() {
    return this.#reductionsDb;
  }

  set reductionsDb(reductionsDb) {
    this.#reductionsDb = reductionsDb;
    this.redraw();
  }

  /** Its rows give it its height. */
  get hasRoom() {
    return this.width > 0;
  }

  draw() {
    const { peakDb, rmsDb } = this.#levels;
    if (this.channels.length !== peakDb.length || this.bands.length !== this.#reductionsDb.length) this.#build();
    const now = performance.now();
    const fall = (FALL_DB * Math.min(1000, now - this.#last)) / 1000;
    this.#last = now;
    const tell = now - this.#told > TELL_MS;
    if (tell) this.#told = now;
    this.#held = peakDb.map((db, i) => Math.max(db, (this.#held[i] ?? -Infinity) - fall));
    const part = (/** @type {number} */ db) => between(1 - db / LOWEST_DB, 0, 1);
    this.channels.forEach((row, i) => {
      const [bar, tick] = /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("i"));
      bar.style.transform = `scaleX(${part(rmsDb[i])})`;
      tick.style.left = `calc(${100 * part(this.#held[i])}% - 2px)`;
      row.classList.toggle("over", this.#held[i] > 0);
      say(row, this.#held[i] > LOWEST_DB ? this.#held[i].toFixed(1).replace("-", "\u2212") : "\u2013", LOWEST_DB, 0, this.#held[i], tell);
    });
    this.bands.forEach((row, i) => {
      const db = this.#reductionsDb[i];
      /** @type {HTMLElement} */ (row.querySelector("i")).style.transform = `scaleX(${between(db / MOST_DB, 0, 1)})`;
      say(row, db >= 0.05 ? `\u2212${db.toFixed(1)}` : "0.0", 0, MOST_DB, db, tell);
    });
  }

  #build() {
    const names = this.#levels.peakDb.length === 2 ? ["L", "R"] : this.#levels.peakDb.map((_, i) => String(i + 1));
    this.channels = names.map((name) => rowOf(name, `${phrase("level")} ${name}`, "level"));
    const last = this.#reductionsDb.length - 1;
    this.bands = this.#reductionsDb.map((_, i) => {
      const name = i === last ? phrase("outer") : String(i + 1);
      return rowOf(name, `${phrase("reduction")} ${name}`, "reduction");
    });
    this.rows.replaceChildren(...this.channels, ...this.bands);
  }
}

/** @param {string} name @param {string} label @param {string} kind @returns {HTMLElement} */
function rowOf(name, label, kind) {
  const track = h("div", { class: "track", role: "meter", "aria-label": label, "aria-valuenow": 0 }, h("i"));
  if (kind === "level") track.append(h("i"));
  return h("div", { class: `row ${kind}` }, h("span", { "aria-hidden": "true" }, name), track, h("span", { "aria-hidden": "true" }));
}

/**
 * @param {HTMLElement} row @param {string} text @param {number} low @param {number} high @param {number} value
 * @param {boolean} tell screen readers too
 */
function say(row, text, low, high, value, tell) {
  /** @type {HTMLElement} */ (row.lastElementChild).textContent = text;
  if (!tell) return;
  const track = /** @type {HTMLElement} */ (row.children[1]);
  track.setAttribute("aria-valuemin", String(low));
  track.setAttribute("aria-valuemax", String(high));
  track.setAttribute("aria-valuenow", between(value, low, high).toFixed(1));
  track.setAttribute("aria-valuetext", `${text} dB`);
}

customElements.define("tw-meter", Meter);
