/** The line above everything: what is open, undo and redo, theme, help, keep. */

import { byId, h, icon, say } from "../dom.js";
import { channels, clock, loudness, truePeak } from "../model/words.js";
import { nextTheme, theme } from "../theme.js";

/** @typedef {import("../studio.js").Studio} Studio */

const THEMES = { system: "as the system", light: "light", dark: "dark" };

/** @param {Studio} studio @param {{help: () => void, keep: () => void, pick: () => void, said: (text: string) => void}} actions */
export function mountTop({ store }, actions) {
  const [undo, redo, themes, help, keep, open] = ["undo", "redo", "theme", "help", "keep", "open"].map(
    (id) => /** @type {HTMLButtonElement} */ (byId(id)),
  );
  undo.append(icon("undo"), h("span", { class: "unseen" }, "Undo"));
  redo.append(icon("redo"), h("span", { class: "unseen" }, "Redo"));
  help.append(icon("help"), h("span", { class: "unseen" }, "Keys and help"));
  const themeName = h("span", { class: "unseen" });
  themes.append(icon("theme"), themeName);
  const showTheme = () => {
    say(themeName, `Theme: ${THEMES[theme()]}`);
    themes.title = `Theme: ${THEMES[theme()]} (T)`;
  };
  showTheme();

  undo.onclick = () => store.send({ type: "undo" });
  redo.onclick = () => store.send({ type: "redo" });
  themes.onclick = () => {
    actions.said(`Theme: ${THEMES[nextTheme()]}`);
    showTheme();
  };
  help.onclick = actions.help;
  keep.onclick = actions.keep;
  open.onclick = actions.pick;

  store.watch(
    ({ past, future }) => [past.length, future.length],
    ([back, forth]) => {
      undo.disabled = back === 0;
      redo.disabled = forth === 0;
    },
  );
  store.watch(
    ({ view }) => view.recording,
    (recording) => {
      keep.disabled = !recording;
      say(open, recording ? recording.name : "Open a recording");
      open.title = "Open another recording (O)";
      say(byId("facts"), recording ? facts(recording) : "");
      document.title = recording ? `${recording.name} \u2013 Tonewright` : "Tonewright studio";
    },
  );
}

/** @param {import("../model/types.js").Recording} recording */
function facts(recording) {
  const { integrated_lufs, true_peak_dbtp } = recording.loudness;
  const parts = [
    clock(recording.duration_s),
    channels(recording.channels),
    `${recording.sample_rate / 1000} kHz`,
    loudness(integrated_lufs),
    truePeak(true_peak_dbtp),
  ];
  return parts.filter(Boolean).join(" \u00b7 ");
}
