/** What parts say, to eyes and to screen readers. A page in another language calls {@link setWords} before it uses them. */

/** @import { BandType } from "../engine/types.js" */

import { BAND_TYPES } from "../engine/parameters.js";

export const WORDS = {
  .../** @type {Record<BandType, string>} */ (BAND_TYPES),
  band: "Band {number}, {type}",
  bandValue: "{frequency}, {gain}, Q {q}",
  passValue: "{frequency}, Q {q}",
  compressed: "{ratio} to 1 above {threshold}",
  response: "Response: gain over frequency",
  bandHelp: "Arrows move frequency and gain, brackets change the width, Delete resets.",
  spectrum: "Long-term spectrum",
  waveform: "Position in the recording",
  waveformHelp: "Arrows move by a second, brackets set the loop, Escape removes it.",
  timeOf: "{position} of {duration}",
  loopOf: "{position} of {duration}, loop from {start} to {end}",
  plane: "Tone",
  planeHelp: "Arrows move the point.",
  planeHelpPoints: "Arrows move the point, N and P go through other choices, Enter takes one.",
  planePoint: "Choice {number} of {count}: {label}",
  middle: "middle",
  slightly: "slightly {side}",
  rather: "{side}",
  very: "very {side}",
  left: "left",
  right: "right",
  top: "up",
  bottom: "down",
  level: "Level",
  reduction: "Gain reduction",
  noReduction: "none",
  outer: "whole",
  listen: "Listen to",
};

/** @typedef {keyof typeof WORDS} Word */

/** @param {Partial<typeof WORDS>} words */
export const setWords = (words) => Object.assign(WORDS, words);

/**
 * A phrase with its places filled.
 * @param {Word} word
 * @param {Record<string, string | number>} [values]
 */
export const phrase = (word, values = {}) => WORDS[word].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
