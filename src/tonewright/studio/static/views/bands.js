/** One card per band with its reason, and the numbers of the chosen one. */

import { PARAMETERS } from "/static/web/engine/parameters.js";
import { flag, h, say } from "../dom.js";
import { RESTING, bandIsNeutral, compressorIsNeutral, gainOf, isPass } from "../model/settings.js";
import { resultSettings } from "../model/state.js";
import { TYPES, compression, hertz, region, sharpness, signed } from "../model/words.js";

/** @typedef {import("../model/types.js").State} State */
/** @typedef {import("../model/types.js").Band} Band */
/** @typedef {import("../studio.js").Studio} Studio */

/** @param {HTMLElement} root @param {Studio} studio */
export function mountBands(root, studio) {
  const { store } = studio;
  const row = h("div", { class: "row", role: "listbox", "aria-label": "Bands", "aria-orientation": "horizontal" });
  const detail = h("div", { class: "detail card", id: "detail", "aria-live": "off" });
  root.append(row, detail);
  row.addEventListener("keydown", (event) => {
    const { bands } = resultSettings(store.get());
    const { band } = store.get().view;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      event.stopPropagation();
      choose(store, (band + step + bands.length) % bands.length);
      /** @type {HTMLElement} */ (row.children[store.get().view.band])?.focus();
    }
    if (event.key === "Delete" || event.key === "Backspace") store.send({ type: "neutral", index: band });
  });
  /** @type {Card[]} */
  let cards = [];
  store.watch(
    (state) => [resultSettings(state), state.view.band, state.view.words, state.doc.answer.why, state.view.section],
    () => {
      const state = store.get();
      const { bands } = resultSettings(state);
      if (cards.length !== bands.length) {
        cards = bands.map((_, index) => card(index, store));
        row.replaceChildren(...cards.map(({ element }) => element));
      }
      bands.forEach((band, index) => cards[index].show(band, why(state, index), index === state.view.band));
    },
  );
  mountDetail(detail, studio);
}

/** @param {import("../studio.js").AppStore} store @param {number} band */
const choose = (store, band) => store.send({ type: "view", values: { band } });

/** The words beside a band: those of the settings as they stand, else those it came with. @param {State} state @param {number} index */
export function why(state, index) {
  const { doc, view } = state;
  const settings = resultSettings(state);
  const band = settings.bands[index];
  if (bandIsNeutral(band)) return "At rest.";
  if (view.words?.of === settings) return view.words.bands[index] || TYPES[band.type];
  return doc.answer.why[index] || view.words?.bands[index] || "";
}

/** The reason alone: the numbers that a sentence begins with stand above it already. @param {string} words */
function reason(words) {
  const [, after] = /^.*?(?:Hz|Q [\d.]*\d)(?:\. |: )(.+)$/s.exec(words) ?? [];
  return after ? after[0].toUpperCase() + after.slice(1) : words;
}

/** @typedef {{element: HTMLElement, show: (band: Band, words: string, chosen: boolean) => void}} Card */

/** @param {number} index @param {import("../studio.js").AppStore} store @returns {Card} */
function card(index, store) {
  const name = h("span", {});
  const number = h("b", {}, String(index + 1));
  const place = h("small", {});
  const value = h("div", { class: "value" });
  const because = h("div", { class: "because" });
  const element = h(
    "div",
    {
      role: "option",
      class: "band",
      onclick: () => choose(store, index),
      ondblclick: () => store.send({ type: "neutral", index }),
      onfocus: () => choose(store, index),
    },
    h("div", { class: "head" }, number, name, place),
    value,
    because,
  );
  return {
    element,
    show(band, words, chosen) {
      say(name, region(band.frequency_hz));
      const gain = isPass(band) ? TYPES[band.type] : `${signed(gainOf(band))} dB`;
      say(value, gain);
      say(place, hertz(band.frequency_hz < 100 ? Math.round(band.frequency_hz) : band.frequency_hz));
      say(because, reason(words));
      because.title = words;
      element.classList.toggle("still", bandIsNeutral(band));
      flag(element, "aria-selected", chosen);
      element.tabIndex = chosen ? 0 : -1;
    },
  };
}

/** @typedef {{name: import("/static/web/engine/settings.js").ParameterName, label: string, step: number, digits: number}} Field */

/** @type {Field[]} */
const FILTER = [
  { name: "frequency_hz", label: "Freq.", step: 1, digits: 1 },
  { name: "gain_db", label: "Gain", step: 0.1, digits: 1 },
  { name: "q", label: "Q", step: 0.05, digits: 2 },
];
/** @type {Field[]} */
const COMPRESSOR = [
  { name: "ratio", label: "Ratio", step: 0.1, digits: 2 },
  { name: "threshold_db", label: "Thresh.", step: 0.5, digits: 1 },
  { name: "knee_db", label: "Knee", step: 0.5, digits: 1 },
  { name: "attack_ms", label: "Att.", step: 1, digits: 1 },
  { name: "release_ms", label: "Rel.", step: 5, digits: 0 },
  { name: "makeup_db", label: "Makeup", step: 0.1, digits: 1 },
];

/** @param {Field} field its label with the unit, unless that is no word */
const labelled = ({ name, label }) => {
  const { unit } = PARAMETERS[name];
  return /^\w+$/.test(unit) ? `${label}, ${unit}` : label;
};

/** The chosen band in numbers, and why in full. @param {HTMLElement} root @param {Studio} studio */
function mountDetail(root, { store }) {
  const type = h("select", { "aria-label": "Type of band" }, ...Object.entries(TYPES).map(([value, name]) => h("option", { value }, name)));
  const index = () => store.get().view.band;
  type.onchange = () => {
    store.send({ type: "band", index: index(), values: { type: /** @type {Band["type"]} */ (type.value) } });
    store.send({ type: "rest" });
  };
  /** @param {Field} row @param {"band" | "compressor"} kind */
  const number = (row, kind) => {
    const { name, step } = row;
    const input = h("input", { type: "number", step: "any", inputmode: "decimal" });
    const put = (/** @type {number} */ value, /** @type {string | undefined} */ gesture) => {
      if (Number.isFinite(value)) store.send({ type: kind, index: index(), values: { [name]: value }, gesture });
    };
    input.onchange = () => {
      put(input.valueAsNumber, undefined);
      show();
    };
    input.onkeydown = (event) => {
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!way) return;
      event.preventDefault();
      const by = name === "frequency_hz" ? input.valueAsNumber * 0.02 : step * (event.shiftKey ? 10 : 1);
      put(input.valueAsNumber + way * by, `${kind}-${name}`);
      show();
    };
    input.onblur = () => store.send({ type: "rest" });
    return { name, input, field: h("label", { class: "field", title: PARAMETERS[name].meaning }, h("span", {}, labelled(row)), input) };
  };
  const filter = FILTER.map((row) => number(row, "band"));
  const compressor = COMPRESSOR.map((row) => number(row, "compressor"));
  const rest = h("button", { type: "button", class: "button", title: "Back to neutral (double-click on the handle)" }, "Neutral");
  rest.onclick = () => store.send({ type: "neutral", index: index() });
  const full = h("p", { class: "full" });
  const fields = h(
    "div",
    { class: "fields" },
    h("label", { class: "field" }, h("span", {}, "Band type"), type),
    ...filter.map(({ field }) => field),
    h("hr", { "aria-hidden": "true" }),
    ...compressor.map(({ field }) => field),
    rest,
  );
  root.append(full, fields);

  function show() {
    const state = store.get();
    const band = resultSettings(state).bands[state.view.band];
    if (!band) return;
    type.value = band.type;
    const values = /** @type {Record<string, any>} */ ({ ...band, gain_db: gainOf(band) });
    filter.forEach(({ name, input }, at) => set(input, values[name], FILTER[at].digits));
    filter[1].input.disabled = isPass(band);
    const shown = /** @type {Record<string, any>} */ ({ ...RESTING, ...band.compressor });
    compressor.forEach(({ name, input }, at) => set(input, shown[name], COMPRESSOR[at].digits));
    const squeezes = band.compressor && !compressorIsNeutral(band.compressor);
    const parts = [`${TYPES[band.type]} at ${hertz(band.frequency_hz)}, ${sharpness(band.q)}`];
    if (squeezes && band.compressor) parts.push(compression(band.compressor));
    full.replaceChildren(h("b", {}, `${parts.join("; ")}. `), h("span", { class: "quiet" }, why(state, state.view.band)));
    rest.disabled = bandIsNeutral(band);
  }
  store.watch((state) => [resultSettings(state), state.view.band, state.view.words, state.doc.answer.why], show);
}

/** Show a number, but leave alone what is being typed. @param {HTMLInputElement} input @param {number} value @param {number} digits */
function set(input, value, digits) {
  const text = String(Number(value.toFixed(digits)));
  if (document.activeElement === input && input.value !== "" && Number(input.value) === value) return;
  if (input.value !== text) input.value = text;
}
