/**
 * `<tw-response>`: what settings do to each frequency, with a handle for each band; compressors as shaded ranges beneath,
 * their gain reduction while it happens, spectra behind.
 */

/** @import { FullBand, FullSettings, Settings } from "../engine/types.js" */
/** @import { Curve } from "./levels.js" */

import { staticReductionDb } from "../engine/compressor.js";
import { bandResponseDb, logFrequencies, responseDb } from "../engine/response.js";
import { complete, compressorIsNeutral, filterIsNeutral, neutralSettings } from "../engine/settings.js";
import { AXES_STYLE, Axes } from "./axes.js";
import { Handle } from "./handle.js";
import { reach, sayBand, withBand } from "./handling.js";
import { levelled } from "./levels.js";
import { h, svg } from "./elements.js";
import { Part, sheet } from "./part.js";
import { HIGH_HZ, LOW_HZ, pathOf, roundRange } from "./scales.js";
import { phrase } from "./words.js";

const STYLE = sheet(`${AXES_STYLE}
  :host { min-height: 220px; touch-action: pan-y; }
  .total { fill: none; stroke: var(--tw-total); stroke-width: 2.6; stroke-linejoin: round; }
  .band { fill: var(--tw-band); fill-opacity: 0.12; stroke: none; }
  .band.chosen { fill-opacity: 0.28; }
  .range { fill: var(--tw-compressor); fill-opacity: 0.1; stroke: var(--tw-compressor); stroke-opacity: 0.5; stroke-width: 1; stroke-dasharray: 3 3; }
  .working { fill: var(--tw-compressor); fill-opacity: 0.45; }
  .behind { opacity: 0.7; }
  .handle { position: absolute; width: 44px; height: 44px; margin: -22px; border-radius: 50%; cursor: grab; touch-action: none; user-select: none;
    display: grid; place-items: center; font-weight: 600; font-size: 12px; }
  .handle i { width: 22px; height: 22px; border-radius: 50%; display: grid; place-items: center; font-style: normal; box-sizing: border-box;
    background: var(--tw-paper); color: var(--tw-ink); border: 2px solid var(--tw-band); }
  .handle.neutral i { border-color: var(--tw-edge); color: var(--tw-muted); }
  .handle.chosen i { background: var(--tw-band); color: var(--tw-paper); }
  .handle:active { cursor: grabbing; }
  .handle:focus-visible { outline-offset: -8px; }
  :host([readonly]) .handle { cursor: default; }
`);

/** Points of a curve. */
const POINTS = 240;
const FREQUENCIES = logFrequencies(POINTS);

export class Response extends Part {
  static observedAttributes = ["readonly"];

  #settings = neutralSettings();
  #sampleRate = 48000;
  /** @type {number[]} */
  #reductionsDb = [];
  /** @type {Curve[]} */
  #curves = [];
  /** @type {number | null} */
  #rangeDb = null;
  #shownDb = 12;
  /** @type {number | null} */
  #selected = null;
  /** @type {Handle[]} */
  #handles = [];
  /** @type {Axes | null} */
  #axes = null;
  /** The shades that move while it plays. @type {{element: SVGElement, band: number, curve: Float64Array}[]} */
  #working = [];
  #stale = true;

  constructor() {
    super(STYLE);
    this.drawing = svg("svg", { "aria-hidden": "true" });
    this.fixed = svg("g");
    this.moving = svg("g");
    this.front = svg("g");
    this.drawing.append(this.fixed, this.moving, this.front);
    this.help = h("span", { id: "help", class: "hidden" });
    this.stage = h("div", { role: "group" });
    this.tree.append(this.drawing, this.stage, this.help);
    // While a handle is held, another finger is meant for it, even if it comes down on a neighbour.
    const second = (/** @type {Event} */ event) => {
      const held = this.#handles.find(({ isHeld }) => isHeld);
      if (!held) return;
      event.stopPropagation();
      held.press(/** @type {PointerEvent} */ (event));
    };
    this.tree.addEventListener("pointerdown", second, { capture: true });
  }

  connectedCallback() {
    super.connectedCallback();
    this.stage.setAttribute("aria-label", this.getAttribute("aria-label") ?? phrase("response"));
    this.help.textContent = phrase("bandHelp");
    this.#renew();
  }

  attributeChangedCallback() {
    this.#renew();
  }

  /** With every key present; what is set may leave keys out. @returns {FullSettings} */
  get settings() {
    return this.#settings;
  }

  /** @param {Settings} settings */
  set settings(settings) {
    this.#settings = complete(settings);
    this.#renew();
  }

  get sampleRate() {
    return this.#sampleRate;
  }

  set sampleRate(sampleRate) {
    this.#sampleRate = sampleRate;
    this.#renew();
  }

  /** Gain reduction now, as the engine reports it: per band, then the outer compressor's. */
  get reductionsDb() {
    return this.#reductionsDb;
  }

  set reductionsDb(reductionsDb) {
    this.#reductionsDb = reductionsDb;
    this.redraw();
  }

  /** Spectra behind, drawn level and at the same mean; a decibel is as high as one of the response. */
  get curves() {
    return this.#curves;
  }

  set curves(curves) {
    this.#curves = curves;
    this.#renew();
  }

  /** Half the height, in dB; null: what the settings need. */
  get rangeDb() {
    return this.#rangeDb;
  }

  set rangeDb(rangeDb) {
    this.#rangeDb = rangeDb;
    this.#renew();
  }

  get selected() {
    return this.#selected;
  }

  set selected(band) {
    this.#selected = band;
    this.#renew();
  }

  get readonly() {
    return this.hasAttribute("readonly");
  }

  set readonly(readonly) {
    this.toggleAttribute("readonly", readonly);
  }

  /** Draw everything anew, not only what moves. */
  #renew() {
    this.#stale = true;
    this.redraw();
  }

  redraw() {
    // Another size is another drawing.
    if (this.#axes && (this.#axes.width !== this.width || this.#axes.height !== this.height)) this.#stale = true;
    super.redraw();
  }

  draw() {
    if (this.#stale) this.#drawAll();
    this.#stale = false;
    const axes = /** @type {Axes} */ (this.#axes);
    for (const { element, band, curve } of this.#working) {
      const db = this.#reductionsDb[band] ?? 0;
      element.setAttribute("d", db < 0.05 ? "" : this.#shade(axes, curve, band, db));
    }
  }

  #drawAll() {
    const settings = this.#settings;
    const level = settings.preamp_db + settings.output_db;
    const total = responseDb(settings, FREQUENCIES, this.#sampleRate).map((db) => db - level);
    const bands = bandResponseDb(settings, FREQUENCIES, this.#sampleRate);
    const axes = new Axes(this.width, this.height, -this.#range(total), this.#range(total));
    this.#axes = axes;
    const behind = svg("g", { class: "behind" });
    behind.append(...levelled(this.#curves).map((curve) => axes.curve(curve)));
    const drawn = bands.flatMap((row, i) => {
      if (filterIsNeutral(settings.bands[i])) return [];
      const zero = `L${axes.x(HIGH_HZ)} ${axes.y(0)}L${axes.x(LOW_HZ)} ${axes.y(0)}Z`;
      return [svg("path", { class: i === this.#selected ? "band chosen" : "band", d: axes.path(FREQUENCIES, row) + zero })];
    });
    const compressed = settings.bands.flatMap((band, i) => (compressorIsNeutral(band.compressor) ? [] : [i]));
    const ranges = compressed.map((i) => {
      const compressor = /** @type {NonNullable<FullBand["compressor"]>} */ (settings.bands[i].compressor);
      const range = svg("path", { class: "range", d: this.#shade(axes, total, i, staticReductionDb(compressor, 0)) });
      range.append(svg("title", {}, sayBand(settings.bands[i])));
      return range;
    });
    this.#working = compressed.map((band) => ({ element: svg("path", { class: "working" }), band, curve: total }));
    this.fixed.replaceChildren(axes.grid(true), behind, ...drawn, ...ranges);
    this.moving.replaceChildren(...this.#working.map(({ element }) => element));
    this.front.replaceChildren(svg("path", { class: "total", d: axes.path(FREQUENCIES, total) }));
    this.#placeHandles(axes);
  }

  /** While something is dragged the range may grow, but not jump back under the finger. @param {Float64Array} total */
  #range(total) {
    if (this.#rangeDb !== null) return this.#rangeDb;
    const gains = this.#settings.bands.map(({ gain_db }) => Math.abs(gain_db));
    const needed = roundRange(Math.max(10, ...gains, ...total.map((db) => Math.min(Math.abs(db), 36))));
    const held = this.#handles.some(({ isHeld }) => isHeld);
    this.#shownDb = held ? Math.max(this.#shownDb, needed) : needed;
    return this.#shownDb;
  }

  /**
   * The area from the curve down by so many dB, as far as the band reaches.
   * @param {Axes} axes @param {Float64Array} curve @param {number} band @param {number} db
   */
  #shade(axes, curve, band, db) {
    const part = reach(this.#settings, band);
    const indices = Array.from(FREQUENCIES.keys()).filter((i) => part(FREQUENCIES[i]) > 0.03);
    if (indices.length < 2) return "";
    const xs = indices.map((i) => axes.x(FREQUENCIES[i]));
    const above = indices.map((i) => axes.y(curve[i]));
    const below = indices.map((i) => axes.y(curve[i] - db * part(FREQUENCIES[i])));
    return `${pathOf(xs, above)}L${pathOf([...xs].reverse(), [...below].reverse()).slice(1)}Z`;
  }

  /** @param {Axes} axes */
  #placeHandles(axes) {
    const { bands } = this.#settings;
    while (this.#handles.length > bands.length) this.#handles.pop()?.element.remove();
    while (this.#handles.length < bands.length) {
      const index = this.#handles.length;
      const handle = new Handle(index + 1, {
        band: () => this.#settings.bands[index],
        axes: () => /** @type {Axes} */ (this.#axes),
        isFixed: () => this.readonly,
        choose: () => this.#choose(index),
        take: (band) => this.#take(index, band),
        settle: () => this.#settle(index),
      });
      this.#handles.push(handle);
      this.stage.append(handle.element);
    }
    this.#handles.forEach((handle, i) => handle.show(i === this.#selected));
  }

  /** @param {number} band */
  #choose(band) {
    if (band === this.#selected) return;
    this.selected = band;
    this.tell("select", { band });
  }

  /** @param {number} index @param {FullBand} band */
  #take(index, band) {
    this.settings = withBand(this.#settings, index, band);
    this.tell("input", { settings: this.#settings, band: index });
  }

  /** @param {number} band */
  #settle(band) {
    this.tell("change", { settings: this.#settings, band });
    this.#renew();
  }
}

customElements.define("tw-response", Response);
