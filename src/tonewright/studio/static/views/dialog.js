/** A dialog that is closed by Escape, by its cross, and by a click beside it. */

import { h, icon } from "../dom.js";

/** @param {string} id @param {string} title @param {...Node} inside */
export function dialog(id, title, ...inside) {
  const close = h("button", { type: "button", class: "tool", "aria-label": "Close" }, icon("close"));
  const heading = h("h2", { id: `${id}-title` }, title);
  const root = h(
    "dialog",
    { id, "aria-labelledby": heading.id },
    h("header", {}, heading, close),
    h("div", { class: "inside" }, ...inside),
  );
  close.onclick = () => root.close();
  root.onclick = (event) => {
    if (event.target === root) root.close();
  };
  document.body.append(root);
  return root;
}
