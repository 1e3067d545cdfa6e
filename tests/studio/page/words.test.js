import "./addresses.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

const words = await import("/static/studio/model/words.js");
const { verdict } = await import("/static/studio/model/blind.js");

test("numbers are said as in the reports", () => {
  assert.deepEqual([31.5, 310.2, 999.7, 4210, 9000, 12500].map(words.hertz), ["31.5 Hz", "310 Hz", "1 kHz", "4.2 kHz", "9 kHz", "12.5 kHz"]);
  assert.deepEqual([3.5, -2.84, 0.01, -0.01].map(words.decibels), ["+3.5 dB", "\u22122.8 dB", "0.0 dB", "0.0 dB"]);
  assert.deepEqual([1.1, 0.7071, 0.05, 12].map(words.sharpness), ["Q 1.1", "Q 0.71", "Q 0.05", "Q 12"]);
  assert.deepEqual([2.1, 2, 1.04, 100].map(words.ratio), ["2.1:1", "2:1", "1.04:1", "100:1"]);
  assert.deepEqual([0, 61.9, 3725].map(words.clock), ["0:00", "1:01", "1:02:05"]);
  assert.equal(words.loudness(null), "silent");
  assert.equal(words.loudness(-14.23), "\u221214.2 LUFS");
});

test("a verdict is only as sure as its answers", () => {
  assert.match(verdict(["Original", 1], ["Result", 9]), /Result was preferred 9 of 10 times.*probability of 2 %.*You do/);
  assert.match(verdict(["Original", 5], ["Result", 5]), /Each was preferred 5 of 10.*not enough/);
  assert.match(verdict(["Original", 3], ["Result", 1]), /Original was preferred 3 of 4.*63 %.*not enough/);
  assert.match(verdict(["Original", 20], ["Result", 0]), /below 0.1 %/);
  assert.equal(verdict(["Original", 0], ["Result", 0]), "No answers yet.");
});
