/** The recording as a picture: where one is, loops, parts. */

import "/static/web/parts/waveform.js";
import { api } from "../api.js";
import { h } from "../dom.js";
import { clock } from "../model/words.js";
import { fail } from "../work.js";

/** Peaks asked for: enough for a wide screen. */
const POINTS = 2000;

/** @param {HTMLElement} root @param {import("../studio.js").Studio} studio */
export function mountWave(root, studio) {
  const { store, sound } = studio;
  const wave = h("tw-waveform", { "aria-label": "Waveform" });
  const parts = h("div", { class: "parts", role: "group", "aria-label": "Parts", hidden: true });
  root.append(wave, parts);

  wave.addEventListener("seek", (/** @type {any} */ event) => sound.player?.seek(event.detail.positionS));
  wave.addEventListener("loop", (/** @type {any} */ event) => sound.player?.setLoop(event.detail));
  sound.addEventListener("position", (/** @type {any} */ event) => {
    wave.positionS = event.detail.positionS;
  });
  sound.addEventListener("state", () => {
    wave.positionS = sound.player?.state.positionS ?? 0;
    wave.loop = sound.player?.state.loop ?? null;
  });

  store.watch(
    ({ view }) => view.recording,
    async (recording) => {
      wave.durationS = recording?.duration_s ?? 0;
      wave.peaks = null;
      if (!recording) return;
      try {
        const peaks = await api.peaks(recording.id, POINTS);
        if (store.get().view.recording === recording) wave.peaks = toPeaks(peaks, recording.duration_s);
      } catch (error) {
        fail(studio, error);
      }
    },
  );
  store.watch(
    ({ doc, view }) => [view.recording, doc.answer.sections],
    () => {
      const marks = partsOf(store.get());
      wave.marks = marks.map(({ startS, label }) => ({ startS, label }));
    },
  );
  return { wave };
}

/** Both channels as one outline. @param {{min: number[][], max: number[][]}} found @param {number} durationS */
function toPeaks({ min, max }, durationS) {
  const count = min[0]?.length ?? 0;
  const low = Float32Array.from({ length: count }, (_, at) => Math.min(...min.map((channel) => channel[at])));
  const high = Float32Array.from({ length: count }, (_, at) => Math.max(...max.map((channel) => channel[at])));
  return { min: low, max: high, perSecond: count / Math.max(durationS, 1e-9) };
}

/** Where parts start: those with settings of their own, else those that sound different. @param {import("../model/types.js").State} state */
export function partsOf({ doc, view }) {
  const own = doc.answer.sections.map(({ start_s }) => start_s);
  const heard = (view.recording?.sections ?? []).map(({ start_s }) => start_s);
  const starts = own.length ? own : heard;
  if (starts.length < 2) return [];
  const endS = view.recording?.duration_s ?? 0;
  return starts.map((startS, index) => ({
    startS,
    endS: starts[index + 1] ?? endS,
    label: String(index + 1),
    words: `Part ${index + 1}, from ${clock(startS)}`,
  }));
}
