/**
 * Answers on their way: kept in the browser until the server says that they are on its disk, sent again until then.
 */

import { Refused, drawId, send } from "./api.js";
import { memory } from "./memory.js";

/** Pauses before another try, in ms; the last one repeats. */
const PAUSES_MS = [500, 1000, 2000, 5000, 10000];

/** @typedef {{id: string, step: string, body: object}} Answer */

/** The answer that was not yet saved when the page was closed. @returns {Answer | null} */
export const unsaved = () => memory.get("pending");

/**
 * Send an answer until it is saved.
 * @param {string} step
 * @param {object} body
 * @param {string} language
 * @param {(reason: string) => void} retrying  told before each pause; an empty reason where the server does not answer
 * @returns {Promise<any>} the session's next state
 */
export async function save(step, body, language, retrying) {
  const waiting = unsaved();
  // The same answer keeps its id, so that the server stores it once.
  const answer = waiting?.step === step ? waiting : { id: drawId(), step, body };
  memory.set("pending", answer);
  for (let attempt = 0; ; attempt++) {
    try {
      const state = await send(`/api/answers?language=${encodeURIComponent(language)}`, answer);
      memory.set("pending", null);
      return state;
    } catch (error) {
      // What the server has understood and refused will not change; everything else may.
      if (error instanceof Refused && error.status < 500) {
        memory.set("pending", null);
        throw error;
      }
      retrying(error instanceof Refused ? error.message : "");
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]));
  }
}
