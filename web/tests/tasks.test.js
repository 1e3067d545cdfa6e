import assert from "node:assert/strict";
import { test } from "node:test";

import { measure } from "/web/player/loudness.js";
import { changeLu, heardPowers } from "/web/player/predict.js";
import { measureTask, peaksTask, spectrumTask } from "/web/player/tasks.js";
import { render } from "/web/engine/processor.js";
import { noise } from "./noise.js";

const RATE = 48_000;

/** @template T @param {Generator<void, T>} task @returns {{result: T, pieces: number}} */
function finish(task) {
  let pieces = 0;
  for (let step = task.next(); ; step = task.next()) {
    if (step.done) return { result: step.value, pieces };
    pieces += 1;
  }
}

/** Noise whose level falls with frequency, as music's does. @param {number} seconds @param {number} seed */
function dull(seconds, seed) {
  const [x] = noise(1, seconds * RATE, seed);
  let low = 0;
  return Float32Array.from(x, (value) => (low += 0.05 * (value - low)));
}

/** @type {import("/web/engine/types.js").Settings} */
const WARM = {
  bands: [
    { type: "low_shelf", frequency_hz: 150, gain_db: 6, q: 0.7 },
    { type: "peak", frequency_hz: 2500, gain_db: -5, q: 1 },
    { type: "high_shelf", frequency_hz: 6000, gain_db: 4, q: 0.7 },
  ],
};

test("a task in pieces measures what the whole gives", () => {
  const sound = { channels: [dull(5, 1), dull(5, 2)], sampleRate: RATE };
  const { result, pieces } = finish(measureTask(sound, WARM));
  assert.ok(pieces > 5);
  const whole = measure(render(sound.channels, RATE, WARM), RATE);
  assert.ok(Math.abs(result.integratedLufs - whole.integratedLufs) < 1e-9);
  assert.equal(result.truePeakDb, whole.truePeakDb);
  assert.ok(result.whole);
});

test("a quick look at what is long is near, and says that it is one", () => {
  const sound = { channels: [dull(24, 3)], sampleRate: RATE };
  const quick = finish(measureTask(sound, WARM, true));
  const whole = finish(measureTask(sound, WARM));
  assert.equal(quick.result.whole, false);
  assert.ok(quick.pieces < whole.pieces);
  assert.ok(Math.abs(quick.result.integratedLufs - whole.result.integratedLufs) < 0.2);
});

test("filters' loudness is foreseen from the spectrum", () => {
  const sound = { channels: [dull(5, 4)], sampleRate: RATE };
  const heard = heardPowers(finish(spectrumTask(sound, null)).result, RATE);
  const before = measure(sound.channels, RATE).integratedLufs;
  for (const settings of [WARM, { preamp_db: -7 }, { bands: [{ ...WARM.bands?.[0], gain_db: -12 }] }]) {
    const after = measure(render(sound.channels, RATE, /** @type {typeof WARM} */ (settings)), RATE).integratedLufs;
    assert.ok(Math.abs(changeLu(heard, null, /** @type {typeof WARM} */ (settings), RATE) - (after - before)) < 0.3);
  }
  assert.equal(changeLu(heard, WARM, WARM, RATE), 0);
});

test("peaks are the smallest and largest samples of each stretch", () => {
  const x = Float32Array.of(0.1, -0.5, 0.2, 0.3, 0.9);
  const { min, max, perSecond } = finish(peaksTask({ channels: [x, x.map((value) => -value / 2)], sampleRate: 10 }, 2)).result;
  assert.deepEqual(Array.from(min), [...Float32Array.of(-0.5, -0.15, -0.45)]);
  assert.deepEqual(Array.from(max), [...Float32Array.of(0.25, 0.3, 0.9)]);
  assert.equal(perSecond, 5);
});

test("the spectrum of a tone peaks at its band, processed or not", () => {
  const tone = Float32Array.from({ length: RATE }, (_, t) => 0.5 * Math.sin((2 * Math.PI * 1600 * t) / RATE));
  const sound = { channels: [tone], sampleRate: RATE };
  const { frequencies, levelsDb } = finish(spectrumTask(sound, null)).result;
  const top = levelsDb.indexOf(Math.max(...levelsDb));
  assert.equal(frequencies[top], 1600);
  const louder = finish(spectrumTask(sound, { output_db: 6 })).result.levelsDb;
  assert.ok(Math.abs(louder[top] - levelsDb[top] - 6) < 1e-6);
});
