/** Elements, and the words on them. */

import { h } from "/web/parts/elements.js";

export { h };

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Say */

/**
 * Return what says a text of the pages, with its places filled in.
 * @param {Record<string, string>} words
 * @returns {Say}
 */
export const speaker = (words) => (key, values = {}) =>
  (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
