/** The whole session: front page, one page after another, the end. Where it stands, the server says. */

/** @import { Builder, Page } from "./pages/types.js" */
/** @import { Say } from "./dom.js" */

import { Refused, drawId, read, send, speakFor } from "./api.js";
import { device } from "./device.js";
import { h, speaker } from "./dom.js";
import { memory } from "./memory.js";
import { adjustment } from "./pages/adjustment.js";
import { consent } from "./pages/consent.js";
import { end } from "./pages/end.js";
import { form } from "./pages/form.js";
import { headphones } from "./pages/headphones.js";
import { instructions } from "./pages/instructions.js";
import { level } from "./pages/level.js";
import { pairs } from "./pages/pairs.js";
import { rating } from "./pages/rating.js";
import { save, unsaved } from "./saving.js";

/** @type {Record<string, Builder>} */
const PAGES = { before: form, after: form, headphones, level, instructions };
/** @type {Record<string, Builder>} */
const TRIALS = { adjustment, rating, mushra: rating, ab: pairs, abx: pairs, preference: pairs };

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

const main = byId("page");
const status = byId("status");

/** @type {any} */
let front;
let language = "en";
/** @type {Say} */
let say = (key) => key;
/** @type {Page | null} */
let shown = null;
/** The step that is on the screen, for what happens to the window. */
let step = "";

/** @param {string} text @param {boolean} [warn] */
function tell(text, warn = false) {
  status.textContent = text;
  status.className = warn ? "warn" : "";
}

/** @param {Page} page */
async function show(page) {
  await shown?.close?.();
  shown = page;
  const heading = h("h1", { tabindex: -1 }, page.title);
  main.replaceChildren(heading, ...page.nodes);
  document.title = page.title;
  scrollTo(0, 0);
  heading.focus();
}

/** @param {any} state  of the session, from the server */
async function go(state) {
  byId("languages").hidden = true;
  const bar = byId("progress");
  bar.hidden = false;
  const number = Math.min(state.number, state.total);
  byId("progress-text").textContent = say("page_of", { number, total: state.total });
  const meter = /** @type {HTMLProgressElement} */ (bar.querySelector("progress"));
  meter.value = (state.number - 1) / state.total;
  if (!state.step) {
    step = "";
    return show(end(state, say));
  }
  step = state.step.id;
  const build = state.step.type === "trial" ? TRIALS[state.step.kind] : PAGES[state.step.type];
  main.setAttribute("aria-busy", "true");
  const waiting = setTimeout(() => tell(say("loading")), 300);
  try {
    const page = await build(state.step, { say, submit: (body) => submit(step, body), complain: (text) => tell(text, true) });
    clearTimeout(waiting);
    if (status.textContent === say("loading")) tell("");
    await show(page);
    main.dataset.step = state.step.id;
  } finally {
    clearTimeout(waiting);
    main.removeAttribute("aria-busy");
  }
}

/** @param {string} name @param {object} body */
async function submit(name, body) {
  for (const button of main.querySelectorAll("button")) button.disabled = true;
  tell(say("saving"));
  try {
    const state = await save(name, body, language, (reason) => {
      tell(say("retrying", { reason: reason || say("no_connection") }), true);
    });
    tell(say("saved"));
    await go(state);
  } catch (error) {
    await refused(error);
  }
}

/** What to do when the server will not have something. @param {unknown} error */
async function refused(error) {
  if (error instanceof Refused && error.status === 409) {
    tell(say("elsewhere"), true);
    return go(await read(`/api/session?language=${language}`));
  }
  if (error instanceof Refused && error.status === 410) {
    memory.set("secret", null);
    const again = h("button", { type: "button", class: "main", onclick: () => location.reload() }, say("begin_again"));
    return show({ title: front.title[language], nodes: [h("p", {}, say("gone")), again] });
  }
  const reason = error instanceof Error ? error.message : String(error);
  for (const button of main.querySelectorAll("button")) button.disabled = false;
  tell(say("failed", { reason }), true);
}

async function begin() {
  const participant = front.identifier ? new URLSearchParams(location.search).get("participant") : null;
  try {
    const state = await send(`/api/sessions?language=${language}`, { agreed: true, language, participant, device: device() });
    memory.set("secret", state.secret);
    memory.set("language", language);
    speakFor(state.secret);
    await go(state);
  } catch (error) {
    const reason = error instanceof Refused ? error.message : say("no_connection");
    tell(say("closed", { reason }), true);
  }
}

/** @param {string} code */
async function speak(code) {
  language = code;
  say = speaker(await read(`/api/words/${code}`));
  document.documentElement.lang = code;
  byId("study-title").textContent = front.title[code];
}

function offerLanguages() {
  const codes = Object.keys(front.languages);
  const place = byId("languages");
  place.hidden = codes.length < 2;
  const label = /** @type {HTMLElement} */ (place.querySelector("span"));
  const select = /** @type {HTMLSelectElement} */ (place.querySelector("select"));
  label.textContent = say("language_label");
  select.replaceChildren(...codes.map((code) => h("option", { value: code, selected: code === language }, front.languages[code])));
  select.onchange = async () => {
    await speak(select.value);
    label.textContent = say("language_label");
    await show(consent(front, language, say, begin));
  };
}

/** Tell the server that the window was left or came back; nothing waits for it. @param {"left" | "returned" | "resumed"} type */
function note(type) {
  if (step) send("/api/events", { id: drawId(), type, step }).catch(() => {});
}

async function start() {
  front = await read("/api/study");
  memory.open(front.study);
  const codes = Object.keys(front.languages);
  const wanted = navigator.languages.map((each) => each.slice(0, 2));
  await speak(memory.get("language") ?? wanted.find((code) => codes.includes(code)) ?? codes[0]);
  const secret = memory.get("secret");
  document.addEventListener("visibilitychange", () => note(document.hidden ? "left" : "returned"));
  if (!secret) {
    offerLanguages();
    return show(consent(front, language, say, begin));
  }
  speakFor(secret);
  try {
    const waiting = unsaved();
    const state = await read(`/api/session?language=${language}`);
    tell(say("resumed"));
    // What was on its way when the window was closed is sent first.
    if (waiting && waiting.step === state.step?.id) await submit(waiting.step, waiting.body);
    else await go(state);
    note("resumed");
  } catch (error) {
    await refused(error);
  }
}

start().catch((error) => tell(String(error.message ?? error), true));
