/** `<tw-waveform>`: a recording from left to right, where it is, what is repeated, and where its parts begin. */

/** @import { Peaks } from "../player/tasks.js" */

import { outline } from "./outline.js";
import { h } from "./elements.js";
import { Part, sheet } from "./part.js";
import { between, sayTime } from "./scales.js";
import { phrase } from "./words.js";

/** @typedef {{startS: number, endS: number}} Loop */
/** @typedef {{startS: number, label: string}} Mark */

const STYLE = sheet(`
  :host { height: 96px; background: var(--tw-raised); border-radius: 6px; }
  .field { position: absolute; inset: 0; cursor: pointer; touch-action: pan-y; border-radius: 6px; }
  canvas { position: absolute; inset: 0; width: 100%; height: 100%; border-radius: 6px; }
  .head { position: absolute; top: 0; bottom: 0; left: -1px; width: 2px; background: var(--tw-ink); pointer-events: none; will-change: transform; }
  .loop { position: absolute; top: 0; bottom: 0; background: color-mix(in srgb, var(--tw-accent) 18%, transparent);
    border-inline: 2px solid var(--tw-accent); box-sizing: border-box; pointer-events: none; }
  .grip { position: absolute; top: 0; bottom: 0; width: 18px; margin-left: -9px; cursor: ew-resize; touch-action: none; }
  .mark { position: absolute; top: 0; bottom: 0; border-left: 1px dashed var(--tw-edge); padding-left: 4px; font-size: 11px;
    color: var(--tw-ink); pointer-events: none; white-space: nowrap; }
`);

/** A drag of fewer pixels is a click. */
const CLICK = 5;
/** A loop that is shorter would be a tone. */
const SHORTEST_S = 0.1;

export class Waveform extends Part {
  /** @type {Peaks | null} */
  #peaks = null;
  #durationS = 0;
  #positionS = 0;
  /** @type {Loop | null} */
  #loop = null;
  /** @type {Mark[]} */
  #marks = [];

  constructor() {
    super(STYLE);
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.marksBox = h("div", { "aria-hidden": "true" });
    this.loopBox = h("div", { class: "loop" });
    this.loopBox.hidden = true;
    this.head = h("div", { class: "head" });
    this.help = h("span", { id: "help", class: "hidden" });
    this.field = h("div", { class: "field", role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-describedby": "help" });
    this.field.append(this.canvas, this.marksBox, this.loopBox, this.head);
    this.grips = ["startS", "endS"].map((edge) => {
      const grip = h("div", { class: "grip" });
      grip.hidden = true;
      grip.addEventListener("pointerdown", (event) => this.#dragEdge(event, /** @type {"startS" | "endS"} */ (edge)));
      return grip;
    });
    this.tree.append(this.field, ...this.grips, this.help);
    this.field.addEventListener("pointerdown", (event) => this.#press(event));
    this.field.addEventListener("keydown", (event) => this.#key(event));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    // A page that changes its theme by attribute is not told by any media query.
    this.themes = new MutationObserver(() => this.redraw());
  }

  connectedCallback() {
    super.connectedCallback();
    this.themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#tellWords();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.themes.disconnect();
  }

  get peaks() {
    return this.#peaks;
  }

  set peaks(peaks) {
    this.#peaks = peaks;
    this.redraw();
  }

  get durationS() {
    return this.#durationS;
  }

  set durationS(durationS) {
    this.#durationS = durationS;
    this.redraw();
    this.#tellWords();
  }

  get positionS() {
    return this.#positionS;
  }

  set positionS(positionS) {
    const second = Math.floor(this.#positionS);
    this.#positionS = positionS;
    this.#place();
    if (Math.floor(positionS) !== second) this.#tellWords();
  }

  get loop() {
    return this.#loop;
  }

  set loop(loop) {
    this.#loop = loop;
    this.#place();
    this.#tellWords();
  }

  get marks() {
    return this.#marks;
  }

  set marks(marks) {
    this.#marks = marks;
    this.redraw();
  }

  /** @param {number} seconds @returns {number} in pixels */
  #x(seconds) {
    return this.#durationS > 0 ? (seconds / this.#durationS) * this.width : 0;
  }

  /** @param {PointerEvent} event */
  #secondsAt(event) {
    const { left, width } = this.getBoundingClientRect();
    return between((event.clientX - left) / Math.max(1, width), 0, 1) * this.#durationS;
  }

  /** Pointers that are cheap to move: the playhead, the loop. */
  #place() {
    this.head.style.transform = `translateX(${this.#x(this.#positionS)}px)`;
    const loop = this.#loop;
    this.loopBox.hidden = !loop;
    for (const grip of this.grips) grip.hidden = !loop;
    if (!loop) return;
    const [left, right] = [this.#x(loop.startS), this.#x(loop.endS)];
    this.loopBox.style.left = `${left}px`;
    this.loopBox.style.width = `${Math.max(2, right - left)}px`;
    this.grips[0].style.left = `${left}px`;
    this.grips[1].style.left = `${right}px`;
  }

  #tellWords() {
    const [position, duration] = [sayTime(this.#positionS), sayTime(this.#durationS)];
    const loop = this.#loop;
    const text = loop
      ? phrase("loopOf", { position, duration, start: sayTime(loop.startS), end: sayTime(loop.endS) })
      : phrase("timeOf", { position, duration });
    this.help.textContent = phrase("waveformHelp");
    this.field.setAttribute("aria-label", phrase("waveform"));
    this.field.setAttribute("aria-valuemax", this.#durationS.toFixed(1));
    this.field.setAttribute("aria-valuenow", this.#positionS.toFixed(1));
    this.field.setAttribute("aria-valuetext", text);
  }

  draw() {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(this).getPropertyValue("--tw-original") || "#6b7280";
    if (this.#peaks && this.#durationS > 0 && this.#peaks.min.length > 0) {
      const { low, high } = outline(this.#peaks, this.#durationS, width);
      const middle = height / 2;
      for (let x = 0; x < width; x++) {
        const top = middle - high[x] * middle * 0.95;
        pen.fillRect(x, top, 1, Math.max(1, (high[x] - low[x]) * middle * 0.95));
      }
    }
    this.marksBox.replaceChildren(
      ...this.#marks.map(({ startS, label }) => {
        const mark = h("div", { class: "mark" }, label);
        mark.style.left = `${this.#x(startS)}px`;
        return mark;
      }),
    );
    this.#place();
  }

  /** A click seeks; a drag marks what is to be repeated. @param {PointerEvent} down */
  #press(down) {
    if (down.button !== 0 || this.#durationS <= 0) return;
    const from = this.#secondsAt(down);
    let dragged = false;
    this.field.setPointerCapture(down.pointerId);
    const move = (/** @type {PointerEvent} */ event) => {
      dragged ||= Math.abs(event.clientX - down.clientX) >= CLICK;
      if (!dragged) return;
      const to = this.#secondsAt(event);
      this.loop = { startS: Math.min(from, to), endS: Math.max(from, to) };
    };
    const end = (/** @type {PointerEvent} */ event) => {
      stop.abort();
      if (event.type === "pointercancel") return;
      if (!dragged) this.#seek(from);
      else if (this.#loop && this.#loop.endS - this.#loop.startS >= SHORTEST_S) this.tell("loop", { ...this.#loop });
      else this.#setLoop(null);
    };
    const stop = new AbortController();
    const options = { signal: stop.signal };
    this.field.addEventListener("pointermove", move, options);
    this.field.addEventListener("pointerup", end, options);
    this.field.addEventListener("pointercancel", end, options);
  }

  /** @param {PointerEvent} down @param {"startS" | "endS"} edge */
  #dragEdge(down, edge) {
    const grip = this.grips[edge === "startS" ? 0 : 1];
    grip.setPointerCapture(down.pointerId);
    const stop = new AbortController();
    const move = (/** @type {PointerEvent} */ event) => {
      if (!this.#loop) return;
      const { startS, endS } = this.#loop;
      const at = this.#secondsAt(event);
      this.loop =
        edge === "startS" ? { startS: Math.min(at, endS - SHORTEST_S), endS } : { startS, endS: Math.max(at, startS + SHORTEST_S) };
    };
    const end = () => {
      stop.abort();
      this.tell("loop", this.#loop && { ...this.#loop });
    };
    grip.addEventListener("pointermove", move, { signal: stop.signal });
    grip.addEventListener("pointerup", end, { signal: stop.signal });
    grip.addEventListener("pointercancel", end, { signal: stop.signal });
  }

  /** @param {number} positionS */
  #seek(positionS) {
    this.positionS = between(positionS, 0, this.#durationS);
    this.#tellWords();
    this.tell("seek", { positionS: this.#positionS });
  }

  /** @param {Loop | null} loop */
  #setLoop(loop) {
    this.loop = loop;
    this.tell("loop", loop && { ...loop });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 5 : 1;
    const [at, duration] = [this.#positionS, this.#durationS];
    const { startS = 0, endS = duration } = this.#loop ?? {};
    const actions = /** @type {Record<string, () => void>} */ ({
      ArrowLeft: () => this.#seek(at - step),
      ArrowDown: () => this.#seek(at - step),
      ArrowRight: () => this.#seek(at + step),
      ArrowUp: () => this.#seek(at + step),
      PageDown: () => this.#seek(at - 10),
      PageUp: () => this.#seek(at + 10),
      Home: () => this.#seek(0),
      End: () => this.#seek(duration),
      "[": () => this.#setLoop({ startS: at, endS: endS > at + SHORTEST_S ? endS : duration }),
      "]": () => this.#setLoop({ startS: startS < at - SHORTEST_S ? startS : 0, endS: at }),
    });
    if (this.#loop) actions.Escape = () => this.#setLoop(null);
    const action = actions[event.key];
    if (!action || duration <= 0) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }
}

customElements.define("tw-waveform", Waveform);
