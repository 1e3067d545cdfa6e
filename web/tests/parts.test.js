import assert from "node:assert/strict";
import { test } from "node:test";

import { inside, known } from "/web/parts/levels.js";
import { keyed, moved, reach, sayBand, withBand } from "/web/parts/handling.js";
import { outline } from "/web/parts/outline.js";
import { decibelTicks, hzAt, placeOf, roundRange, sayDb, sayHz, sayTime } from "/web/parts/scales.js";
import { complete, neutralBand } from "/web/engine/settings.js";

const full = complete({
  topology: "crossover",
  bands: [
    { type: "low_shelf", frequency_hz: 100, gain_db: 3 },
    { type: "peak", frequency_hz: 1000, gain_db: -25, compressor: { threshold_db: -24, ratio: 2.5 } },
    { type: "low_pass", frequency_hz: 12000 },
  ],
});
const [shelf, peak, pass] = full.bands;

test("frequencies are spread evenly in octaves", () => {
  assert.equal(placeOf(20), 0);
  assert.equal(placeOf(20000), 1);
  assert.ok(Math.abs(placeOf(632.4555) - 0.5) < 1e-6);
  assert.ok(Math.abs(hzAt(placeOf(310)) - 310) < 1e-9);
});

test("numbers are written as people read them", () => {
  assert.deepEqual([63, 310.4, 999.9, 1250, 12000].map(sayHz), ["63 Hz", "310 Hz", "1 kHz", "1.25 kHz", "12 kHz"]);
  assert.deepEqual([3, -2.84, 0.04, -0.04].map((db) => sayDb(db)), ["+3.0 dB", "\u22122.8 dB", "0.0 dB", "0.0 dB"]);
  assert.deepEqual([0, 65.9, 600].map(sayTime), ["0:00", "1:05", "10:00"]);
  assert.deepEqual(decibelTicks(-12, 12), [-12, -9, -6, -3, 0, 3, 6, 9, 12]);
  assert.deepEqual([3, 10, 20, 40].map(roundRange), [9, 12, 24, 48]);
});

test("handles stop at the limits of controllers, unless a band is already beyond", () => {
  assert.equal(moved(shelf, { gainDb: 99 }).gain_db, 20);
  assert.equal(moved(peak, { gainDb: -99 }).gain_db, -25);
  assert.equal(moved(shelf, { frequencyHz: 3 }).frequency_hz, 20);
  assert.equal(moved(shelf, { q: 0.001 }).q, 0.1);
  assert.equal(moved(pass, { gainDb: 5 }).gain_db, 0);
});

test("keys move, and undo what they did", () => {
  assert.equal(keyed(shelf, "ArrowUp", false)?.gain_db, 3.5);
  assert.equal(keyed(shelf, "ArrowDown", true)?.gain_db, 2.9);
  assert.ok(/** @type {typeof pass} */ (keyed(pass, "ArrowUp", false)).q > pass.q);
  const there = /** @type {typeof shelf} */ (keyed(shelf, "ArrowRight", false));
  assert.ok(Math.abs(/** @type {typeof shelf} */ (keyed(there, "ArrowLeft", false)).frequency_hz - 100) < 1e-9);
  assert.equal(keyed(shelf, "x", false), null);
});

test("a reset band does nothing", () => {
  const none = neutralBand(peak);
  assert.deepEqual([none.gain_db, none.compressor?.ratio, none.frequency_hz], [0, 1, 1000]);
  assert.equal(neutralBand(pass).type, "peak");
});

test("bands of a crossover keep their order", () => {
  assert.ok(withBand(full, 1, { ...peak, frequency_hz: 50 }).bands[1].frequency_hz > 100);
  assert.equal(withBand({ ...full, topology: "serial" }, 1, { ...peak, frequency_hz: 50 }).bands[1].frequency_hz, 50);
});

test("compressors are drawn where their band is", () => {
  const inside = reach(full, 1);
  assert.deepEqual([inside(100), inside(1000), inside(5000)], [0, 1, 0]);
  const low = reach({ ...full, topology: "serial" }, 0);
  assert.equal(low(30), 1);
  assert.ok(low(400) < 0.01);
});

test("bands are said in words", () => {
  assert.equal(sayBand(shelf), "100 Hz, +3.0 dB, Q 0.71");
  assert.equal(sayBand(peak), "1 kHz, \u221225.0 dB, Q 0.71, 2.5 to 1 above \u221224 dB");
  assert.equal(sayBand(pass), "12 kHz, Q 0.71");
});

test("the outline of ten minutes keeps every peak", () => {
  const count = 600 * 200;
  const max = new Float32Array(count);
  max[77_777] = 1;
  const { high } = outline({ min: new Float32Array(count), max, perSecond: 200 }, 600, 900);
  assert.equal(high.length, 900);
  assert.equal(high.filter((x) => x === 1).length >= 1, true);
  assert.equal(high[Math.floor((77_777 / count) * 900)], 1);
});

test("levels that are not known are left out", () => {
  assert.deepEqual(known([100, 200, 400], [1, null, NaN]), [{ hz: 100, db: 1 }]);
});

test("a curve that leaves the drawing is cut at its edge", () => {
  const points = [0, 5, 20, 0, -30, 0].map((db, i) => ({ hz: 100 * 2 ** i, db }));
  const parts = inside(points, -12, 12);
  assert.deepEqual(parts.map((part) => part.map(({ db }) => db)), [[0, 5, 12], [12, 0, -12], [-12, 0]]);
  assert.ok(parts[0][2].hz > 200 && parts[0][2].hz < 400);
  assert.deepEqual(inside([{ hz: 100, db: 20 }, { hz: 200, db: 20 }], -12, 12), []);
});
