/** A drawing of levels over frequencies: its grid, its labels, and curves on it. */

/** @import { Curve } from "./levels.js" */

import { FREQUENCY_TICKS, HIGH_HZ, LOW_HZ, between, decibelTicks, pathOf, placeOf, shortHz } from "./scales.js";
import { inside, known } from "./levels.js";
import { svg } from "./elements.js";

export const AXES_STYLE = `
  svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; overflow: hidden; }
  .grid { stroke: var(--tw-grid); stroke-width: 1; }
  .zero { stroke: var(--tw-axis); stroke-width: 1; }
  text { fill: var(--tw-muted); font: 11px var(--tw-font); }
  .curve { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
  .original { stroke: var(--tw-original); stroke-dasharray: 2 2.5; }
  .reference { stroke: var(--tw-reference); stroke-dasharray: 7 3; }
  .result { stroke: var(--tw-result); stroke-width: 2; }
`;

/** Room for labels at the left and at the bottom, in pixels. */
const LEFT = 34;
const BOTTOM = 20;
const ROOM = 8;
export class Axes {
  /** @param {number} width in pixels @param {number} height @param {number} lowDb @param {number} highDb */
  constructor(width, height, lowDb, highDb) {
    this.width = width;
    this.height = height;
    this.lowDb = lowDb;
    this.highDb = highDb;
    this.right = width - ROOM;
    this.bottom = height - BOTTOM;
  }

  /** @param {number} hz */
  x(hz) {
    return this.xAt(placeOf(hz));
  }

  /** @param {number} place from 0 to 1 */
  xAt(place) {
    return LEFT + place * (this.right - LEFT);
  }

  /** @param {number} x @returns {number} from 0 to 1 */
  placeAt(x) {
    return (x - LEFT) / (this.right - LEFT);
  }

  /** What lies beyond the range is drawn at its edge. @param {number} db */
  y(db) {
    return ROOM + between((this.highDb - db) / (this.highDb - this.lowDb), 0, 1) * (this.bottom - ROOM);
  }

  /** Decibels in a pixel. */
  get dbPerPixel() {
    return (this.highDb - this.lowDb) / (this.bottom - ROOM);
  }

  /** Grid and labels. @param {boolean} signed */
  grid(signed) {
    const group = svg("g", { "aria-hidden": "true" });
    const narrow = this.width < 420;
    for (const hz of FREQUENCY_TICKS) {
      const x = this.x(hz);
      group.append(svg("line", { class: "grid", x1: x, x2: x, y1: ROOM, y2: this.bottom }));
      if (narrow && ![50, 200, 1000, 5000].includes(hz)) continue;
      const anchor = hz === LOW_HZ ? "start" : hz === HIGH_HZ ? "end" : "middle";
      group.append(svg("text", { x, y: this.height - 5, "text-anchor": anchor }, shortHz(hz)));
    }
    for (const db of decibelTicks(this.lowDb, this.highDb)) {
      const y = this.y(db);
      group.append(svg("line", { class: signed && db === 0 ? "zero" : "grid", x1: LEFT, x2: this.right, y1: y, y2: y }));
      const text = signed && db > 0 ? `+${db}` : String(db).replace("-", "\u2212");
      group.append(svg("text", { x: LEFT - 5, y: y + 4, "text-anchor": "end" }, text));
    }
    return group;
  }

  /** @param {ArrayLike<number>} frequencies in Hz @param {ArrayLike<number | null>} levelsDb */
  path(frequencies, levelsDb) {
    const points = known(frequencies, levelsDb).filter(({ hz }) => placeOf(hz) >= 0 && placeOf(hz) <= 1);
    return pathOf(
      points.map(({ hz }) => this.x(hz)),
      points.map(({ db }) => this.y(db)),
    );
  }

  /** What leaves the drawing is cut off at its edge, not laid along it. @param {Curve} curve */
  curve({ frequencies, levelsDb, role, label }) {
    const parts = inside(known(frequencies, levelsDb), this.lowDb, this.highDb);
    const d = parts.map((part) => this.path(part.map(({ hz }) => hz), part.map(({ db }) => db))).join("");
    const path = svg("path", { class: `curve ${role}`, d });
    path.append(svg("title", {}, label));
    return path;
  }
}
