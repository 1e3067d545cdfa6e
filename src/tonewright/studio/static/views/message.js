/** One sentence at a time, said aloud to screen readers, gone when read. */

import { byId, h, icon } from "../dom.js";

const NOTE_MS = 6000;

/** @param {import("../studio.js").Studio} studio */
export function mountMessage({ store }) {
  const root = byId("message");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  store.watch(
    ({ view }) => view.message,
    (message) => {
      clearTimeout(later);
      root.className = `message ${message?.kind ?? ""}`;
      if (!message) return root.replaceChildren();
      const away = () => store.send({ type: "view", values: { message: null } });
      const close = h("button", { type: "button", class: "tool", "aria-label": "Close", onclick: away }, icon("close"));
      root.replaceChildren(h("span", {}, message.text), close);
      if (message.kind === "note") later = setTimeout(away, NOTE_MS);
    },
  );
}
