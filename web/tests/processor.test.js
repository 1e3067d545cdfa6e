import assert from "node:assert/strict";
import { test } from "node:test";

import { planeGainsDb, planePoint, planeSettings } from "/web/engine/plane.js";
import { Processor, render } from "/web/engine/processor.js";
import { responseDb } from "/web/engine/response.js";
import { complete, isNeutral, neutralSettings, scaled } from "/web/engine/settings.js";
import { Stream } from "/web/engine/stream.js";
import { VECTORS, errorDb, noise } from "./noise.js";

const { frames, every, frequencies, cases, ramps, plane } = VECTORS;

test("renders as Python does: all band types, compressors, topologies", () => {
  for (const { settings, rate, channels, seed, samples, power } of cases) {
    const made = render(noise(channels, frames, seed), rate, settings);
    assert.ok(errorDb(made, samples, every) < -180, `seed ${seed}: ${errorDb(made, samples, every)} dB`);
    const mean = made.flatMap((row) => [...row]).reduce((sum, x) => sum + x * x, 0) / (channels * frames);
    assert.ok(Math.abs(mean / power - 1) < 1e-9);
  }
});

test("blocks of any length give the same samples", () => {
  for (const { settings, rate, channels, seed } of cases.slice(0, 6)) {
    const input = noise(channels, frames, seed);
    const whole = render(input, rate, settings);
    for (const length of [1, 127, 128, 2500]) {
      const processor = new Processor(settings, rate, channels);
      const output = input.map((x) => new Float64Array(x.length));
      for (let at = 0; at < frames; at += length) {
        const cut = (/** @type {Float64Array[]} */ rows) => rows.map((x) => x.subarray(at, at + length));
        processor.process(cut(input), cut(output));
      }
      const wanted = whole.map((row) => [...row]);
      assert.ok(errorDb(output, wanted, 1) < -250);
    }
  }
});

test("the output may be the input", () => {
  const { settings, rate, channels, seed, samples } = cases[1];
  const audio = noise(channels, frames, seed);
  new Processor(settings, rate, channels).process(audio, audio);
  assert.ok(errorDb(audio, samples, every) < -180);
});

test("neutral settings copy the samples", () => {
  const audio = noise(2, frames, 1);
  /** @type {import("/web/engine/types.js").Settings[]} */
  const neutral = [{}, neutralSettings(), scaled(cases[2].settings, 0), { topology: "crossover", ...band(0, 1) }];
  for (const settings of neutral) {
    assert.ok(isNeutral(settings));
    assert.deepEqual(render(audio, 48_000, settings), audio);
    const output = audio.map((x) => new Float64Array(x.length));
    new Stream(settings, 48_000, 2).process(audio, output);
    assert.deepEqual(output, audio);
  }
  assert.notDeepEqual(render(audio, 48_000, band(0.1, 1)), audio);
  assert.notDeepEqual(render(audio, 48_000, band(0, 1.1)), audio);
});

/**
 * @param {number} gain_db @param {number} ratio
 */
const band = (gain_db, ratio) => ({ bands: [only(gain_db, ratio)] });

/**
 * @param {number} gain_db @param {number} ratio
 * @returns {import("/web/engine/types.js").Band}
 */
function only(gain_db, ratio) {
  return { type: "peak", frequency_hz: 500, gain_db, compressor: { threshold_db: -40, ratio } };
}

test("responses equal Python's", () => {
  for (const { settings, rate, responseDb: wanted } of cases) {
    responseDb(settings, frequencies, rate).forEach((db, i) => assert.ok(Math.abs(db - wanted[i]) < 1e-8));
  }
});

test("the amount equals Python's", () => {
  for (const { settings, half } of cases) {
    const [got, wanted] = [complete(scaled(settings, 0.5)), complete(half)];
    const flat = (/** @type {object} */ one) => JSON.stringify(one, (_, x) => (typeof x === "number" ? +x.toPrecision(9) : x));
    assert.equal(flat(got), flat(wanted));
  }
});

test("settings that change do so as Python's stream does, whatever the blocks are", () => {
  for (const { settings, rate, seed, samples } of ramps) {
    for (const length of [100, 128, 2000]) {
      const input = noise(2, frames, seed);
      const output = input.map((x) => new Float64Array(x.length));
      const stream = new Stream(settings[0], rate, 2);
      const cuts = settings.map((/** @type {object} */ _, /** @type {number} */ i) => Math.floor((frames * (i + 1)) / settings.length));
      let at = 0;
      cuts.forEach((/** @type {number} */ end, /** @type {number} */ i) => {
        if (i) stream.set(settings[i]);
        for (; at < end; at = Math.min(at + length, end)) {
          const cut = (/** @type {Float64Array[]} */ rows) => rows.map((x) => x.subarray(at, Math.min(at + length, end)));
          stream.process(cut(input), cut(output));
        }
      });
      assert.ok(errorDb(output, samples, every) < -150, `${length}: ${errorDb(output, samples, every)} dB`);
    }
  }
});

test("gain reduction can be read per band and falls to nothing in silence", () => {
  const compressor = { threshold_db: -30, ratio: 4, attack_ms: 1, release_ms: 10, knee_db: 0 };
  const processor = new Processor({ bands: [only(6, 1), { ...only(0, 1), compressor }], compressor }, 48_000, 1);
  const tone = [new Float64Array(4800).fill(0.1)];
  processor.process(tone, tone);
  const [first, second, outer] = processor.reductionsDb;
  assert.equal(first, 0);
  assert.ok(Math.abs(second - 7.5) < 0.01); // -20 dB is 10 dB over: 7.5 dB less at 4:1; then 2.5 dB over: 1.875 dB less
  assert.ok(Math.abs(outer - 1.875) < 0.01);
  for (let i = 0; i < 20; i++) processor.process([new Float64Array(4800)], [new Float64Array(4800)]);
  assert.ok(processor.reductionsDb.every((db) => db < 1e-6));
});

test("the tone plane's settings equal Python's", () => {
  for (const { point, settings } of plane) {
    const [got, wanted] = [planeSettings(point[0], point[1]), complete(settings)];
    got.bands.forEach((one, i) => {
      assert.ok(Math.abs(one.gain_db - wanted.bands[i].gain_db) < 1e-9);
      assert.ok(Math.abs(one.frequency_hz / wanted.bands[i].frequency_hz - 1) < 1e-9);
      assert.ok(Math.abs(one.q - wanted.bands[i].q) < 1e-9);
    });
    const { lowDb, highDb } = planeGainsDb(point[0], point[1]);
    const back = planePoint(lowDb, highDb);
    assert.ok(Math.abs(back.x - Math.min(point[0], 6)) < 1e-9 && Math.abs(back.y - point[1]) < 1e-9);
  }
});
