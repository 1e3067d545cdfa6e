/** Say it in words; what people would choose; a conversation that goes on. */

import "/static/web/parts/plane.js";
import { ask } from "../commands.js";
import { h, icon, say } from "../dom.js";
import { pointOf, spreadOf } from "../model/plane.js";

/** @typedef {import("../studio.js").Studio} Studio */

const FIRST = ["for a late dinner with friends", "warmer", "less harsh, keep the air", "more punch", "cut 3 dB at 400 Hz, Q 2"];
const NEXT = ["a bit less", "a bit more", "more air", "why?"];

/** @param {HTMLElement} root @param {Studio} studio */
export function mountSay(root, studio) {
  const { store } = studio;
  const lead = h("p", { class: "lead" }, "Say how it should sound. Numbers are obeyed exactly; the rest is what people would choose.");
  const talk = h("ol", { class: "talk", tabindex: 0, "aria-label": "Conversation" });
  const offer = h("div", { class: "chips", hidden: true });
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Suggestions" });
  const line = h("input", {
    id: "line",
    class: "text",
    type: "text",
    maxlength: 2000,
    autocomplete: "off",
    enterkeyhint: "send",
    "aria-label": "How should it sound?",
    placeholder: "warmer, for a late dinner",
  });
  const send = h("button", { type: "submit", class: "primary", "aria-label": "Ask" }, icon("send"));
  const form = h("form", { class: "ask" }, line, send);
  const cloud = mountCloud(studio);
  root.append(lead, talk, cloud, offer, chips, form);

  /** @param {string} prompt */
  const go = async (prompt) => {
    if (!prompt.trim() || store.get().view.work) return;
    line.value = prompt;
    if (await ask(studio, prompt.trim())) line.value = "";
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    go(line.value);
  };

  store.watch(
    ({ doc }) => doc.turns,
    (turns) => {
      lead.hidden = turns.length > 0;
      talk.hidden = turns.length === 0;
      talk.replaceChildren(
        ...turns.flatMap(({ said, answer }) => [
          h("li", { class: "said" }, said),
          ...(answer.length ? [h("li", { class: "answer" }, answer.join(" "))] : []),
        ]),
      );
      talk.scrollTop = talk.scrollHeight;
      line.placeholder = turns.length ? "a bit less, more air, why? \u2026" : FIRST[0];
      const suggestions = turns.length ? NEXT : FIRST;
      chips.replaceChildren(
        ...suggestions.map((text) => h("button", { type: "button", class: "chip", onclick: () => go(text) }, text)),
      );
    },
  );
  store.watch(
    ({ doc, view }) => [view.recording === null, view.work !== null, studio.start?.doors.say.available],
    ([closed, busy, available]) => {
      const off = Boolean(closed || busy || available === false);
      for (const each of [line, send, ...chips.querySelectorAll("button")]) {
        /** @type {HTMLButtonElement} */ (each).disabled = off && each !== line;
      }
      if (available === false) say(lead, studio.start?.doors.say.reason ?? "");
    },
  );
  store.watch(
    ({ doc }) => doc.answer.offer,
    (two) => {
      offer.hidden = !two;
      offer.replaceChildren(
        ...(two ?? []).map((_, index) =>
          h(
            "button",
            { type: "button", class: "chip", onclick: () => go(index ? "the second" : "the first") },
            index ? "Take the second" : "Take the first",
          ),
        ),
      );
    },
  );
}

/** The population on the tone plane. @param {Studio} studio */
function mountCloud({ store }) {
  const plane = h("tw-plane", { "aria-label": "Tone plane: what people would choose" });
  plane.labels = { left: "relaxed", right: "energetic", top: "bright", bottom: "warm" };
  const words = h("p", {});
  const other = h("button", { type: "button", class: "button", title: "Try what somebody else would choose (P)" }, "Somebody else\u2019s");
  const middle = h("button", { type: "button", class: "button" }, "What most want");
  const beside = h("div", { class: "beside" }, words, other, middle);
  const root = h("div", { class: "cloud", hidden: true }, plane, beside);

  const pointed = (/** @type {any} */ event) =>
    store.send({ type: "point", point: [event.detail.x, event.detail.y], gesture: "plane" });
  plane.addEventListener("input", pointed);
  plane.addEventListener("change", (/** @type {any} */ event) => {
    pointed(event);
    store.send({ type: "rest" });
  });
  plane.addEventListener("point", (/** @type {any} */ event) => {
    const { plane: now } = store.get().doc.answer;
    const [kind, index] = String(event.detail.id).split("-");
    if (kind === "take") store.send({ type: "take", index: Number(index) });
    else if (now) store.send({ type: "point", point: spreadOf(now)[Number(index)] });
  });
  other.id = "other";
  other.onclick = () => nextTake(store);
  middle.onclick = () => {
    const { mean } = store.get().doc.answer.plane ?? {};
    if (mean) store.send({ type: "point", point: mean });
  };

  store.watch(
    ({ doc }) => doc.answer.plane,
    (now, before) => {
      root.hidden = !now;
      if (!now) return;
      if (now.takes !== before?.takes) {
        const kind = now.takes.length ? "take" : "cell";
        const points = now.takes.length ? now.takes.map(({ point }) => point) : spreadOf(now);
        plane.cloud = points.map(([x, y], index) => ({ x, y, id: `${kind}-${index}`, label: `Person ${index + 1}` }));
        const people = `${points.length} people who might ask this.`;
        say(words, now.takes.length ? `${people} Try a dot, or drag the ring.` : `Your words decided. The dots: ${people}`);
      }
      const [x, y] = now.chosen ?? pointOf(store.get().doc.answer.settings);
      plane.value = { x, y };
    },
  );
  return root;
}

/** Try the next person's choice after the one that stands. @param {import("../studio.js").AppStore} store */
export function nextTake(store) {
  const { plane } = store.get().doc.answer;
  if (!plane) return;
  if (plane.takes.length === 0) {
    const points = spreadOf(plane);
    const at = points.findIndex(([x, y]) => x === plane.chosen?.[0] && y === plane.chosen[1]);
    if (points.length) store.send({ type: "point", point: points[(at + 1) % points.length] });
    return;
  }
  const now = plane.takes.findIndex(({ point }) => point === plane.chosen);
  store.send({ type: "take", index: (now + 1) % plane.takes.length });
}
