/** What the page knows, and how each action changes it. Pure: same state and action, same answer. */

import { atPoint } from "./plane.js";
import { HIGHEST_AMOUNT, clip, gainOf, isPass, neutralBand, neutralSettings, scaled, withBand, withCompressor } from "./settings.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Doc} Doc */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Answer} Answer */
/** @typedef {import("./types.js").Settings} Settings */
/** @typedef {import("./types.js").Band} Band */
/** @typedef {import("./types.js").Compressor} Compressor */
/** @typedef {import("./types.js").Variant} Variant */

/**
 * @typedef {{type: "open", recording: import("./types.js").Recording, doc?: Partial<Doc>}
 *   | {type: "reference", recording: import("./types.js").Recording | null}
 *   | {type: "answer", answer: Answer, said?: string, conversation?: unknown}
 *   | {type: "amount", which: "amount" | "tone" | "dynamics", value: number, gesture?: string}
 *   | {type: "band", index: number, values: Partial<Band>, gesture?: string}
 *   | {type: "compressor", index: number, values: Partial<Compressor>, gesture?: string}
 *   | {type: "neutral", index: number}
 *   | {type: "reset"}
 *   | {type: "take", index: number}
 *   | {type: "point", point: import("./types.js").Point, gesture?: string}
 *   | {type: "project", past: Doc[], doc: Doc, future: Doc[], view: Partial<View>}
 *   | {type: "keep"} | {type: "drop", id: string} | {type: "use", id: string}
 *   | {type: "rest"} | {type: "undo"} | {type: "redo"}
 *   | {type: "view", values: Partial<View>}} Action
 */

/** The most steps that can be taken back, and the most variants beside the result. */
export const DEPTH = 500;
export const VARIANTS = 4;

const AS_IT_IS = Object.freeze({ amount: 1, tone: 1, dynamics: 1 });

/** Nothing done yet. @returns {Answer} */
export function untouched() {
  return {
    origin: "start",
    title: "",
    settings: neutralSettings(),
    sections: [],
    why: [],
    summary: [],
    plane: null,
    offer: null,
    spectra: null,
    result: null,
  };
}

/** @param {Partial<Doc>} [given] @returns {Doc} */
export function newDoc(given = {}) {
  return {
    answer: untouched(),
    ...AS_IT_IS,
    variants: [],
    turns: [],
    conversation: null,
    reference: null,
    ...given,
  };
}

/** @returns {State} */
export function initial() {
  return {
    past: [],
    doc: newDoc(),
    future: [],
    gesture: null,
    view: {
      recording: null,
      door: "say",
      band: 0,
      section: 0,
      heard: "original",
      mono: false,
      work: null,
      message: null,
      words: null,
    },
  };
}

/** The settings of the section in view before amounts: the answer's own where there are no sections. @param {State} state */
export function baseSettings(state) {
  const { answer } = state.doc;
  return answer.sections[state.view.section]?.settings ?? answer.settings;
}

/** What is heard as the result: the settings in view at the amounts in force. @param {State} state */
export const resultSettings = (state) => atAmounts(state.doc, baseSettings(state));

/** Sections at the amounts in force. @param {Doc} doc */
export function resultSections(doc) {
  return doc.answer.sections.map((each) => ({ ...each, settings: atAmounts(doc, each.settings) }));
}

/** What settings became at the last amounts asked for: the same object for the same question. @type {WeakMap<Settings, {key: string, found: Settings}>} */
const remembered = new WeakMap();

/** @param {Doc} doc @param {Settings} settings */
export function atAmounts(doc, settings) {
  const [tone, dynamics] = [doc.amount * doc.tone, doc.amount * doc.dynamics];
  const key = `${tone} ${dynamics}`;
  const known = remembered.get(settings);
  if (known?.key === key) return known.found;
  const found = scaled(settings, tone, dynamics);
  remembered.set(settings, { key, found });
  return found;
}

/** @param {State} state @param {Action} action @returns {State} */
export function reduce(state, action) {
  switch (action.type) {
    case "view":
      return { ...state, view: { ...state.view, ...action.values } };
    case "rest":
      return state.gesture === null ? state : { ...state, gesture: null };
    case "undo":
      return step(state, state.past, -1);
    case "redo":
      return step(state, state.future, 1);
    case "project":
      return reopened(action);
    case "open":
      return opened(state, action.recording, action.doc);
    default: {
      const doc = change(state, action);
      if (doc === state.doc) return state;
      return follow(remember(state, doc, "gesture" in action ? (action.gesture ?? null) : null), action);
    }
  }
}

/** A new recording starts a new history. @param {State} state @param {import("./types.js").Recording} recording @param {Partial<Doc>} [doc] */
function opened(state, recording, doc) {
  const fresh = initial();
  const view = { ...fresh.view, recording, door: state.view.door, mono: state.view.mono, message: state.view.message };
  return { ...fresh, doc: newDoc(doc), view };
}

/** @param {Extract<Action, {type: "project"}>} action @returns {State} */
function reopened({ past, doc, future, view }) {
  const fresh = initial();
  return inView({ ...fresh, past, doc, future, view: { ...fresh.view, ...view } });
}

/** One step back or forth. @param {State} state @param {Doc[]} from @param {-1 | 1} direction @returns {State} */
function step(state, from, direction) {
  if (from.length === 0) return state;
  const doc = direction < 0 ? from[from.length - 1] : from[0];
  const past = direction < 0 ? state.past.slice(0, -1) : [...state.past, state.doc];
  const future = direction < 0 ? [state.doc, ...state.future] : state.future.slice(1);
  return inView({ ...state, past, doc, future, gesture: null });
}

/** Put a document on top of the history; one gesture, such as a drag, is one step. @param {State} state @param {Doc} doc @param {string | null} gesture */
function remember(state, doc, gesture) {
  if (gesture !== null && gesture === state.gesture) return { ...state, doc };
  return { ...state, past: [...state.past, state.doc].slice(-DEPTH), doc, future: [], gesture };
}

/** What is looked at and listened to follows what was done. @param {State} state @param {Action} action @returns {State} */
function follow(state, action) {
  const view = { ...state.view };
  if (action.type === "answer") Object.assign(view, { section: 0, heard: "result", band: strongest(action.answer) });
  if (["take", "use", "reset", "point"].includes(action.type)) view.heard = "result";
  if (action.type === "band" || action.type === "compressor" || action.type === "neutral") {
    view.band = action.index;
    if (view.heard !== "result") view.heard = "result";
  }
  if (action.type === "amount" && view.heard !== "result") view.heard = "result";
  return inView({ ...state, view });
}

/** The band that does most. @param {Answer} answer */
function strongest({ settings }) {
  const gains = settings.bands.map((band) => Math.abs(gainOf(band)));
  return Math.max(0, gains.indexOf(Math.max(...gains)));
}

/** Nothing in view that is not there. @param {State} state @returns {State} */
function inView(state) {
  const { doc, view } = state;
  const heard =
    view.heard === "original" || view.heard === "result" || doc.variants.some(({ id }) => id === view.heard)
      ? view.heard
      : "result";
  const parts = doc.answer.sections.length || view.recording?.sections?.length || 1;
  const section = Math.min(view.section, parts - 1);
  const bands = doc.answer.settings.bands.length;
  const band = Math.min(view.band, Math.max(0, bands - 1));
  return { ...state, view: { ...view, heard, section, band } };
}

/** @param {State} state @param {Action} action @returns {Doc} */
function change(state, action) {
  const { doc, view } = state;
  switch (action.type) {
    case "answer":
      return answered(doc, action);
    case "reference":
      return { ...doc, reference: action.recording };
    case "amount": {
      const value = Math.min(Math.max(action.value, 0), HIGHEST_AMOUNT);
      return value === doc[action.which] ? doc : { ...doc, [action.which]: value };
    }
    case "band":
      return edited(state, action.index, (shown) => withBand(shown, action.index, action.values));
    case "compressor":
      return edited(state, action.index, (shown) =>
        withBand(shown, action.index, {
          compressor: withCompressor(shown.bands[action.index].compressor, action.values),
        }),
      );
    case "neutral":
      return edited(state, action.index, (shown) =>
        withBand(shown, action.index, /** @type {Band} */ (neutralBand(shown.bands[action.index]))),
      );
    case "reset":
      return { ...doc, answer: untouched(), ...AS_IT_IS, turns: [], conversation: null };
    case "take":
      return taken(doc, action.index);
    case "point":
      return pointed(doc, action.point);
    case "keep":
      return kept(state);
    case "drop":
      return { ...doc, variants: doc.variants.filter(({ id }) => id !== action.id) };
    case "use":
      return used(doc, view, action.id);
    default:
      return doc;
  }
}

/**
 * Take in what a door answered. A turn of a conversation keeps the amounts: "a bit less" must not come back louder.
 * @param {Doc} doc @param {Extract<Action, {type: "answer"}>} action @returns {Doc}
 */
function answered(doc, { answer, said, conversation }) {
  if (said === undefined) return { ...doc, answer, ...AS_IT_IS, turns: [], conversation: null };
  const turns = [...doc.turns, { said, answer: answer.summary }];
  const amounts = doc.conversation === null ? AS_IT_IS : {};
  return { ...doc, answer, ...amounts, turns, conversation: conversation ?? null };
}

/**
 * Change what is shown. Amounts stay where the change can be carried back through them; where an amount is too near to
 * nothing for that, what is shown becomes the whole and amounts return to one.
 * @param {State} state @param {number} index @param {(shown: Settings) => Settings} edit @returns {Doc}
 */
function edited(state, index, edit) {
  const { doc, view } = state;
  const base = baseSettings(state);
  if (!base.bands[index]) return doc;
  const tone = doc.amount * doc.tone;
  const dynamics = doc.amount * doc.dynamics;
  const changed = edit(atAmounts(doc, base));
  const was = atAmounts(doc, base).bands[index];
  const now = changed.bands[index];
  const movedGain = gainOf(now) !== gainOf(was);
  const movedCompressor = now.compressor !== was.compressor;
  const carried = (!movedGain || tone >= 0.2) && (!movedCompressor || dynamics === 1 || dynamics === 0);
  if (carried && !(movedCompressor && dynamics === 0)) {
    const before = base.bands[index];
    const band = { ...now };
    if (!isPass(now)) band.gain_db = movedGain ? clip("gain_db", gainOf(now) / tone) : gainOf(before);
    if (!movedCompressor && "compressor" in before) band.compressor = before.compressor;
    return withBase(doc, view.section, { ...base, bands: base.bands.with(index, band) });
  }
  const sections = doc.answer.sections.map((each) => ({ ...each, settings: atAmounts(doc, each.settings) }));
  const whole = { ...doc.answer, settings: atAmounts(doc, doc.answer.settings), sections };
  return withBase({ ...doc, answer: whole, ...AS_IT_IS }, view.section, changed);
}

/** Put settings in place of those in view. @param {Doc} doc @param {number} section @param {Settings} settings @returns {Doc} */
function withBase(doc, section, settings) {
  const { answer } = doc;
  const origin = answer.origin === "start" ? "hand" : answer.origin;
  if (answer.sections.length === 0) return { ...doc, answer: { ...answer, origin, settings } };
  const sections = answer.sections.with(section, { ...answer.sections[section], settings });
  return { ...doc, answer: { ...answer, origin, sections } };
}

/** Try what somebody else chose. @param {Doc} doc @param {number} index @returns {Doc} */
function taken(doc, index) {
  const { plane } = doc.answer;
  const take = plane?.takes[index];
  if (!plane || !take) return doc;
  const answer = {
    ...doc.answer,
    settings: take.settings,
    why: take.settings.bands.map(() => ""),
    sections: [],
    plane: { ...plane, chosen: take.point },
  };
  return { ...doc, answer, ...AS_IT_IS };
}

/** Move the point on the tone plane by hand. @param {Doc} doc @param {import("./types.js").Point} point @returns {Doc} */
function pointed(doc, point) {
  const { plane, settings, why } = doc.answer;
  if (!plane) return doc;
  const moved = atPoint(settings, point);
  const told = moved.bands.length === why.length ? why : [];
  const answer = { ...doc.answer, settings: moved, why: told, sections: [], plane: { ...plane, chosen: point } };
  return { ...doc, answer };
}

/** Put what is heard aside as a variant. @param {State} state @returns {Doc} */
function kept(state) {
  const { doc } = state;
  if (doc.variants.length >= VARIANTS) return doc;
  const used = new Set(doc.variants.map(({ id }) => id));
  const id = ["a", "b", "c", "d"].find((each) => !used.has(each)) ?? "a";
  const settings = atAmounts(doc, doc.answer.settings);
  const name = `Variant ${id.toUpperCase()}`;
  return { ...doc, variants: [...doc.variants, { id, name, settings, sections: resultSections(doc) }] };
}

/** Go on from a variant. @param {Doc} doc @param {View} view @param {string} id @returns {Doc} */
function used(doc, view, id) {
  const variant = doc.variants.find((each) => each.id === id);
  if (!variant) return doc;
  const { settings, sections } = variant;
  const answer = { ...doc.answer, title: variant.name, settings, sections, why: [] };
  return { ...doc, answer, ...AS_IT_IS };
}
