/** The response with its handles, compressors beneath, spectra behind. */

import "/static/web/parts/response.js";
import { PARAMETERS } from "/static/web/engine/parameters.js";
import { api } from "../api.js";
import { h } from "../dom.js";
import { whyOf } from "../model/answers.js";
import { resultSettings } from "../model/state.js";
import { allNeutral } from "../model/edits.js";

/** @typedef {import("../studio.js").Studio} Studio */

const REST_MS = 350;

/** @param {HTMLElement} root @param {Studio} studio */
export function mountCurve(root, studio) {
  const { store, sound } = studio;
  const title = h("h2", { id: "curve-title" }, "Response");
  const part = h("div", { class: "part-choice" });
  const legend = h("ul", { class: "legend" });
  const response = h("tw-response");
  root.append(h("header", {}, title, part, legend), response);

  let dragging = "";
  let gestures = 0;
  const taken = (/** @type {any} */ event) => {
    const { settings, band } = event.detail;
    if (dragging === "") dragging = `handle-${(gestures += 1)}`;
    const { type, frequency_hz, gain_db, q, compressor } = settings.bands[band];
    const values = compressor === undefined ? { type, frequency_hz, gain_db, q } : { type, frequency_hz, gain_db, q, compressor };
    store.send({ type: "band", index: band, values, gesture: dragging });
  };
  response.addEventListener("input", taken);
  response.addEventListener("change", (/** @type {any} */ event) => {
    taken(event);
    dragging = "";
    store.send({ type: "rest" });
  });
  response.addEventListener("select", (/** @type {any} */ event) => {
    store.send({ type: "view", values: { band: event.detail.band } });
  });
  sound.addEventListener("levels", (/** @type {any} */ event) => {
    response.reductionsDb = store.get().view.heard === "original" ? [] : event.detail.reductionsDb;
  });

  store.watch(resultSettings, (settings) => {
    response.settings = settings;
  });
  store.watch(({ view }) => view.band, (band) => {
    response.selected = band;
  });
  store.watch(({ view }) => view.recording?.sample_rate ?? 44100, (rate) => {
    response.sampleRate = rate;
  });
  store.watch(
    ({ doc, view }) => [view.recording, doc.reference, doc.answer.spectra, view.words, doc.answer.settings, view.door],
    () => {
      const curves = curvesOf(store.get());
      response.curves = curves;
      legend.replaceChildren(...legendOf(curves, store.get()));
    },
  );
  watchWords(studio);
}

/** @param {import("../model/types.js").State} state */
function curvesOf(state) {
  const { doc, view } = state;
  /** @type {import("/static/web/parts/levels.js").Curve[]} */
  const curves = [];
  const { recording } = view;
  if (!recording) return [];
  const frequencies = recording.spectrum.frequency_hz;
  curves.push({ role: "original", label: "Original", frequencies, levelsDb: recording.spectrum.level_db });
  const { spectra } = doc.answer;
  const reference = spectra?.reference_db ?? null;
  if (spectra && reference) {
    curves.push({ role: "reference", label: sentenceCase(spectra.labels.reference), frequencies: spectra.frequency_hz, levelsDb: reference });
  } else if (doc.reference && view.door === "match") {
    const { spectrum } = doc.reference;
    const levelsDb = levelled(spectrum.level_db, recording.spectrum.level_db);
    curves.push({ role: "reference", label: doc.reference.name, frequencies: spectrum.frequency_hz, levelsDb });
  }
  const settings = resultSettings(state);
  if (!allNeutral(settings)) {
    const output = view.words?.of === settings ? view.words.output_db : doc.answer.settings === settings ? spectra?.output_db : null;
    const last = output ?? view.words?.output_db ?? spectra?.output_db;
    if (last) curves.push({ role: "result", label: "Result", frequencies, levelsDb: last });
  }
  return curves;
}

/** A spectrum at the mean level of another. @param {(number | null)[]} from @param {(number | null)[]} to */
function levelled(from, to) {
  const both = from.map((value, at) => [value, to[at]]).filter(([a, b]) => a != null && b != null);
  const gap = both.reduce((sum, [a, b]) => sum + /** @type {number} */ (b) - /** @type {number} */ (a), 0) / Math.max(1, both.length);
  return from.map((value) => (value == null ? null : value + gap));
}

const DRAWN = /** @type {Record<string, string>} */ ({ original: "dotted", reference: "dashed", result: "" });

/** @param {{role: string, label: string}[]} curves @param {import("../model/types.js").State} state */
function legendOf(curves, state) {
  const items = curves.map(({ role, label }) => h("li", { class: `${DRAWN[role]} mark-${role}` }, h("i", {}), label));
  const compressed = resultSettings(state).bands.some(({ compressor }) => compressor && compressor.ratio !== PARAMETERS.ratio.neutral);
  if (compressed) items.push(h("li", { class: "filled mark-band" }, h("i", {}), "Compressor"));
  return items;
}

/** @param {string} text */
const sentenceCase = (text) => (text ? text[0].toUpperCase() + text.slice(1) : text);

/** Once a change has rested, ask for the words beside each band and the spectrum that comes of it. @param {Studio} studio */
function watchWords({ store }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  let asked = new AbortController();
  store.watch(
    (state) => [resultSettings(state), state.view.recording, state.doc.answer],
    () => {
      clearTimeout(later);
      asked.abort();
      const state = store.get();
      const settings = resultSettings(state);
      const { answer } = state.doc;
      if (!state.view.recording || (settings === answer.settings && answer.why.some(Boolean)) || allNeutral(settings)) return;
      asked = new AbortController();
      const { signal } = asked;
      later = setTimeout(async () => {
        const recording = state.view.recording?.id ?? null;
        const told = await api.describe({ settings, recording, spectra: answer.spectra }, signal).catch(() => null);
        if (!told || signal.aborted) return;
        const bands = whyOf(told.bands, settings.bands.length);
        store.send({ type: "view", values: { words: { of: settings, bands, whole: told.whole, output_db: told.output_db } } });
      }, REST_MS);
    },
  );
}
