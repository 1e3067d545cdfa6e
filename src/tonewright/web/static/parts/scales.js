/** Places of frequencies, levels and times on a drawing, and how they are written. */

import { HEARD_HZ } from "../engine/response.js";

export const [LOW_HZ, HIGH_HZ] = HEARD_HZ;
/** Labelled frequencies in Hz. */
export const FREQUENCY_TICKS = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];

/** From 0 at 20 Hz to 1 at 20 kHz, even in octaves. @param {number} hz */
export const placeOf = (hz) => Math.log(hz / LOW_HZ) / Math.log(HIGH_HZ / LOW_HZ);

/** The inverse of {@link placeOf}. @param {number} place */
export const hzAt = (place) => LOW_HZ * (HIGH_HZ / LOW_HZ) ** place;

/** @param {number} value @param {number} low @param {number} high */
export const between = (value, low, high) => Math.min(Math.max(value, low), high);

/**
 * Round levels inside a range, between four and nine of them.
 * @param {number} low @param {number} high
 */
export function decibelTicks(low, high) {
  const step = [1, 2, 3, 6, 12, 20, 30].find((each) => (high - low) / each <= 8) ?? 60;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step + 1e-9) + 1 }, (_, i) => first + i * step);
}

/** The half range, in dB, that shows a largest gain with some room. @param {number} largestDb */
export const roundRange = (largestDb) => [9, 12, 18, 24, 36].find((range) => largestDb <= 0.9 * range) ?? 48;

/** A label for an axis: 200, 5k. @param {number} hz */
export const shortHz = (hz) => (hz < 1000 ? String(hz) : `${hz / 1000}k`);

/** 63 Hz, 310 Hz, 1.25 kHz, 12 kHz. @param {number} hz */
export function sayHz(hz) {
  if (hz < 999.5) return `${Number(hz.toPrecision(hz < 100 ? 2 : 3))} Hz`;
  return `${Number((hz / 1000).toPrecision(3))} kHz`;
}

/** +3.0 dB with a real minus. @param {number} db @param {number} [digits] */
export function sayDb(db, digits = 1) {
  const text = Math.abs(db).toFixed(digits);
  const sign = Number(text) === 0 ? "" : db < 0 ? "\u2212" : "+";
  return `${sign}${text} dB`;
}

/** 1:05. @param {number} seconds */
export function sayTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * An SVG path through points in pixels.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys
 */
export function pathOf(xs, ys) {
  let path = "";
  for (let i = 0; i < xs.length; i++) path += `${i ? "L" : "M"}${xs[i].toFixed(1)} ${ys[i].toFixed(1)}`;
  return path;
}
