/** Keys of the whole page. Those of handles, sliders and fields belong to them. */

/** @typedef {Record<string, () => void>} Keys */

const TEXT = "input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable]";
const OWN_ARROWS = "input, select, [role=slider], [role=listbox], [role=radiogroup], [role=tablist], [role=option], tw-response, tw-plane, tw-waveform";

/**
 * @param {Keys} keys by name: `space`, `?`, `ctrl+z`, letters in lower case, `ArrowLeft`, ...
 */
export function listen(keys) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey) return;
    const target = deepest(event);
    const name = nameOf(event);
    const writing = target.closest(TEXT) !== null;
    if (writing && !(name.startsWith("ctrl+") && !isText(target))) return;
    if (document.querySelector("dialog[open]") && !name.startsWith("ctrl+")) return;
    if (name === "space" && target.closest("button, a, summary, [role=option], input") && target.matches(":focus-visible")) return;
    if (name.startsWith("Arrow") && target.closest(OWN_ARROWS)) return;
    const act = keys[name];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Fields of text have an undo of their own. @param {Element} target */
const isText = (target) => target.matches("input[type=text], textarea");

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const key = event.key === " " ? "space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!(event.ctrlKey || event.metaKey)) return key;
  return `ctrl+${event.shiftKey ? "shift+" : ""}${key}`;
}

/** Inside of custom elements too. @param {Event} event @returns {Element} */
function deepest(event) {
  const [first] = event.composedPath();
  return first instanceof Element ? first : document.body;
}
