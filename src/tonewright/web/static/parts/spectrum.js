/** `<tw-spectrum>`: long-term spectra as curves, drawn level and at the same mean, so that shapes can be compared. */

/** @import { Curve } from "./levels.js" */

import { AXES_STYLE, Axes } from "./axes.js";
import { known, levelled } from "./levels.js";
import { h, svg } from "./elements.js";
import { Part, sheet } from "./part.js";
import { phrase } from "./words.js";

const STYLE = sheet(`${AXES_STYLE}
  :host { min-height: 160px; }
  ul { position: absolute; top: 6px; right: 12px; margin: 0; padding: 0; display: flex; gap: 14px; list-style: none; }
  li { display: flex; align-items: center; gap: 6px; color: var(--tw-muted); font-size: 12px; }
  li svg { position: static; width: 26px; height: 8px; }
`);

export class Spectrum extends Part {
  /** @type {Curve[]} */
  #curves = [];
  /** @type {number | null} */
  #rangeDb = null;

  constructor() {
    super(STYLE);
    this.drawing = svg("svg", { role: "img" });
    this.legend = h("ul");
    this.tree.append(this.drawing, this.legend);
  }

  get curves() {
    return this.#curves;
  }

  set curves(curves) {
    this.#curves = curves;
    this.redraw();
  }

  /** From top to bottom, in dB; null: what the curves need. */
  get rangeDb() {
    return this.#rangeDb;
  }

  set rangeDb(rangeDb) {
    this.#rangeDb = rangeDb;
    this.redraw();
  }

  draw() {
    const curves = levelled(this.#curves);
    const levels = curves.flatMap(({ levelsDb, frequencies }) =>
      known(frequencies, levelsDb).flatMap(({ hz, db }) => (hz >= 40 && hz <= 14000 ? [db] : [])),
    );
    const high = Math.max(12, Math.ceil(Math.max(0, ...levels) / 6) * 6);
    const low = this.#rangeDb ? high - this.#rangeDb : Math.max(-60, Math.min(-12, Math.floor(Math.min(0, ...levels) / 6) * 6));
    const axes = new Axes(this.width, this.height, low, high);
    this.drawing.setAttribute("aria-label", [phrase("spectrum"), ...curves.map(({ label }) => label)].join(", "));
    this.drawing.replaceChildren(axes.grid(true), ...curves.map((curve) => axes.curve(curve)));
    this.legend.replaceChildren(
      ...curves.map(({ label, role }) => {
        const line = svg("svg", { "aria-hidden": "true", viewBox: "0 0 26 8" });
        line.append(svg("path", { class: `curve ${role}`, d: "M0 4H26" }));
        return h("li", {}, line, label);
      }),
    );
  }
}

customElements.define("tw-spectrum", Spectrum);
