import assert from "node:assert/strict";
import { test } from "node:test";

import { Deck } from "/web/engine/deck.js";
import { downmix } from "/web/engine/downmix.js";
import { render } from "/web/engine/processor.js";
import { noise } from "./noise.js";

const RATE = 48_000;
const FADE = 480;
const BLOCK = 128;

/** @param {number} frames @param {number} channels @param {number} seed */
const sound = (frames, channels = 2, seed = 1) => noise(channels, frames, seed).map((x) => Float32Array.from(x));

/** @param {Float32Array[]} song @param {Partial<ConstructorParameters<typeof Deck>[0]>} [options] */
function deckWith(song, options = {}) {
  const deck = new Deck({ sampleRate: RATE, ...options });
  deck.receive({ type: "source", id: "song", channels: song });
  deck.receive({ type: "variant", id: "a", source: "song", settings: null, gain: 1 });
  deck.receive({ type: "select", id: "a" });
  return deck;
}

/** @param {Deck} deck @param {number} frames a multiple of 128 @returns {Float32Array[]} */
function heard(deck, frames) {
  const output = [new Float32Array(frames), new Float32Array(frames)];
  for (let at = 0; at < frames; at += BLOCK) deck.process(output.map((y) => y.subarray(at, at + BLOCK)));
  return output;
}

/** The largest step from one sample to the next, of a steady tone a measure of clicks. @param {Float32Array} x */
const largestStep = (x) => x.reduce((most, value, i) => (i ? Math.max(most, Math.abs(value - x[i - 1])) : most), 0);
const tone = (/** @type {number} */ hz, /** @type {number} */ frames) =>
  Array.from({ length: 2 }, () => Float32Array.from({ length: frames }, (_, t) => 0.5 * Math.sin((2 * Math.PI * hz * t) / RATE)));

test("what is as it is comes out sample for sample, after 10 ms of fading in", () => {
  const song = sound(9600);
  const deck = deckWith(song);
  deck.receive({ type: "play" });
  const output = heard(deck, 9600 - (9600 % BLOCK));
  for (const channel of [0, 1]) {
    for (let t = FADE; t < output[channel].length; t++) assert.equal(output[channel][t], song[channel][t]);
    assert.ok(Math.abs(output[channel][FADE / 2] - song[channel][FADE / 2] / 2) < 0.01);
  }
});

test("switching keeps the place: between variants that sound alike nothing is heard of it", () => {
  const song = sound(19200);
  const deck = deckWith(song);
  deck.receive({ type: "variant", id: "b", source: "song", settings: { bands: [] }, gain: 1 });
  deck.receive({ type: "play" });
  const first = heard(deck, 6400);
  deck.receive({ type: "select", id: "b" });
  const second = heard(deck, 6400);
  for (let t = FADE; t < 6400; t++) assert.equal(first[0][t], song[0][t]);
  for (let t = 0; t < 6400; t++) assert.ok(Math.abs(second[0][t] - song[0][t + 6400]) < 1e-6);
});

test("a switch is an equal-gain fade of 10 ms", () => {
  const deck = deckWith(Array.from({ length: 2 }, () => new Float32Array(19200).fill(0.5)));
  deck.receive({ type: "variant", id: "b", source: "song", settings: null, gain: 0.5 });
  deck.receive({ type: "play" });
  heard(deck, 6400);
  deck.receive({ type: "select", id: "b" });
  const [left] = heard(deck, 6400);
  for (let t = 0; t < FADE; t++) assert.ok(Math.abs(left[t] - (0.5 - (0.25 * (t + 1)) / FADE)) < 1e-6);
  assert.ok(left.subarray(FADE).every((x) => Math.abs(x - 0.25) < 1e-7));
});

test("a live variant sounds like its rendering", () => {
  const song = sound(19200);
  /** @type {import("/web/engine/types.js").Settings} */
  const settings = { bands: [{ type: "low_shelf", frequency_hz: 200, gain_db: 4, compressor: { threshold_db: -20, ratio: 3 } }] };
  const deck = deckWith(song);
  deck.receive({ type: "variant", id: "b", source: "song", settings, gain: 0.5 });
  deck.receive({ type: "select", id: "b" });
  deck.receive({ type: "play" });
  const output = heard(deck, 12800);
  const made = render(song, RATE, settings);
  for (let t = FADE; t < 12800; t++) assert.ok(Math.abs(output[1][t] - made[1][t] / 2) < 1e-6);
});

test("a loop has its exact length and no click", () => {
  const deck = deckWith(tone(100, 48_000));
  deck.receive({ type: "loop", loop: { start: 4800, end: 9600 } });
  deck.receive({ type: "play" });
  const [left] = heard(deck, 48_000);
  // 4800 frames are 10 periods: the tone goes on as if there were no loop.
  const still = tone(100, 60_000)[0];
  for (let t = FADE; t < 48_000; t++) assert.ok(Math.abs(left[t] - still[t]) < 1e-4, `frame ${t}`);
});

test("jumps, pauses and changes of gain and settings do not click", () => {
  const deck = deckWith(tone(440, 96_000));
  deck.receive({ type: "play" });
  const pieces = [heard(deck, 4096)];
  const commands = /** @type {import("/web/engine/deck.js").Command[]} */ ([
    { type: "seek", frame: 50_017 },
    { type: "gains", gains: { a: 0.3 } },
    { type: "settings", id: "a", settings: { bands: [{ type: "peak", frequency_hz: 440, gain_db: 6 }] } },
    { type: "settings", id: "a", settings: { bands: [{ type: "peak", frequency_hz: 440, gain_db: -6 }] } },
    { type: "mono", on: true },
    { type: "variant", id: "a", source: "song", settings: null, gain: 1 },
    { type: "volume", factor: 0.1 },
    { type: "pause" },
    { type: "play" },
    { type: "dropVariant", id: "a" },
  ]);
  for (const command of commands) {
    deck.receive(command);
    pieces.push(heard(deck, 4096));
  }
  const whole = Float32Array.from(pieces.flatMap(([left]) => [...left]));
  const steepest = (0.5 * 2 * Math.PI * 440) / RATE;
  assert.ok(largestStep(whole) < 2.2 * steepest, `${largestStep(whole) / steepest}`);
  assert.ok(pieces.at(-1)?.[0].subarray(FADE + BLOCK).every((x) => x === 0));
});

test("two jumps in a row arrive at the last", () => {
  const song = sound(48_000);
  const deck = deckWith(song);
  deck.receive({ type: "play" });
  heard(deck, 1280);
  deck.receive({ type: "seek", frame: 10_000 });
  deck.receive({ type: "seek", frame: 20_000 });
  heard(deck, 1280);
  const [left] = heard(deck, 1280);
  const place = song[0].indexOf(left[0]);
  assert.ok(place > 20_000 && place < 22_000);
});

test("the end is told, and play begins again", () => {
  /** @type {import("/web/engine/deck.js").Report[]} */
  const reports = [];
  const song = sound(5000);
  const deck = deckWith(song, { report: (report) => reports.push(report) });
  deck.receive({ type: "play" });
  const [left] = heard(deck, 6400);
  assert.equal(left[4999], song[0][4999]);
  assert.ok(left.subarray(5000).every((x) => x === 0));
  assert.deepEqual([reports.at(-1)?.type, reports.at(-1)?.playing, reports.at(-1)?.frame], ["ended", false, 5000]);
  deck.receive({ type: "play" });
  assert.equal(heard(deck, 1280)[0][1000], song[0][1000]);
});

test("levels and gain reduction are reported", () => {
  /** @type {import("/web/engine/deck.js").Report[]} */
  const reports = [];
  const song = Array.from({ length: 2 }, () => new Float32Array(48_000).fill(0.5));
  const deck = deckWith(song, { report: (report) => reports.push(report), reportHz: 50 });
  /** @type {import("/web/engine/types.js").Settings} */
  const settings = { compressor: { threshold_db: -26, ratio: 2, attack_ms: 1, knee_db: 0 } };
  deck.receive({ type: "settings", id: "a", settings });
  deck.receive({ type: "play" });
  heard(deck, 19200);
  const last = /** @type {import("/web/engine/deck.js").Report} */ (reports.at(-1));
  assert.ok(Math.abs(last.reductionsDb[0] - 9.99) < 0.02); // -6.02 dBFS is 19.98 dB over, half of it goes
  assert.ok(Math.abs(last.peakDb[0] + 16.01) < 0.02);
  assert.ok(Math.abs(last.rmsDb[1] + 16.01) < 0.02);
});

test("mono sounds come out of both sides, many channels without clipping", () => {
  assert.deepEqual(downmix(1, 2), [[1], [1]]);
  assert.deepEqual(downmix(2, 2), [[1, 0], [0, 1]]);
  for (const from of [3, 4, 5, 6, 7, 8, 9]) {
    for (const row of downmix(from, 2)) assert.ok(row.reduce((sum, x) => sum + x, 0) <= 1 + 1e-12 && row.length === from);
  }
});

test("mono and volume are what they say", () => {
  const [left, right] = sound(9600, 2, 5);
  const deck = deckWith([left, right]);
  deck.receive({ type: "mono", on: true });
  deck.receive({ type: "volume", factor: 0.5 });
  deck.receive({ type: "play" });
  const output = heard(deck, 6400);
  for (let t = 2400; t < 6400; t++) {
    assert.ok(Math.abs(output[0][t] - (left[t] + right[t]) / 4) < 1e-7);
    assert.equal(output[0][t], output[1][t]);
  }
});

test("a bad number is silenced, and forgotten with the settings it came with", () => {
  const deck = deckWith(sound(48_000));
  deck.receive({ type: "play" });
  heard(deck, 1280);
  deck.receive({ type: "settings", id: "a", settings: { bands: [{ type: "peak", frequency_hz: NaN, gain_db: 6 }] } });
  assert.ok(heard(deck, 2560)[0].every(Number.isFinite));
  deck.receive({ type: "settings", id: "a", settings: null });
  heard(deck, 2560);
  const [left] = heard(deck, 1280);
  assert.ok(left.every(Number.isFinite) && left.some((x) => x !== 0));
});
