/** Everything that can be taken away: the sound, the settings, a preset, a report, the project. */

import { api, download } from "../api.js";
import { exported, keepProject, keepRecording, keepReport, keepSettings } from "../commands.js";
import { h, say } from "../dom.js";
import { fail } from "../work.js";
import { dialog } from "./dialog.js";
import { listed } from "./transport.js";

/** @typedef {import("../studio.js").Studio} Studio */
/** @typedef {import("../commands.js").Level} Level */

/** @param {Studio} studio */
export function mountKeep(studio) {
  const { store } = studio;
  const which = h("p", { class: "quiet" });
  const level = levelChoice();
  const format = h("select", { "aria-label": "Format" });
  const reportFormat = h(
    "select",
    { "aria-label": "Form of the report" },
    h("option", { value: "html" }, "One page"),
    h("option", { value: "zip" }, "Folder, zipped"),
  );
  const saved = (/** @type {HTMLElement} */ more) => (/** @type {{name: string, notes?: string[]} | null} */ file) =>
    say(more, file ? [`${file.name} is in your downloads.`, ...(file.notes ?? [])].join(" ") : problem());
  const problem = () => store.get().view.message?.text ?? "";

  const sound = way("The sound", "Rate, bit depth and tags as in the original, true peak below \u22121 dBTP, no limiter.", "keep-sound", [format], (more) =>
    keepRecording(studio, level.value(), format.value).then(saved(more)),
  );
  const settings = way("The settings", "A small text file that the command line renders to exactly this sound.", "keep-settings", [], (more) =>
    keepSettings(studio, level.value()).then(saved(more)),
  );
  const preset = presetWay(studio, level.value, problem);
  const report = way("The report", "What was done and why: curves, numbers, words.", "keep-report", [reportFormat], (more) =>
    keepReport(studio, level.value(), reportFormat.value).then(saved(more)),
  );
  const project = way("The project", "Everything on this page, recording and undo included. Drop it here to go on.", "keep-project", [], (more) =>
    keepProject(studio).then(saved(more)),
  );
  const ways = [sound, settings, preset.element, report, project];
  const root = dialog("keeping", "Keep", which, level.element, h("div", { class: "ways" }, ...ways));
  store.watch(
    ({ view }) => view.work !== null,
    (busy) => {
      for (const button of root.querySelectorAll(".way button")) /** @type {HTMLButtonElement} */ (button).disabled = busy;
    },
  );

  return () => {
    const { doc, view } = store.get();
    if (!view.recording || root.open) return;
    if (view.heard === "original") store.send({ type: "view", values: { heard: "result" } });
    const heard = store.get().view.heard;
    const name = listed(doc.variants).find(({ id }) => id === heard)?.name ?? "Result";
    say(which, `${name.length === 1 ? `Variant ${name}` : "The result"} of ${view.recording.name}`);
    const same = h("option", { value: "same" }, `As it came (${view.recording.name.split(".").pop()?.toUpperCase()})`);
    const others = (studio.start?.formats ?? []).filter((each) => each.name !== "same");
    format.replaceChildren(same, ...others.map((each) => h("option", { value: each.name }, each.label)));
    for (const more of root.querySelectorAll(".more")) more.replaceChildren();
    preset.load();
    root.showModal();
  };
}

/** How loud what is kept shall be. */
function levelChoice() {
  const number = h("input", { type: "number", value: -14, min: -40, max: -5, step: 0.5, "aria-label": "Loudness in LUFS", hidden: true });
  const select = h(
    "select",
    { id: "level" },
    h("option", { value: "input" }, "as loud as the original"),
    h("option", { value: "as it is" }, "as the settings stand"),
    h("option", { value: "lufs" }, "at a loudness in LUFS"),
  );
  select.onchange = () => {
    number.hidden = select.value !== "lufs";
  };
  const element = h("p", { class: "level" }, h("label", { for: "level" }, "Level"), select, number);
  /** @returns {Level} */
  const value = () => (select.value === "lufs" ? number.valueAsNumber : /** @type {Level} */ (select.value));
  return { element, value };
}

/**
 * @param {string} title @param {string} words @param {string} id @param {Node[]} options @param {(more: HTMLElement) => void} act
 */
function way(title, words, id, options, act) {
  const more = h("div", { class: "more quiet", role: "status" });
  const button = h("button", { type: "button", class: "button", id, "aria-label": `Save ${title.toLowerCase()}` }, "Save");
  button.onclick = () => act(more);
  return h(
    "div",
    { class: "way" },
    h("div", {}, h("h3", {}, title), h("p", {}, words)),
    h("div", { class: "doing" }, ...options, button),
    more,
  );
}

/** A preset for another program: what it carries over is said before it is saved. @param {Studio} studio @param {() => Level} level @param {() => string} problem */
function presetWay(studio, level, problem) {
  const select = h("select", { "aria-label": "Program", id: "program" });
  /** @type {import("../api.js").Program[]} */
  let programs = [];
  const element = way("A preset", "For another program, with what is lost said beforehand.", "keep-preset", [select], async (more) => {
    const file = await exported(studio, level(), select.value);
    if (!file) return say(more, problem());
    more.replaceChildren(...exactness(file));
    download(file);
  });
  const more = /** @type {HTMLElement} */ (element.querySelector(".more"));
  select.onchange = async () => {
    const file = await exported(studio, level(), select.value);
    if (file) more.replaceChildren(...exactness(file));
    else say(more, problem());
  };
  const load = async () => {
    if (programs.length) return;
    try {
      ({ programs } = await api.programs());
      // Our own format is the settings file above.
      programs = programs.filter(({ name, writes }) => writes && name !== "tonewright");
      select.replaceChildren(...programs.map(({ name, title }) => h("option", { value: name }, title)));
    } catch (error) {
      fail(studio, error);
    }
  };
  return { element, load };
}

/** @param {{name: string, exactness: string, max_error_db: number | null, warnings: string[], instruction: string}} file */
function exactness({ name, exactness, max_error_db, warnings, instruction }) {
  const error = max_error_db == null ? "" : ` within ${max_error_db < 0.01 ? "0.01" : max_error_db.toFixed(2)} dB.`;
  return [
    h("p", {}, h("span", { class: `exactness ${exactness}` }, exactness), `${name}:${error || " "} ${instruction ?? ""}`),
    warnings.length ? h("ul", {}, ...warnings.map((line) => h("li", {}, line))) : h("span", {}),
  ];
}
