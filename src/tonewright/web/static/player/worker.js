/** The worker: keeps sounds and does tasks on them, several side by side, each until it is done or cancelled. */

/** @import { Settings } from "../engine/types.js" */
/** @import { Sound } from "./tasks.js" */

import { measureTask, peaksTask, spectrumTask } from "./tasks.js";

/**
 * @typedef {{type: "measure", quick: boolean, settings: Settings | null}
 *   | {type: "peaks", framesPerPeak: number}
 *   | {type: "spectrum", settings: Settings | null}} Task
 * @typedef {{type: "source", id: string, sound: Sound} | {type: "drop", id: string}
 *   | {type: "cancel", job: number} | {type: "task", job: number, source: string, task: Task}} Request
 * @typedef {{job: number, result?: any, error?: string}} Answer
 */

/** How long a task works before the others and the messages have their turn, in milliseconds. */
const TURN_MS = 20;

/** @type {Map<string, Sound>} */
const sounds = new Map();
/** @type {Set<number>} */
const wanted = new Set();
const scope = /** @type {{postMessage(answer: Answer): void}} */ (/** @type {unknown} */ (globalThis));

// Messages between ports come sooner than timers, which browsers slow down in nested calls.
const turn = new MessageChannel();
/** @type {(() => void)[]} */
const sleepers = [];
turn.port1.onmessage = () => sleepers.shift()?.();
const nextTurn = () =>
  new Promise((/** @type {(value: void) => void} */ wake) => {
    sleepers.push(wake);
    turn.port2.postMessage(null);
  });

addEventListener("message", ({ data }) => receive(data));

/** @param {Request} request */
function receive(request) {
  switch (request.type) {
    case "source":
      sounds.set(request.id, request.sound);
      break;
    case "drop":
      sounds.delete(request.id);
      break;
    case "cancel":
      wanted.delete(request.job);
      break;
    case "task":
      wanted.add(request.job);
      work(request.job, request.source, request.task);
      break;
  }
}

/** @param {number} job @param {string} source @param {Task} task */
async function work(job, source, task) {
  try {
    const sound = sounds.get(source);
    if (!sound) throw new Error(`There is no sound ${source}.`);
    const steps = begin(sound, task);
    let until = performance.now() + TURN_MS;
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) return scope.postMessage({ job, result: step.value });
      if (performance.now() < until) continue;
      await nextTurn();
      if (!wanted.has(job)) return;
      until = performance.now() + TURN_MS;
    }
  } catch (error) {
    scope.postMessage({ job, error: error instanceof Error ? error.message : String(error) });
  } finally {
    wanted.delete(job);
  }
}

/** @param {Sound} sound @param {Task} task @returns {Generator<void, unknown>} */
function begin(sound, task) {
  switch (task.type) {
    case "measure":
      return measureTask(sound, task.settings, task.quick);
    case "peaks":
      return peaksTask(sound, task.framesPerPeak);
    case "spectrum":
      return spectrumTask(sound, task.settings);
  }
}
