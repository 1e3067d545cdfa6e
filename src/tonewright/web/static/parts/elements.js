/** Elements made in one call: the one builder of all pages. */

/**
 * @typedef {Node | string | false | null | undefined} Child what is nothing is left out
 * @typedef {string | number | boolean | null | undefined} Value
 * @typedef {{[Name in keyof HTMLElementEventMap as `on${Name}`]?: (event: HTMLElementEventMap[Name]) => unknown}} Listeners
 * @typedef {Listeners & {[name: string]: Value | ((event: any) => unknown)}} Attributes
 */

/**
 * Make an HTML element. Attributes are named as in HTML; functions become listeners (`onclick`), `true` is an empty
 * attribute, `false`, `null` and `undefined` are none; in `aria-` attributes truth is written out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const h = (tag, attributes, ...children) => furnished(document.createElement(tag), attributes, children);

/**
 * Make an SVG element, attributes as {@link h} has them.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export const svg = (tag, attributes, ...children) =>
  furnished(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/**
 * @template {Element} Made
 * @param {Made} element @param {Attributes | undefined} attributes @param {Child[]} children
 */
function furnished(element, attributes = {}, children) {
  for (const [name, value] of Object.entries(attributes)) {
    const written = typeof value === "boolean" && name.startsWith("aria-") ? String(value) : value;
    if (typeof written === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (written));
    else if (written != null && written !== false) element.setAttribute(name, written === true ? "" : String(written));
  }
  for (const child of children) if (child != null && child !== false) element.append(child);
  return element;
}
