/** What all parts are made of: a shadow tree with its style, drawing at most once per frame, at the size they have. */

const COMMON = `
  :host { display: block; position: relative; color: var(--tw-ink); font: 13px/1.4 var(--tw-font); }
  :host([hidden]) { display: none; }
  :focus-visible { outline: 3px solid var(--tw-focus); outline-offset: 2px; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

/** @param {string} css */
export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(COMMON + css);
  return made;
}

export class Part extends HTMLElement {
  /** @param {CSSStyleSheet} style */
  constructor(style) {
    super();
    this.tree = this.attachShadow({ mode: "open" });
    this.tree.adoptedStyleSheets = [style];
    /** In pixels, as it is shown. */
    this.width = 0;
    this.height = 0;
    this.due = 0;
    this.watcher = new ResizeObserver(([{ contentRect }]) => {
      this.width = contentRect.width;
      this.height = contentRect.height;
      this.redraw();
    });
  }

  connectedCallback() {
    // Properties that a page set before the module was loaded hide the accessors: set them again.
    for (const name of Object.keys(this)) {
      const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(this), name)?.set;
      if (!setter) continue;
      const self = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (this));
      const value = self[name];
      delete self[name];
      self[name] = value;
    }
    // A name that a page gives needs a role to belong to.
    if (!this.hasAttribute("role")) this.setAttribute("role", "group");
    this.watcher.observe(this);
    this.redraw();
  }

  disconnectedCallback() {
    this.watcher.disconnect();
    cancelAnimationFrame(this.due);
    this.due = 0;
  }

  /** Draw with the next frame. */
  redraw() {
    if (this.due || !this.isConnected) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      if (this.hasRoom) this.draw();
    });
  }

  /** Whether there is anything to draw on. */
  get hasRoom() {
    return this.width > 0 && this.height > 0;
  }

  /** What a part does. */
  draw() {}

  /** @param {string} type @param {object | null} detail */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
