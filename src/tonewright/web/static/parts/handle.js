/** The handle of a band: dragged, pinched, turned by the wheel, moved by keys. */

/** @import { FullBand } from "../engine/types.js" */
/** @import { Axes } from "./axes.js" */

import { PARAMETERS } from "../engine/parameters.js";
import { filterIsNeutral, hasGain, neutralBand } from "../engine/settings.js";
import { keyed, moved, sayBand } from "./handling.js";
import { h } from "./elements.js";
import { between, hzAt, placeOf } from "./scales.js";
import { phrase } from "./words.js";

/**
 * @typedef {object} Owner
 * @property {() => FullBand} band
 * @property {() => Axes} axes
 * @property {() => boolean} isFixed
 * @property {() => void} choose
 * @property {(band: FullBand) => void} take  while it moves
 * @property {() => void} settle  when it is let go
 */

/** With Shift a drag goes so much slower. */
const FINE = 0.2;
/** Pixels of vertical drag, or of the wheel, that double Q. */
const DRAG_PER_OCTAVE = 60;
const WHEEL_PER_OCTAVE = 300;
/** A drag of fewer pixels is a tap; two taps within so many milliseconds are a double click. */
const CLICK = 3;
const DOUBLE_MS = 400;
/** A wheel is let go when it rests for so long, in milliseconds. */
const WHEEL_REST_MS = 400;

export class Handle {
  /** Pointers that are down on it: the first drags, two pinch. @type {Map<number, PointerEvent>} */
  #pointers = new Map();
  #changed = false;
  /** Where the drag has led, limits aside: beyond them and back again the handle stays under the finger. */
  #led = { place: 0, gainDb: 0, sharpness: 1 };
  /** When it was last tapped without being moved. */
  #tapped = -Infinity;
  #moved = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #wheelRest;

  /** @param {number} number @param {Owner} owner */
  constructor(number, owner) {
    this.number = number;
    this.owner = owner;
    this.element = h("div", { class: "handle", role: "slider", tabindex: 0, "aria-describedby": "help" });
    this.element.append(h("i", { "aria-hidden": "true" }, String(number)));
    const { element } = this;
    element.addEventListener("pointerdown", (event) => this.press(event));
    element.addEventListener("pointermove", (event) => this.#drag(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
      element.addEventListener(type, (event) => this.#release(event));
    }
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("keyup", () => this.#settle());
    element.addEventListener("focus", () => owner.choose());
    element.addEventListener("blur", () => this.#settle());
  }

  get isHeld() {
    return this.#pointers.size > 0;
  }

  /** Be where the band is, and say so. @param {boolean} chosen */
  show(chosen) {
    const band = this.owner.band();
    const axes = this.owner.axes();
    const { element } = this;
    const db = between(hasGain(band.type) ? band.gain_db : PARAMETERS.gain_db.neutral, axes.lowDb, axes.highDb);
    element.style.left = `${axes.xAt(between(placeOf(band.frequency_hz), 0, 1))}px`;
    element.style.top = `${axes.y(db)}px`;
    element.classList.toggle("chosen", chosen);
    element.classList.toggle("neutral", filterIsNeutral(band));
    // The chosen one lies on top, or it could not be taken from under another.
    element.style.zIndex = chosen ? "1" : "";
    const { type } = band;
    element.setAttribute("aria-label", phrase("band", { number: this.number, type: phrase(type) }));
    element.setAttribute("aria-valuemin", axes.lowDb.toFixed(0));
    element.setAttribute("aria-valuemax", axes.highDb.toFixed(0));
    element.setAttribute("aria-valuenow", band.gain_db.toFixed(1));
    element.setAttribute("aria-valuetext", sayBand(band));
    element.setAttribute("aria-readonly", String(this.owner.isFixed()));
  }

  /** @param {FullBand} band */
  #take(band) {
    if (this.owner.isFixed()) return;
    this.#changed = true;
    this.owner.take(band);
  }

  #settle() {
    if (!this.#changed) return;
    this.#changed = false;
    this.owner.settle();
  }

  /** Take a pointer: the first drags; a second one, wherever it comes down, pinches. @param {PointerEvent} event */
  press(event) {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, event);
    this.#moved = 0;
    this.#begin();
    this.owner.choose();
  }

  #begin() {
    const { frequency_hz, gain_db, q } = this.owner.band();
    this.#led = { place: placeOf(frequency_hz), gainDb: gain_db, sharpness: q };
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const [x, y] = [event.clientX - before.clientX, event.clientY - before.clientY];
    if (x === 0 && y === 0) return;
    const band = this.owner.band();
    if (this.#pointers.size > 1) {
      this.#moved = CLICK;
      const spread = this.#spread();
      this.#pointers.set(event.pointerId, event);
      // Fingers apart: wider.
      if (spread > 0) this.#take(moved(band, { q: (band.q * spread) / Math.max(1, this.#spread()) }));
      return;
    }
    this.#pointers.set(event.pointerId, event);
    this.#moved += Math.hypot(x, y);
    if (this.#moved < CLICK) return;
    const axes = this.owner.axes();
    const speed = event.shiftKey ? FINE : 1;
    const led = this.#led;
    led.place += (axes.placeAt(x) - axes.placeAt(0)) * speed;
    if (event.altKey || !hasGain(band.type)) led.sharpness *= 2 ** ((-y * speed) / DRAG_PER_OCTAVE);
    else led.gainDb -= y * axes.dbPerPixel * speed;
    this.#take(moved(band, { frequencyHz: hzAt(led.place), gainDb: led.gainDb, q: led.sharpness }));
  }

  /** How far two fingers are apart, in pixels. */
  #spread() {
    const [a, b] = this.#pointers.values();
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (this.#pointers.size > 0) return this.#begin();
    if (this.#moved < CLICK && event.type === "pointerup") {
      // Two taps are a double click; browsers do not agree on one where fingers may not zoom.
      if (event.timeStamp - this.#tapped < DOUBLE_MS) this.#take(neutralBand(this.owner.band()));
      this.#tapped = event.timeStamp;
    }
    this.#settle();
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (this.owner.isFixed()) return;
    event.preventDefault();
    const band = this.owner.band();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : 33 * event.deltaY;
    this.#take(moved(band, { q: band.q * 2 ** (-pixels / WHEEL_PER_OCTAVE) }));
    clearTimeout(this.#wheelRest);
    this.#wheelRest = setTimeout(() => this.#settle(), WHEEL_REST_MS);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const band = keyed(this.owner.band(), event.key, event.shiftKey);
    if (!band) return;
    event.preventDefault();
    event.stopPropagation();
    this.#take(band);
  }
}
