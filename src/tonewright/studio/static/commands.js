/** What the user can have done that is more than a change of state: opening, asking, keeping. */

import { api, download, Fault } from "./api.js";
import { answerOf, answerOfFile, chainOf, fromProject, projectOf } from "./model/answers.js";
import { fail, note, work } from "./work.js";

/** @typedef {import("./studio.js").Studio} Studio */
/** @typedef {import("./model/types.js").Recording} Recording */

const PROJECT = /\.tonewright$/i;
const PRESET = /\.(json|txt|ya?ml|conf|xml|jsfx)$/i;

/** Open whatever was dropped: a project, a preset, or a recording. @param {Studio} studio @param {File} file */
export async function openFile(studio, file) {
  if (PROJECT.test(file.name)) return openProject(studio, file);
  if (PRESET.test(file.name)) return openPreset(studio, file);
  const recording = await work(studio, `Opening ${file.name}`, (watch, signal) => api.upload(file, watch, signal));
  if (recording) open(studio, recording);
}

/** @param {Studio} studio @param {Recording} recording */
export function open(studio, recording) {
  const { reference } = studio.store.get().doc;
  studio.store.send({ type: "open", recording, doc: { reference } });
}

/** @param {Studio} studio */
export async function openDemo(studio) {
  try {
    const { song, reference } = await api.demo();
    studio.store.send({ type: "open", recording: song, doc: { reference } });
  } catch (error) {
    fail(studio, error);
  }
}

/** @param {Studio} studio @param {File} file */
export async function openReference(studio, file) {
  const recording = await work(studio, `Opening ${file.name}`, (watch, signal) => api.upload(file, watch, signal));
  if (recording) studio.store.send({ type: "reference", recording });
}

/** @param {Studio} studio @param {File} file */
async function openPreset(studio, file) {
  try {
    const imported = await api.import(file.name, await file.text());
    studio.store.send({ type: "answer", answer: answerOfFile(imported, file.name) });
    note(studio, [`${file.name} is in place.`, ...imported.warnings].join(" "));
  } catch (error) {
    fail(studio, error);
  }
}

/** Ask in words; a conversation goes on where it stands. @param {Studio} studio @param {string} prompt */
export async function ask(studio, prompt) {
  const { doc, view } = studio.store.get();
  const body = { prompt, recording: view.recording?.id ?? null, conversation: doc.conversation };
  const result = await work(studio, "Thinking of people", (watch, signal) => api.door("say", body, watch, signal));
  if (!result) return false;
  const answer = answerOf(result, doc.turns);
  studio.store.send({ type: "answer", answer, said: prompt, conversation: result.details.conversation });
  return true;
}

/** @param {Studio} studio @param {{profile: string, what: string, sections: boolean}} options */
export async function balance(studio, options) {
  const { recording } = studio.store.get().view;
  if (!recording) return;
  const body = { recording: recording.id, ...options };
  const result = await work(studio, "Listening", (watch, signal) => api.door("auto", body, watch, signal));
  if (result) studio.store.send({ type: "answer", answer: answerOf(result) });
}

/** @param {Studio} studio @param {{what: string}} options */
export async function match(studio, options) {
  const { doc, view } = studio.store.get();
  if (!view.recording || !doc.reference) return;
  const body = { recording: view.recording.id, references: [doc.reference.id], ...options };
  const result = await work(studio, "Comparing", (watch, signal) => api.door("match", body, watch, signal));
  if (result) studio.store.send({ type: "answer", answer: answerOf(result) });
}

/** @typedef {"as it is" | "input" | number} Level */

/**
 * What is kept: the version in view, its level settled.
 * @param {Studio} studio @param {Level} level @param {AbortSignal} [signal]
 */
export async function settled(studio, level, signal) {
  const state = studio.store.get();
  const { recording } = state.view;
  if (!recording) throw new Fault("Open a recording first.");
  const settings = chainOf(state, state.view.heard);
  const measured = await api.measure({ recording: recording.id, settings, loudness: level }, signal);
  return { recording, chain: measured.timeline ?? /** @type {any} */ (measured.settings), measured };
}

/** @param {Studio} studio @param {Level} level @param {string} format */
export async function keepRecording(studio, level, format) {
  return work(studio, "Rendering", async (watch, signal) => {
    const { recording, chain } = await settled(studio, level, signal);
    const body = { recording: recording.id, settings: chain, format, ceiling_dbtp: -1 };
    const file = await api.render(body, watch, signal);
    download(file);
    return file;
  });
}

/** @param {Studio} studio @param {Level} level */
export async function keepSettings(studio, level) {
  return work(studio, "Measuring", async (_watch, signal) => {
    const { recording, chain } = await settled(studio, level, signal);
    const file = await api.settingsFile(chain, stem(recording.name));
    download(file);
    return file;
  });
}

/** @param {Studio} studio @param {Level} level @param {string} program */
export async function exported(studio, level, program) {
  return work(studio, "Converting", async (_watch, signal) => {
    const { recording, chain } = await settled(studio, level, signal);
    const name = stem(recording.name);
    // Other programs know no parts: the one in view is theirs.
    const { section } = studio.store.get().view;
    const settings = chain.sections ? chain.sections[section].settings : chain;
    const file = await api.export({ settings, program, rate_hz: recording.sample_rate, name });
    const part = chain.sections ? [`Presets know no parts: this is part ${section + 1}.`] : [];
    return { ...file, warnings: [...part, ...file.warnings] };
  });
}

/** @param {Studio} studio @param {Level} level @param {string} format */
export async function keepReport(studio, level, format) {
  return work(studio, "Writing the report", async (watch, signal) => {
    const { recording, chain } = await settled(studio, level, signal);
    const { result } = studio.store.get().doc.answer;
    const body = { recording: recording.id, settings: chain, result, format };
    const file = await api.report(body, watch, signal);
    download(file);
    return file;
  });
}

/** @param {Studio} studio */
export async function keepProject(studio) {
  return work(studio, "Packing", async () => {
    const state = studio.store.get();
    const { recording } = state.view;
    if (!recording) throw new Fault("Open a recording first.");
    const docs = [...state.past, state.doc, ...state.future];
    const ids = [recording, ...docs.map(({ reference }) => reference)].flatMap((each) => (each ? [each.id] : []));
    const recordings = [...new Set(ids)];
    const body = { name: stem(recording.name), state: projectOf(state), recordings, audio: true };
    const file = await api.saveProject(body);
    download(file);
    return file;
  });
}

/** @param {Studio} studio @param {File} file */
async function openProject(studio, file) {
  const opened = await work(studio, `Opening ${file.name}`, () => api.openProject(file));
  if (!opened) return;
  const found = new Map(opened.recordings.flatMap(({ was, found }) => (found ? [[was, found]] : [])));
  const missing = opened.recordings.find(({ was }) => was === opened.state.recording?.id && !found.has(was));
  if (missing) {
    return fail(studio, new Fault(`The project needs ${missing.name}: open that recording, then the project again.`));
  }
  studio.store.send({ type: "project", ...fromProject(opened.state, found) });
  note(studio, `${file.name} is as you left it.`);
}

/** @param {string} name */
const stem = (name) => name.replace(/\.[^.]+$/, "") || "recording";
