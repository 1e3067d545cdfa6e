/** The blind test: two versions, shuffled anew each time; it asks which you prefer, and counts. */

import { BlindPreference } from "/static/web/player/blind.js";
import { h, say } from "../dom.js";
import { verdict } from "../model/blind.js";
import { dialog } from "./dialog.js";
import { listed } from "./transport.js";

/** @param {import("../studio.js").Studio} studio */
export function mountBlind({ store, sound }) {
  const [first, second] = [0, 1].map((index) =>
    h("select", { "aria-label": index ? "against" : "compare" }),
  );
  const pair = h("p", { class: "level" }, h("span", {}, "Compare"), first, h("span", {}, "with"), second);
  const sides = [0, 1].map((index) => side(index, () => hear(index), () => choose(index)));
  const trial = h("div", { class: "trial" }, ...sides.map(({ element }) => element));
  const asks = h("p", { id: "asks" }, "Listen to both as often as you like, then say which you prefer. Both are equally loud.");
  const tally = h("p", { class: "tally", id: "tally", role: "status" });
  const reveal = h("button", { type: "button", class: "button", id: "reveal" }, "Reveal");
  const again = h("button", { type: "button", class: "button" }, "Start over");
  const root = dialog("blind", "Which do you prefer?", asks, pair, trial, tally, h("div", { class: "spread" }, again, reveal));

  let test = new BlindPreference(["original", "result"]);
  let open = false;

  /** @param {number} index */
  function hear(index) {
    sound.player?.select(idAt(index));
    if (!sound.player?.state.playing) sound.player?.play();
    sides.forEach(({ element, letter }, at) => {
      element.classList.toggle("on", at === index);
      letter.setAttribute("aria-pressed", String(at === index));
    });
  }
  const idAt = (/** @type {number} */ index) => test.behind(test.letters[index]);

  /** @param {number} index */
  function choose(index) {
    if (!open) return;
    test.answer(test.letters[index]);
    next();
  }

  function next() {
    sides.forEach(({ element }) => element.classList.remove("on"));
    hear(0);
    const { trials } = test;
    say(tally, trials ? `${trials} ${trials === 1 ? "answer" : "answers"} so far. They are shuffled again.` : "");
    reveal.disabled = trials === 0;
  }

  function restart() {
    test = new BlindPreference([first.value, second.value]);
    next();
  }
  reveal.onclick = () => {
    const names = new Map(listed(store.get().doc.variants).map(({ id, name }) => [id, name.length === 1 ? `Variant ${name}` : name]));
    const [one, other] = test.ids.map((id) => /** @type {[string, number]} */ ([names.get(id) ?? id, test.counts[id]]));
    say(tally, verdict(one, other));
  };
  again.onclick = restart;
  first.onchange = second.onchange = () => {
    if (first.value === second.value) second.value = [...second.options].find(({ value }) => value !== first.value)?.value ?? "";
    restart();
  };
  root.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLSelectElement) return;
    const key = event.key.toLowerCase();
    if (key === "1" || key === "a") hear(0);
    else if (key === "2" || key === "b") hear(1);
    else if (key === "arrowleft") choose(0);
    else if (key === "arrowright") choose(1);
    else if (key === " " && !(event.target instanceof HTMLButtonElement && event.target.matches(":focus-visible"))) sound.player?.toggle();
    else if (key === "r") reveal.click();
    else return;
    event.preventDefault();
  });
  root.addEventListener("close", () => {
    open = false;
    sound.blind = false;
    sound.sync(store.get());
  });

  return () => {
    const { doc, view } = store.get();
    const versions = listed(doc.variants);
    for (const select of [first, second]) {
      select.replaceChildren(
        ...versions.map(({ id, name }) => h("option", { value: id }, name.length === 1 ? `Variant ${name}` : name)),
      );
    }
    first.value = "original";
    second.value = view.heard === "original" ? "result" : view.heard;
    open = true;
    sound.blind = true;
    root.showModal();
    restart();
    sides[0].letter.focus();
  };
}

/** @param {number} index @param {() => void} hear @param {() => void} choose */
function side(index, hear, choose) {
  const name = "AB"[index];
  const letter = h("button", { type: "button", class: "letter", "aria-label": `Listen to ${name}`, "aria-pressed": "false", onclick: hear }, name);
  const prefer = h("button", { type: "button", class: "button", onclick: choose }, `I prefer ${name}`);
  const keys = h("span", { class: "small quiet", "aria-hidden": "true" }, h("kbd", {}, String(index + 1)), " listen  ", h("kbd", {}, index ? "\u2192" : "\u2190"), " prefer");
  return { element: h("div", { class: "side-of" }, letter, prefer, keys), letter };
}
