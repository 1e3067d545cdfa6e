/** From what the server answers to what the page holds, and back to what it asks for. */

import { atAmounts, resultSections, untouched } from "./state.js";
import { hertz } from "./words.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Doc} Doc */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Settings} Settings */
/** @typedef {import("./types.js").Timeline} Timeline */

/** Handles where an answer has no bands. */
const HANDLES = 6;
/** The most sentences shown of an answer. */
const SENTENCES = 6;

/**
 * @param {any} result what a door answered
 * @param {import("./types.js").Turn[]} [turns] of the conversation so far
 * @returns {Answer}
 */
export function answerOf(result, turns = []) {
  const { details } = result;
  const said = result.kind === "say";
  /** @type {string[]} */
  const summary = said ? (details.turn?.explanation ?? []) : firstSentences(result);
  return {
    origin: result.kind,
    title: result.story?.title ?? "",
    settings: withHandles(result.timeline ? result.timeline.sections[0].settings : result.settings),
    sections: result.timeline?.sections ?? [],
    why: said ? whySaid(result, turns) : whyOf(result.bands, Math.max(result.settings?.bands.length ?? 0, HANDLES)),
    summary: [...summary, ...(said ? result.notes ?? [] : [])].slice(0, SENTENCES),
    plane: said ? planeOf(details) : null,
    offer: details?.offer ?? null,
    spectra: result.spectra,
    result,
  };
}

/** An answer that changes nothing still leaves handles to take. @param {Settings} settings @returns {Settings} */
function withHandles(settings) {
  return settings.bands.length ? settings : { ...settings, bands: untouched().settings.bands };
}

/** Settings that came from a file. @param {{settings?: Settings, timeline?: Timeline, warnings?: string[]}} imported @param {string} name @returns {Answer} */
export function answerOfFile(imported, name) {
  const sections = imported.timeline?.sections ?? [];
  const settings = withHandles(imported.settings ?? sections[0].settings);
  return { ...untouched(), origin: "file", title: name, settings, sections, summary: imported.warnings ?? [] };
}

/** One text per band, in order. @param {{index: number, why: string[]}[]} bands @param {number} count */
export function whyOf(bands, count) {
  const found = Array.from({ length: count }, () => "");
  for (const { index, why } of bands ?? []) found[index] = why.join(" ");
  return found;
}

/**
 * Beside each band that acts, what asked for it, now or earlier in the conversation; else what it does.
 * @param {any} result of say @param {import("./types.js").Turn[]} turns
 */
function whySaid(result, turns) {
  const plain = whyOf(result.bands, result.settings.bands.length);
  /** @type {string[]} */
  const told = [...(result.details.turn?.explanation ?? []), ...[...turns].reverse().flatMap(({ answer }) => answer)];
  const people = told.find((line) => line.startsWith("People"));
  return plain.map((words, index) => {
    if (!words) return "";
    const { frequency_hz, type } = result.settings.bands[index];
    const own = told.find((line) => line.includes(hertz(frequency_hz)));
    // "Warm: +3.0 dB around 173 Hz." came with numbers that a later turn may have changed.
    const [, word] = /^([^:\d]+): /.exec(own ?? "") ?? [];
    if (word) return `${words} You asked for: ${word.toLowerCase()}.`;
    if (people && !own && type.endsWith("_shelf")) return `${words} People would choose this, on average.`;
    return own ?? words;
  });
}

/** @param {any} details @returns {import("./types.js").Plane | null} */
function planeOf(details) {
  const { plane, takes } = details;
  if (!plane) return null;
  const pairs = plane.samples.slice(0, takes?.length ?? 0);
  return {
    edge: plane.edge,
    size: plane.size,
    grid: plane.grid,
    mean: plane.mean,
    spread: plane.spread,
    chosen: plane.chosen ?? null,
    takes: pairs.map((/** @type {[number, number]} */ point, /** @type {number} */ index) => ({
      point,
      settings: takes[index],
    })),
  };
}

/** @param {any} result @returns {string[]} */
function firstSentences(result) {
  const told = (result.story?.sections ?? []).flatMap((/** @type {any} */ each) => each.sentences ?? []);
  const perBand = new Set((result.bands ?? []).flatMap((/** @type {any} */ each) => each.why));
  return [...(result.notes ?? []), ...told.filter((/** @type {string} */ line) => !perBand.has(line))];
}

/**
 * What the server needs to make the sound of a version: settings, or a timeline where there are sections.
 * @param {State} state @param {string} heard @returns {Settings | Timeline}
 */
export function chainOf(state, heard) {
  const variant = state.doc.variants.find(({ id }) => id === heard);
  const settings = variant ? variant.settings : atAmounts(state.doc, state.doc.answer.settings);
  const sections = variant ? variant.sections : resultSections(state.doc);
  return sections.length ? { version: 1, sections } : settings;
}

/** What a project keeps: all that undo knows of, undo included. @param {State} state */
export function projectOf(state) {
  const { past, doc, future, view } = state;
  const { recording, door, band, section, heard } = view;
  return { version: 1, past, doc, future, recording, view: { door, band, section, heard } };
}

/**
 * The state that a project held, with the recordings of this session in place of those of the former.
 * @param {any} kept @param {Map<string, import("./types.js").Recording>} found by former id
 * @returns {{past: Doc[], doc: Doc, future: Doc[], view: Partial<import("./types.js").View>}}
 */
export function fromProject(kept, found) {
  const now = (/** @type {Doc} */ doc) => ({
    ...doc,
    reference: doc.reference ? (found.get(doc.reference.id) ?? null) : null,
  });
  return {
    past: kept.past.map(now),
    doc: now(kept.doc),
    future: kept.future.map(now),
    view: { ...kept.view, recording: found.get(kept.recording.id) },
  };
}
