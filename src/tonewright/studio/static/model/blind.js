/** A preference test between two versions that are shuffled for every answer. */

import { binomialP } from "/static/web/player/blind.js";
import { percent } from "./words.js";

/** @typedef {{pair: [string, string], chosen: (0 | 1)[]}} Test */

/** @param {string} first @param {string} second @returns {Test} */
export const newTest = (first, second) => ({ pair: [first, second], chosen: [] });

/** Which version is A and which is B. @param {() => number} [random] @returns {[0, 1] | [1, 0]} */
export const shuffle = (random = Math.random) => (random() < 0.5 ? [0, 1] : [1, 0]);

/** @param {Test} test @param {0 | 1} index of the version in the pair @returns {Test} */
export const prefer = (test, index) => ({ ...test, chosen: [...test.chosen, index] });

/** What the answers say, in words. @param {Test} test @param {string} first @param {string} second */
export function verdict({ chosen }, first, second) {
  const trials = chosen.length;
  const seconds = chosen.filter((index) => index === 1).length;
  const [name, hits] = seconds * 2 >= trials ? [second, seconds] : [first, trials - seconds];
  const p = Math.min(1, 2 * binomialP(hits, trials));
  const shown = p < 0.001 ? "below 0.1 %" : percent(p) === "0 %" ? `${(100 * p).toFixed(1)} %` : percent(p);
  const counted = `${name} was preferred ${hits} of ${trials} times. `;
  const chance = `Someone who cannot tell them apart would be at least so one-sided with a probability of ${shown}.`;
  const advice = p < 0.05 ? " You do have a preference." : " That is not enough to be sure.";
  return counted + chance + advice;
}
