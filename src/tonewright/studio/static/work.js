/** One piece of long work at a time: its progress, its end, its cancelling; failures become a sentence. */

import { Fault } from "./api.js";

/** @typedef {import("./studio.js").Studio} Studio */

/**
 * @template T
 * @param {Studio} studio
 * @param {string} title what is done, such as `Listening`
 * @param {(watch: import("./api.js").Watch, signal: AbortSignal) => Promise<T>} task
 * @returns {Promise<T | null>} null when it failed or was cancelled
 */
export async function work(studio, title, task) {
  const { store } = studio;
  store.get().view.work?.stop();
  const control = new AbortController();
  const stop = () => control.abort();
  /** @param {string} stage @param {number | null} part */
  const tell = (stage, part) => {
    if (!control.signal.aborted) store.send({ type: "view", values: { work: { title, stage, part, stop } } });
  };
  tell("", null);
  store.send({ type: "view", values: { message: null } });
  try {
    const result = await task(tell, control.signal);
    return control.signal.aborted ? null : result;
  } catch (error) {
    if (!control.signal.aborted && !isAbort(error)) fail(studio, error);
    return null;
  } finally {
    if (store.get().view.work?.stop === stop) store.send({ type: "view", values: { work: null } });
  }
}

/** @param {unknown} error */
const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";

/** Show a failure as one sentence. @param {Studio} studio @param {unknown} error */
export function fail(studio, error) {
  const known = error instanceof Fault;
  if (!known) console.error(error);
  const text = known ? error.message : "Something went wrong in the page; what you did so far is kept.";
  studio.store.send({ type: "view", values: { message: { kind: "error", text } } });
}

/** Say something that is no failure. @param {Studio} studio @param {string} text */
export function note(studio, text) {
  studio.store.send({ type: "view", values: { message: { kind: "note", text } } });
}
