import "./addresses.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

const { initial, reduce, resultSettings, VARIANTS } = await import("/static/studio/model/state.js");
const { planeGainsDb } = await import("/static/web/engine/plane.js");

const compressor = { threshold_db: -24, ratio: 2, attack_ms: 10, release_ms: 100, knee_db: 6, makeup_db: 1 };
const settings = {
  version: 1,
  topology: "serial",
  preamp_db: -1,
  bands: [
    { type: "low_shelf", frequency_hz: 100, gain_db: 4, q: 0.7, compressor },
    { type: "peak", frequency_hz: 1000, gain_db: -2, q: 1 },
    { type: "high_pass", frequency_hz: 30, q: 0.7 },
  ],
};

const answer = (extra = {}) => ({
  ...initial().doc.answer,
  origin: "auto",
  settings,
  why: ["less bass", "", ""],
  summary: ["Done."],
  ...extra,
});

const run = (...actions) => actions.reduce(reduce, initial());
const answered = (extra) => ({ type: "answer", answer: answer(extra) });

test("undo and redo go through everything, step by step", () => {
  const steps = [
    answered(),
    { type: "amount", which: "amount", value: 0.5 },
    { type: "band", index: 1, values: { gain_db: -6 } },
    { type: "keep" },
    { type: "neutral", index: 0 },
    { type: "compressor", index: 1, values: { ratio: 4 } },
    { type: "reset" },
  ];
  const docs = [initial().doc];
  let state = initial();
  for (const step of steps) docs.push((state = reduce(state, step)).doc);
  for (let at = docs.length - 2; at >= 0; at -= 1) {
    state = reduce(state, { type: "undo" });
    assert.deepEqual(state.doc, docs[at]);
  }
  assert.equal(reduce(state, { type: "undo" }), state);
  for (let at = 1; at < docs.length; at += 1) {
    state = reduce(state, { type: "redo" });
    assert.equal(state.doc, docs[at]);
  }
  assert.equal(reduce(state, { type: "redo" }), state);
});

test("a drag is one step, the next drag another", () => {
  const drag = (gain_db, gesture) => ({ type: "band", index: 1, values: { gain_db }, gesture });
  const state = run(answered(), drag(1, "a"), drag(2, "a"), drag(3, "a"), { type: "rest" }, drag(4, "b"));
  assert.equal(state.past.length, 3);
  assert.equal(reduce(state, { type: "undo" }).doc.answer.settings.bands[1].gain_db, 3);
});

test("something new forgets what was undone", () => {
  const state = run(answered(), { type: "undo" }, { type: "amount", which: "tone", value: 0.3 });
  assert.equal(state.future.length, 0);
});

test("the amount halves decibels and slopes, tone and dynamics each their own", () => {
  const half = resultSettings(run(answered(), { type: "amount", which: "amount", value: 0.5 }));
  assert.equal(half.bands[0].gain_db, 2);
  assert.equal(half.preamp_db, -0.5);
  assert.ok(Math.abs(half.bands[0].compressor.ratio - 1 / 0.75) < 1e-12);
  assert.equal(half.bands[0].compressor.makeup_db, 0.5);
  const tone = resultSettings(run(answered(), { type: "amount", which: "tone", value: 0 }));
  assert.deepEqual(tone.bands.map(({ gain_db }) => gain_db + 0), [0, 0, 0]);
  assert.equal(tone.bands[0].compressor.ratio, 2);
  assert.equal(tone.bands[2].type, "peak", "a pass filter leaves a neutral band in its place");
  const dynamics = resultSettings(run(answered(), { type: "amount", which: "dynamics", value: 0 }));
  assert.equal(dynamics.bands[0].gain_db, 4);
  assert.equal(dynamics.bands[0].compressor.ratio, 1);
});

test("a handle lands where it was dragged to, whatever the amount", () => {
  for (const value of [0, 0.1, 0.5, 1, 1.5]) {
    const state = run(
      answered(),
      { type: "amount", which: "amount", value },
      { type: "band", index: 1, values: { gain_db: 5, frequency_hz: 800 } },
      { type: "compressor", index: 1, values: { ratio: 3 } },
    );
    const [other, band] = resultSettings(state).bands;
    assert.ok(Math.abs(band.gain_db - 5) < 1e-9, `${value}`);
    assert.equal(band.frequency_hz, 800);
    assert.ok(Math.abs(band.compressor.ratio - 3) < 1e-9);
    assert.ok(Math.abs(other.gain_db - 4 * value) < 1e-9, "other bands stay as they were heard");
  }
});

test("values stay within what the schema accepts", () => {
  const state = run(answered(), { type: "band", index: 1, values: { gain_db: 999, frequency_hz: 1, q: 0 } });
  const [, band] = resultSettings(state).bands;
  assert.deepEqual([band.gain_db, band.frequency_hz, band.q], [40, 20, 0.05]);
});

test("neutral takes away gain and compression and nothing else", () => {
  const [band] = resultSettings(run(answered(), { type: "neutral", index: 0 })).bands;
  assert.deepEqual([band.gain_db, band.compressor.ratio, band.compressor.makeup_db], [0, 1, 0]);
  assert.deepEqual([band.frequency_hz, band.q, band.compressor.threshold_db], [100, 0.7, -24]);
});

test("variants: four at most, dropped, used, and undone", () => {
  let state = run(answered());
  for (let count = 0; count < VARIANTS + 2; count += 1) state = reduce(state, { type: "keep" });
  assert.deepEqual(state.doc.variants.map(({ id }) => id), ["a", "b", "c", "d"]);
  state = reduce(state, { type: "view", values: { heard: "b" } });
  state = reduce(state, { type: "drop", id: "b" });
  assert.equal(state.view.heard, "result", "what is gone cannot be heard");
  assert.equal(reduce(state, { type: "undo" }).doc.variants.length, 4);
  state = reduce(state, { type: "amount", which: "amount", value: 0 });
  state = reduce(state, { type: "use", id: "a" });
  assert.equal(resultSettings(state).bands[0].gain_db, 4);
});

test("a turn of a conversation keeps the amount, a new request does not", () => {
  const talk = (said, conversation) => ({ type: "answer", answer: answer({ origin: "say" }), said, conversation });
  const amount = { type: "amount", which: "amount", value: 0.6 };
  const state = run(amount, talk("warmer", { turn: 1 }), amount, talk("a bit less", { turn: 2 }));
  assert.equal(state.doc.amount, 0.6);
  assert.deepEqual(state.doc.turns.map(({ said }) => said), ["warmer", "a bit less"]);
  assert.deepEqual(reduce(state, { type: "undo" }).doc.conversation.turn, 1);
  assert.equal(reduce(state, answered()).doc.amount, 1);
  assert.deepEqual(reduce(state, answered()).doc.turns, []);
});

test("other people's choices and points by hand", () => {
  const takes = [{ point: [2, 1], settings: { ...settings, preamp_db: 3 } }];
  const plane = { edge: 6, size: 1, grid: [[1]], mean: [0, 0], spread: 1, chosen: [1, 1], takes };
  const state = run(answered({ plane }), { type: "take", index: 0 });
  assert.equal(resultSettings(state).preamp_db, 3);
  assert.deepEqual(state.doc.answer.plane.chosen, [2, 1]);
  const moved = resultSettings(reduce(state, { type: "point", point: [-3, 2] }));
  const { lowDb, highDb } = planeGainsDb(-3, 2);
  assert.equal(moved.bands[0].gain_db, lowDb);
  assert.equal(moved.bands.at(-1).gain_db, highDb);
  assert.equal(moved.bands.at(-1).type, "high_shelf");
  assert.equal(moved.bands[1].gain_db, -2, "other bands stay");
});

test("sections are edited one at a time", () => {
  const sections = [{ start_s: 0, settings }, { start_s: 30, settings }];
  const state = run(
    answered({ sections }),
    { type: "view", values: { section: 1 } },
    { type: "band", index: 1, values: { gain_db: 7 } },
  );
  const gains = state.doc.answer.sections.map((each) => each.settings.bands[1].gain_db);
  assert.deepEqual(gains, [-2, 7]);
});

test("a new recording starts a new history", () => {
  const recording = { id: "r", name: "song.wav" };
  const state = run(answered(), { type: "open", recording });
  assert.equal(state.past.length, 0);
  assert.equal(state.doc.answer.origin, "start");
  assert.equal(state.view.recording, recording);
});

test("people stand for a distribution by equal shares", async () => {
  const { spreadOf } = await import("/static/studio/model/plane.js");
  const grid = [[0.75, 0], [0, 0.25]];
  const points = spreadOf({ size: 2, grid });
  assert.equal(points.length, 24);
  assert.equal(points.filter(([x, y]) => x === -3 && y === -3).length, 18);
  assert.equal(points.filter(([x, y]) => x === 3 && y === 3).length, 6);
});
