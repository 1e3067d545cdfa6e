/** `<tw-switcher>`: which variant is heard; by click, by arrows, or by its key from anywhere on the page. */

import { h } from "./elements.js";
import { Part, sheet } from "./part.js";
import { phrase } from "./words.js";

/** @typedef {{id: string, label: string, key?: string}} Option */

const STYLE = sheet(`
  .options { display: flex; flex-wrap: wrap; gap: 6px; }
  button { min-width: 44px; min-height: 44px; padding: 6px 16px; border: 1px solid var(--tw-edge); border-radius: 6px; background: var(--tw-paper);
    color: var(--tw-ink); font: inherit; font-weight: 600; cursor: pointer; }
  button[aria-checked="true"] { background: var(--tw-accent); border-color: var(--tw-accent); color: var(--tw-on-accent); }
  button:disabled { opacity: 0.5; cursor: default; }
  kbd { margin-left: 8px; font: inherit; font-weight: 400; font-size: 11px; opacity: 0.85; }
  @media (hover: none) { kbd { display: none; } }
`);

export class Switcher extends Part {
  /** @type {Option[]} */
  #options = [];
  /** @type {string | null} */
  #selected = null;
  #blind = false;
  #disabled = false;

  constructor() {
    super(STYLE);
    this.group = h("div", { class: "options", role: "radiogroup" });
    this.tree.append(this.group);
    this.group.addEventListener("keydown", (event) => this.#arrow(event));
    this.onPageKey = (/** @type {KeyboardEvent} */ event) => this.#pageKey(event);
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("keydown", this.onPageKey);
    this.#build();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.onPageKey);
  }

  get options() {
    return this.#options;
  }

  set options(options) {
    this.#options = options;
    this.#build();
  }

  get selected() {
    return this.#selected;
  }

  set selected(selected) {
    this.#selected = selected;
    this.#show();
  }

  /** Letters in the place of labels: nothing on the page says who is who. */
  get blind() {
    return this.#blind;
  }

  set blind(blind) {
    this.#blind = blind;
    this.#build();
  }

  get disabled() {
    return this.#disabled;
  }

  set disabled(disabled) {
    this.#disabled = disabled;
    this.#build();
  }

  #build() {
    this.group.setAttribute("aria-label", this.getAttribute("aria-label") ?? phrase("listen"));
    this.group.replaceChildren(
      ...this.#options.map(({ id, label, key }, i) => {
        const text = this.#blind ? String.fromCharCode(65 + i) : label;
        const button = h("button", { type: "button", role: "radio" }, text);
        if (key) button.setAttribute("aria-keyshortcuts", key);
        if (key && key.toUpperCase() !== text) button.append(h("kbd", { "aria-hidden": "true" }, key.toUpperCase()));
        button.disabled = this.#disabled;
        button.addEventListener("click", () => this.#choose(id));
        return button;
      }),
    );
    this.#show();
  }

  /** Buttons stay while the selection changes: whoever holds the focus keeps it. */
  #show() {
    const reachable = this.#options.some(({ id }) => id === this.#selected) ? this.#selected : this.#options[0]?.id;
    this.#options.forEach(({ id }, i) => {
      this.group.children[i].setAttribute("aria-checked", String(id === this.#selected));
      this.group.children[i].setAttribute("tabindex", id === reachable ? "0" : "-1");
    });
  }

  /** @param {string} id */
  #choose(id) {
    if (this.#disabled) return;
    this.selected = id;
    this.tell("select", { id });
  }

  /** @param {KeyboardEvent} event */
  #arrow(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || this.#options.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.#options.findIndex(({ id }) => id === this.#selected);
    const next = (Math.max(0, at) + step + this.#options.length) % this.#options.length;
    this.#choose(this.#options[at < 0 ? 0 : next].id);
    /** @type {HTMLElement} */ (this.group.children[at < 0 ? 0 : next]).focus();
  }

  /** @param {KeyboardEvent} event */
  #pageKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const option = this.#options.find(({ key }) => key?.toLowerCase() === event.key.toLowerCase());
    if (!option || this.#disabled) return;
    event.preventDefault();
    this.#choose(option.id);
  }
}

/** @param {KeyboardEvent} event whether it goes to a field for text */
function isTyping(event) {
  const target = /** @type {HTMLElement | undefined} */ (event.composedPath()[0]);
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("textarea, select, input:not([type=range], [type=checkbox], [type=radio], [type=button])");
}

customElements.define("tw-switcher", Switcher);
