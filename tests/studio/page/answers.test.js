import "./addresses.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

const { answerOf, answerOfFile, chainOf, fromProject, projectOf } = await import("/static/studio/model/answers.js");
const { initial, reduce } = await import("/static/studio/model/state.js");

const settings = (gain_db) => ({
  version: 1,
  topology: "serial",
  preamp_db: 0,
  bands: [{ type: "peak", frequency_hz: 1000, gain_db, q: 1 }],
});

const said = {
  recording: "old",
  kind: "say",
  settings: settings(2),
  timeline: null,
  notes: ["The ceiling held it back."],
  bands: [{ index: 0, why: ["+2.0 dB at 1 kHz.", "Because."] }],
  story: { title: "song: warmer", sections: [] },
  spectra: null,
  details: {
    turn: { explanation: ["Warmer."], decided_by: "vocabulary" },
    offer: null,
    plane: { edge: 6, size: 1, grid: [[1]], mean: [0, -1], spread: 1, chosen: [0, -1], samples: [[1, 2], [3, 4]] },
    takes: [settings(5), settings(6)],
  },
};

test("an answer of say: reasons, people, words", () => {
  const answer = answerOf(said);
  assert.deepEqual(answer.why, ["+2.0 dB at 1 kHz. Because."]);
  assert.deepEqual(answer.summary, ["Warmer.", "The ceiling held it back."]);
  assert.deepEqual(answer.plane.takes[1], { point: [3, 4], settings: settings(6) });
});

test("an answer with parts is played and kept as a timeline, at the amount", () => {
  const sections = [{ start_s: 0, settings: settings(2) }, { start_s: 9, settings: settings(4) }];
  const answer = answerOf({ ...said, kind: "auto", timeline: { version: 1, sections }, details: {} });
  let state = reduce(initial(), { type: "answer", answer });
  state = reduce(state, { type: "amount", which: "amount", value: 0.5 });
  assert.deepEqual(chainOf(state, "result").sections.map((each) => each.settings.bands[0].gain_db), [1, 2]);
  state = reduce(reduce(state, { type: "keep" }), { type: "amount", which: "amount", value: 1.5 });
  assert.deepEqual(chainOf(state, "a").sections.map((each) => each.settings.bands[0].gain_db), [1, 2]);
});

test("imported settings stand by themselves", () => {
  const answer = answerOfFile({ settings: settings(3), warnings: ["No dynamics."] }, "preset.txt");
  assert.deepEqual([answer.origin, answer.title, answer.settings.bands[0].gain_db], ["file", "preset.txt", 3]);
});

test("a project reopens as it was, undo included, with the recordings of the new session", () => {
  const recording = { id: "old", name: "song.wav" };
  const reference = { id: "old-reference", name: "hit.wav" };
  let state = reduce(initial(), { type: "open", recording, doc: { reference } });
  state = reduce(state, { type: "answer", answer: answerOf(said), said: "warmer", conversation: { turns: 1 } });
  state = reduce(state, { type: "amount", which: "tone", value: 0.4 });
  const kept = JSON.parse(JSON.stringify(projectOf(state)));
  const found = new Map([["old", { ...recording, id: "new" }], ["old-reference", { ...reference, id: "new-reference" }]]);
  const again = reduce(initial(), { type: "project", ...fromProject(kept, found) });
  assert.equal(again.view.recording.id, "new");
  assert.equal(again.doc.reference.id, "new-reference");
  assert.equal(again.doc.tone, 0.4);
  assert.deepEqual(chainOf(again, "result"), JSON.parse(JSON.stringify(chainOf(state, "result"))));
  assert.deepEqual(again.doc.conversation, { turns: 1 });
  assert.equal(reduce(again, { type: "undo" }).doc.tone, 1);
});
