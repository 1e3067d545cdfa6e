/**
 * `<tw-plane>`: a point on the tone plane, other people's choices around it. Numbers and labels can be hidden, for
 * studies in which nobody may aim at a number.
 */

import { EDGE } from "../engine/plane.js";
import { h, svg } from "./elements.js";
import { Part, sheet } from "./part.js";
import { between } from "./scales.js";
import { phrase } from "./words.js";

/** @typedef {{x: number, y: number}} Point */
/** @typedef {Point & {id?: string, label?: string}} Choice */
/** @typedef {{left: string, right: string, top: string, bottom: string}} Labels */

const STYLE = sheet(`
  :host { aspect-ratio: 1; min-width: 200px; background: var(--tw-raised); border-radius: 8px; }
  .field { position: absolute; inset: 0; border-radius: 8px; touch-action: none; cursor: crosshair; }
  :host([disabled]) .field { cursor: default; opacity: 0.6; }
  svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; pointer-events: none; }
  .axis { stroke: var(--tw-axis); stroke-width: 1; }
  .choice { fill: var(--tw-reference); fill-opacity: 0.45; }
  .choice.mine { fill-opacity: 1; stroke: var(--tw-ink); stroke-width: 2; }
  .label { position: absolute; color: var(--tw-muted); pointer-events: none; }
  .left { left: 8px; top: 50%; } .right { right: 8px; top: 50%; }
  .top { top: 6px; left: calc(50% + 8px); } .bottom { bottom: 6px; left: calc(50% + 8px); }
  .point { position: absolute; width: 44px; height: 44px; margin: -22px; border-radius: 50%; pointer-events: none; }
  .point::after { content: ""; position: absolute; inset: 11px; border-radius: 50%; background: var(--tw-accent); border: 2px solid var(--tw-paper);
    box-shadow: 0 0 0 1px var(--tw-ink); }
  .point:focus-visible { outline: 3px solid var(--tw-focus); outline-offset: -6px; }
`);

/** So near to another choice, in pixels, a click is meant for it; a drag of fewer pixels is a click. */
const NEAR = 14;
const CLICK = 4;
/** Room around the square, so that a point at its edge can be seen whole. */
const ROOM = 16;

export class Plane extends Part {
  static observedAttributes = ["hidden-numbers", "disabled"];

  /** @type {Point} */
  #value = { x: 0, y: 0 };
  /** @type {Choice[]} */
  #cloud = [];
  /** @type {Labels | null} */
  #labels = null;
  #step = 0.25;
  /** Which of the choices with an id N and P have come to. */
  #browsed = -1;
  #moved = false;

  constructor() {
    super(STYLE);
    this.drawing = svg("svg", { "aria-hidden": "true" });
    this.labelBox = h("div");
    this.help = h("span", { id: "help", class: "hidden" });
    this.said = h("span", { class: "hidden", role: "status" });
    this.point = h("div", { class: "point", role: "slider", tabindex: 0, "aria-describedby": "help" });
    this.point.setAttribute("aria-valuemin", String(-EDGE));
    this.point.setAttribute("aria-valuemax", String(EDGE));
    this.field = h("div", { class: "field" }, this.drawing, this.labelBox, this.point);
    this.tree.append(this.field, this.help, this.said);
    this.field.addEventListener("pointerdown", (event) => this.#press(event));
    this.point.addEventListener("keydown", (event) => this.#key(event));
    this.point.addEventListener("keyup", () => this.#settle());
    this.point.addEventListener("blur", () => this.#settle());
  }

  connectedCallback() {
    super.connectedCallback();
    this.#tellWords();
  }

  attributeChangedCallback() {
    this.#tellWords();
    this.redraw();
  }

  get value() {
    return { ...this.#value };
  }

  set value({ x, y }) {
    this.#value = { x: between(x, -EDGE, EDGE), y: between(y, -EDGE, EDGE) };
    this.#tellWords();
    this.redraw();
  }

  /** Choices of others; those with an id can be taken. */
  get cloud() {
    return this.#cloud;
  }

  set cloud(cloud) {
    this.#cloud = cloud;
    this.#browsed = -1;
    this.#tellWords();
    this.redraw();
  }

  /** What the four sides are called; null: nothing. */
  get labels() {
    return this.#labels;
  }

  set labels(labels) {
    this.#labels = labels;
    this.#tellWords();
    this.redraw();
  }

  /** Of the arrow keys. */
  get step() {
    return this.#step;
  }

  set step(step) {
    this.#step = step;
  }

  get disabled() {
    return this.hasAttribute("disabled");
  }

  set disabled(disabled) {
    this.toggleAttribute("disabled", disabled);
  }

  get hiddenNumbers() {
    return this.hasAttribute("hidden-numbers");
  }

  set hiddenNumbers(hidden) {
    this.toggleAttribute("hidden-numbers", hidden);
  }

  get #side() {
    return Math.max(1, Math.min(this.width, this.height) - 2 * ROOM);
  }

  /** @param {Point} point @returns {[number, number]} in pixels */
  #pixels({ x, y }) {
    return [this.width / 2 + (x / EDGE / 2) * this.#side, this.height / 2 - (y / EDGE / 2) * this.#side];
  }

  /** @param {PointerEvent} event @returns {Point} */
  #pointAt(event) {
    const { left, top, width, height } = this.getBoundingClientRect();
    const scale = (2 * EDGE) / this.#side;
    return { x: (event.clientX - left - width / 2) * scale, y: (top + height / 2 - event.clientY) * scale };
  }

  draw() {
    const [left, top] = this.#pixels({ x: -EDGE, y: EDGE });
    const [right, bottom] = this.#pixels({ x: EDGE, y: -EDGE });
    const [middleX, middleY] = this.#pixels({ x: 0, y: 0 });
    const mine = this.#takable[this.#browsed];
    this.drawing.replaceChildren(
      svg("line", { class: "axis", x1: left, x2: right, y1: middleY, y2: middleY }),
      svg("line", { class: "axis", x1: middleX, x2: middleX, y1: top, y2: bottom }),
      ...this.#cloud.map((choice) => {
        const [cx, cy] = this.#pixels(choice);
        return svg("circle", { class: choice === mine ? "choice mine" : "choice", cx, cy, r: choice.id === undefined ? 3 : 5 });
      }),
    );
    const [x, y] = this.#pixels(this.#value);
    this.point.style.left = `${x}px`;
    this.point.style.top = `${y}px`;
    const sides = /** @type {(keyof Labels)[]} */ (["left", "right", "top", "bottom"]);
    const labels = this.#labels;
    this.labelBox.replaceChildren(...(labels ? sides.map((side) => h("span", { class: `label ${side}` }, labels[side])) : []));
  }

  get #takable() {
    return this.#cloud.filter(({ id }) => id !== undefined);
  }

  #tellWords() {
    const { x, y } = this.#value;
    const sides = this.#labels ?? { left: phrase("left"), right: phrase("right"), top: phrase("top"), bottom: phrase("bottom") };
    const words = [strength(x, sides.left, sides.right), strength(y, sides.bottom, sides.top)].filter((word) => word !== "");
    const text = words.join(", ") || phrase("middle");
    const numbers = this.hiddenNumbers ? "" : ` (${x.toFixed(1)}, ${y.toFixed(1)})`.replace(/-/g, "\u2212");
    this.point.setAttribute("aria-label", this.getAttribute("aria-label") ?? phrase("plane"));
    this.point.setAttribute("aria-valuetext", text + numbers);
    // The number that the role asks for; a study may not show it even here.
    this.point.setAttribute("aria-valuenow", this.hiddenNumbers ? String(Math.sign(Math.round(x))) : x.toFixed(2));
    this.point.setAttribute("aria-disabled", String(this.disabled));
    this.help.textContent = phrase(this.#takable.length ? "planeHelpPoints" : "planeHelp");
  }

  /** @param {Point} point */
  #move(point) {
    this.value = point;
    this.#moved = true;
    this.tell("input", this.value);
  }

  /** What was moved has been let go. */
  #settle() {
    if (!this.#moved) return;
    this.#moved = false;
    this.tell("change", this.value);
  }

  /** @param {Choice} choice */
  #take({ id, x, y }) {
    this.value = { x, y };
    this.tell("point", { id, ...this.value });
  }

  /** @param {PointerEvent} down */
  #press(down) {
    if (down.button !== 0 || this.disabled) return;
    down.preventDefault();
    this.point.focus();
    const choice = this.#nearest(down);
    const stop = new AbortController();
    const options = { signal: stop.signal };
    let dragged = false;
    this.field.setPointerCapture(down.pointerId);
    if (!choice) this.#move(this.#pointAt(down));
    const move = (/** @type {PointerEvent} */ event) => {
      dragged ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= CLICK;
      if (dragged) this.#move(this.#pointAt(event));
    };
    const end = () => {
      stop.abort();
      if (choice && !dragged) this.#take(choice);
      else this.#settle();
    };
    this.field.addEventListener("pointermove", move, options);
    this.field.addEventListener("pointerup", end, options);
    this.field.addEventListener("pointercancel", end, options);
  }

  /** The choice that a click is meant for. @param {PointerEvent} event */
  #nearest(event) {
    const { left, top } = this.getBoundingClientRect();
    const far = (/** @type {Point} */ point) => {
      const [x, y] = this.#pixels(point);
      return Math.hypot(event.clientX - left - x, event.clientY - top - y);
    };
    const [nearest] = this.#takable.map((choice) => ({ choice, distance: far(choice) })).sort((a, b) => a.distance - b.distance);
    return nearest && nearest.distance < NEAR && nearest.distance < far(this.#value) ? nearest.choice : null;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.disabled || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? this.#step / 5 : this.#step;
    const { x, y } = this.#value;
    const choices = this.#takable;
    const actions = /** @type {Record<string, () => void>} */ ({
      ArrowLeft: () => this.#move({ x: x - step, y }),
      ArrowRight: () => this.#move({ x: x + step, y }),
      ArrowUp: () => this.#move({ x, y: y + step }),
      ArrowDown: () => this.#move({ x, y: y - step }),
    });
    // A study that hides numbers has a random start: no key may lead back to the middle.
    if (!this.hiddenNumbers) actions.Home = () => this.#move({ x: 0, y: 0 });
    if (choices.length) {
      actions.n = () => this.#browse(1);
      actions.p = () => this.#browse(-1);
      if (choices[this.#browsed]) actions.Enter = () => this.#take(choices[this.#browsed]);
    }
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  /** @param {number} by */
  #browse(by) {
    const choices = this.#takable;
    this.#browsed = (this.#browsed + by + choices.length + (this.#browsed < 0 && by < 0 ? 1 : 0)) % choices.length;
    const { x, y, label } = choices[this.#browsed];
    const where = label ?? (this.hiddenNumbers ? "" : `${x.toFixed(1)}, ${y.toFixed(1)}`);
    this.said.textContent = phrase("planePoint", { number: this.#browsed + 1, count: choices.length, label: where });
    this.redraw();
  }
}

/** A coordinate in words. @param {number} value @param {string} low @param {string} high */
function strength(value, low, high) {
  const much = Math.abs(value) / EDGE;
  if (much < 0.04) return "";
  return phrase(much < 0.34 ? "slightly" : much < 0.67 ? "rather" : "very", { side: value < 0 ? low : high });
}

customElements.define("tw-plane", Plane);
