/** Make it sound like a record. */

import { match } from "../commands.js";
import { h, say } from "../dom.js";
import { clock, loudness } from "../model/words.js";
import { WHAT, foundSentences, segments } from "./choices.js";

/** @param {HTMLElement} root @param {import("../studio.js").Studio} studio @param {{pickReference: () => void}} actions */
export function mountMatch(root, studio, { pickReference }) {
  const { store } = studio;
  const name = h("strong", {});
  const facts = h("span", { class: "small" });
  const choose = h("button", { type: "button", class: "button", id: "pick-reference", onclick: pickReference }, "Choose a file");
  const target = h("div", { class: "target", "data-drop": "reference" }, name, facts, choose);
  const what = segments("match-what", "Match its", WHAT);
  const start = h(
    "button",
    { type: "button", class: "primary wide", id: "start-match", onclick: () => match(studio, { what: what.value() }) },
    "Make it sound like this",
  );
  root.append(
    h("p", { class: "lead" }, "Drop a record that sounds as yours should. Similar instruments help; six bands follow the difference."),
    target,
    what.element,
    start,
    foundSentences(studio, "match"),
  );
  store.watch(
    ({ doc }) => doc.reference,
    (reference) => {
      target.classList.toggle("held", Boolean(reference));
      say(name, reference ? reference.name : "Drop a reference here");
      name.title = reference?.name ?? "";
      say(facts, reference ? `${clock(reference.duration_s)} \u00b7 ${loudness(reference.loudness.integrated_lufs)}` : "");
      say(choose, reference ? "Choose another" : "Choose a file");
    },
  );
  store.watch(
    ({ doc, view }) => !view.recording || !doc.reference || view.work !== null,
    (off) => {
      start.disabled = off;
    },
  );
}
