/** Let it listen: no words, no reference. */

import { balance } from "../commands.js";
import { h } from "../dom.js";
import { WHAT, foundSentences, segments } from "./choices.js";

/** Recordings from here on have parts worth treating apart, in seconds. */
const LONG_S = 60;

/** @param {HTMLElement} root @param {import("../studio.js").Studio} studio */
export function mountAuto(root, studio) {
  const { store } = studio;
  const profile = segments("profile", "It is", [
    ["music", "Music"],
    ["speech", "Speech"],
  ]);
  const what = segments("auto-what", "Change", WHAT);
  const parts = h("input", { type: "checkbox", id: "parts" });
  const tick = h("label", { class: "tick" }, parts, h("span", {}, "Parts that sound different each get their own settings"));
  const start = h(
    "button",
    {
      type: "button",
      class: "primary wide",
      id: "start-auto",
      onclick: () => balance(studio, { profile: profile.value(), what: what.value(), sections: parts.checked }),
    },
    "Bring it into balance",
  );
  root.append(
    h("p", { class: "lead" }, "It listens to the whole recording and suggests six bands. What already sounds balanced stays nearly as it is."),
    profile.element,
    what.element,
    tick,
    start,
    foundSentences(studio, "auto"),
  );
  store.watch(
    ({ view }) => view.recording,
    (recording) => {
      const many = (recording?.sections.length ?? 0) > 1;
      tick.hidden = !many && (recording?.duration_s ?? 0) < LONG_S;
      if (!many) parts.checked = false;
    },
  );
  store.watch(
    ({ view }) => !view.recording || view.work !== null,
    (off) => {
      start.disabled = off;
    },
  );
}
