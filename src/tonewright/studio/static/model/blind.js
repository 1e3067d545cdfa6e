/** What the answers of a blind test say, in words. */

import { twoSidedP } from "/static/web/player/blind.js";
import { percent } from "./words.js";

/** @param {[string, number]} one name and how often it was preferred @param {[string, number]} other */
export function verdict(one, other) {
  const [[name, hits], [, rest]] = one[1] > other[1] ? [one, other] : [other, one];
  const trials = hits + rest;
  if (trials === 0) return "No answers yet.";
  const p = twoSidedP(hits, trials);
  const shown = p < 0.001 ? "below 0.1 %" : p < 0.01 ? `${(100 * p).toFixed(1)} %` : percent(p);
  const counted = hits === rest ? `Each was preferred ${hits} of ${trials} times.` : `${name} was preferred ${hits} of ${trials} times.`;
  const chance = `Someone who cannot tell them apart is at least so one-sided with a probability of ${shown}.`;
  const advice = p < 0.05 ? "You do have a preference." : "That is not enough to be sure.";
  return `${counted} ${chance} ${advice}`;
}
