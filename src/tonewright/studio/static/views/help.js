/** All keys, on one page. */

import { h } from "../dom.js";
import { dialog } from "./dialog.js";

const KEYS = /** @type {[string, [string[], string][]][]} */ ([
  ["Listen", [
    [["Space"], "play, pause"],
    [["1", "2"], "original, result"],
    [["3", "\u2013", "6"], "variants"],
    [["V"], "put the result aside as a variant"],
    [["X"], "compare blind"],
    [["N"], "listen in mono"],
    [["\u2190", "\u2192"], "back or on by 5 seconds"],
    [["L"], "loop the part in view, or stop looping"],
  ]],
  ["Ask", [
    [["S", "or", "/"], "say it in words"],
    [["A"], "auto"],
    [["M"], "match a record"],
    [["P"], "what somebody else would choose"],
    [[",", "."], "less, more of it"],
  ]],
  ["Shape", [
    [["B"], "to the bands"],
    [["Tab"], "from handle to handle on the curve"],
    [["\u2190", "\u2192"], "frequency of a handle"],
    [["\u2191", "\u2193"], "gain of a handle"],
    [["[", "]"], "Q of a handle"],
    [["Shift"], "smaller steps"],
    [["Delete"], "to neutral, as a double-click"],
  ]],
  ["Keep", [
    [["Ctrl", "Z"], "undo"],
    [["Ctrl", "Shift", "Z"], "redo"],
    [["K"], "keep"],
    [["O"], "open a recording, project or preset"],
    [["T"], "theme"],
    [["?"], "this page"],
  ]],
]);

export function mountHelp() {
  const column = (/** @type {string} */ title, /** @type {[string[], string][]} */ rows) =>
    h(
      "section",
      {},
      h("h3", {}, title),
      h(
        "dl",
        { class: "keys" },
        ...rows.flatMap(([keys, words]) => [
          h("dt", {}, ...keys.flatMap((key) => (/^(or|\u2013)$/.test(key) ? [` ${key} `] : [h("kbd", {}, key), " "]))),
          h("dd", {}, words),
        ]),
      ),
    );
  const root = dialog("keys", "Keys", h("div", { class: "columns" }, ...KEYS.map(([title, rows]) => column(title, rows))));
  return () => root.showModal();
}
