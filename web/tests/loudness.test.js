import assert from "node:assert/strict";
import { test } from "node:test";

import { Meter, measure } from "/web/player/loudness.js";
import { asHeard, matchGains, trimNote } from "/web/player/matching.js";
import { VECTORS, noise } from "./noise.js";

test("loudness and peaks equal Python's", () => {
  for (const { rate, channels, seed, frames, integratedLufs, truePeakDb, samplePeakDb } of VECTORS.loudness) {
    const audio = noise(channels, frames, seed).map((x) => Float32Array.from(x));
    const read = measure(audio, rate);
    assert.ok(Math.abs(read.integratedLufs - integratedLufs) < 1e-4, `${read.integratedLufs} ${integratedLufs}`);
    assert.ok(Math.abs(read.truePeakDb - truePeakDb) < 1e-4);
    assert.ok(Math.abs(read.samplePeakDb - samplePeakDb) < 1e-4);
  }
});

test("the figures do not depend on the blocks", () => {
  const audio = noise(2, 60_000, 3);
  const whole = measure(audio, 44_100);
  for (const length of [37, 1000]) {
    const meter = new Meter(44_100, 2);
    for (let at = 0; at < 60_000; at += length) meter.feed(audio.map((x) => x.subarray(at, at + length)));
    assert.ok(Math.abs(meter.result.integratedLufs - whole.integratedLufs) < 1e-9);
    assert.equal(meter.result.truePeakDb, whole.truePeakDb);
  }
});

test("silence and the very short have no loudness, and never NaN", () => {
  const silent = measure([new Float32Array(48_000)], 48_000);
  assert.deepEqual(silent, { integratedLufs: -Infinity, truePeakDb: -Infinity, samplePeakDb: -Infinity });
  assert.equal(measure([new Float32Array(100).fill(0.5)], 48_000).integratedLufs, -Infinity);
  assert.equal(measure([new Float32Array(0)], 48_000).integratedLufs, -Infinity);
});

test("variants are brought to one loudness, and turned down together when one would clip", () => {
  const known = [
    { loudnessLufs: -14, truePeakDb: -1 },
    { loudnessLufs: -20, truePeakDb: -3 },
    null,
    { loudnessLufs: -Infinity, truePeakDb: -Infinity },
  ];
  const options = { match: true, targetLufs: -14, ceilingDb: 0 };
  assert.deepEqual(matchGains(known, options), { gainsDb: [0, 6, 0, 0], trimDb: -3 });
  assert.deepEqual(matchGains(known, { ...options, match: false }), { gainsDb: [0, 0, 0, 0], trimDb: 0 });
  assert.deepEqual(matchGains(known, { ...options, targetLufs: -Infinity }).gainsDb, [0, 0, 0, 0]);
  assert.match(trimNote(-3, 0), /3\.0 dB quieter/);
  assert.equal(trimNote(0, 0), "");
});

test("one channel out of two loudspeakers counts twice", () => {
  assert.ok(Math.abs(asHeard(-20, 1, 2) + 16.99) < 0.01);
  assert.equal(asHeard(-20, 2, 2), -20);
});
