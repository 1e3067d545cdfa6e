/** How numbers are said; the same words as in the reports. */

import { BAND_TYPES } from "/static/web/engine/parameters.js";

/** Upper end in Hz and name of each region of hearing, low to high. @type {[number, string][]} */
const REGIONS = [
  [60, "Sub-bass"],
  [200, "Bass"],
  [500, "Low mids"],
  [2000, "Mids"],
  [5000, "Presence"],
  [10000, "Treble"],
  [Infinity, "Air"],
];

/** Types of bands, as a line begins. */
export const TYPES = /** @type {Record<import("./types.js").BandType, string>} */ (
  Object.fromEntries(Object.entries(BAND_TYPES).map(([type, [first, ...rest]]) => [type, first.toUpperCase() + rest.join("")]))
);

/** @param {number} hz */
export const region = (hz) => /** @type {[number, string]} */ (REGIONS.find(([high]) => hz < high))[1];

/** @param {string} text */
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** @param {string} text */
const minus = (text) => text.replace("-", "\u2212");

/** `31.5 Hz`, `310 Hz`, `4.2 kHz`. @param {number} hz */
export function hertz(hz) {
  if (hz < 99.95) return `${trimmed(hz.toFixed(1))} Hz`;
  if (hz < 999.5) return `${hz.toFixed(0)} Hz`;
  return `${trimmed((hz / 1000).toFixed(1))} kHz`;
}

/** A gain with its sign; what rounds to zero has none. @param {number} db */
export function signed(db) {
  const text = db.toFixed(1);
  if (text === "0.0" || text === "-0.0") return "0.0";
  return db > 0 ? `+${text}` : minus(text);
}

/** @param {number} db */
export const decibels = (db) => `${signed(db)} dB`;

/** @param {number | null | undefined} lufs */
export const loudness = (lufs) =>
  lufs == null || !Number.isFinite(lufs) ? "silent" : `${minus(lufs.toFixed(1))} LUFS`;

/** @param {number | null | undefined} db */
export const truePeak = (db) => (db == null || !Number.isFinite(db) ? "" : `${minus(db.toFixed(1))} dBTP`);

/** @param {number} q */
export const sharpness = (q) => `Q ${q < 0.995 ? Number(q.toPrecision(2)) : trimmed(q.toFixed(1))}`;

/** @param {number} ratio */
export const ratio = (ratio) => `${trimmed(ratio.toFixed(ratio < 1.1 ? 2 : ratio < 20 ? 1 : 0))}:1`;

/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)} %`;

/** Minutes and seconds, hours where there are some. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** @param {number} channels */
export const channels = (channels) => ["", "mono", "stereo"][channels] ?? `${channels} channels`;

/** @param {import("./types.js").Compressor} compressor */
export function compression(compressor) {
  return `${ratio(compressor.ratio)} above ${minus(trimmed(compressor.threshold_db.toFixed(1)))} dB`;
}
