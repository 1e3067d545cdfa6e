/** Making, finding and changing elements. */

import { h, svg } from "/static/web/parts/elements.js";

export { h };

/** The element with an id; its absence is a fault of ours. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/** Set text only where it differs: no needless work, no needless announcement. @param {Node} node @param {string} text */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {Element} element @param {string} name @param {boolean} on */
export function flag(element, name, on) {
  element.setAttribute(name, String(on));
}

/** An icon drawn with lines, 20 by 20. @param {keyof typeof ICONS} name */
export const icon = (name) =>
  svg("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": true }, svg("path", { d: ICONS[name] }));

const ICONS = {
  play: "M6 3.5v13l11-6.5z",
  pause: "M6 4v12M14 4v12",
  undo: "M7 4 3.5 7.5 7 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8",
  redo: "M13 4l3.5 3.5L13 11M16 7.5H8.5a4.5 4.5 0 0 0 0 9H12",
  open: "M2.5 15.5v-11h5l2 2h8v9z",
  keep: "M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M3.5 16.5h13",
  theme: "M10 3a7 7 0 1 0 7 7 5.5 5.5 0 0 1-7-7z",
  help: "M7.5 7.5a2.5 2.5 0 1 1 3.7 2.2c-.8.4-1.2.9-1.2 1.8M10 14.5v.1",
  close: "M5 5l10 10M15 5 5 15",
  send: "M3.5 10h12m0 0-5-5m5 5-5 5",
  plus: "M10 4v12M4 10h12",
  stop: "M5.5 5.5h9v9h-9z",
};
