/** What the browser remembers of this study: the session's secret, the level, an answer on its way. */

let study = "";

/** @param {string} name */
const key = (name) => `tonewright-study/${study}/${name}`;

/** Kept here where the browser keeps nothing (private windows of some). @type {Map<string, string>} */
const fallback = new Map();

export const memory = {
  /** @param {string} name  of the study */
  open(name) {
    study = name;
  },
  /** @param {string} name @returns {any} */
  get(name) {
    let text = fallback.get(key(name)) ?? null;
    try {
      text = localStorage.getItem(key(name)) ?? text;
    } catch {
      // Not allowed: what this page knows must do.
    }
    return text === null ? null : JSON.parse(text);
  },
  /** @param {string} name @param {unknown} value */
  set(name, value) {
    const text = JSON.stringify(value);
    try {
      localStorage.setItem(key(name), text);
    } catch {
      fallback.set(key(name), text);
    }
  },
};
