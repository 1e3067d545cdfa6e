/** What is read before anything is stored. */

/** @import { Tools } from "./types.js" */

import { h } from "../dom.js";

/**
 * @param {any} front  what the server says of the study
 * @param {string} language
 * @param {Tools["say"]} say
 * @param {() => void} begin
 */
export function consent(front, language, say, begin) {
  const paragraphs = (/** @type {string} */ text) => text.split(/\n\s*\n/).map((each) => h("p", {}, each));
  const agree = h("button", { type: "button", class: "main", id: "agree", onclick: begin }, say("agree"));
  const nodes = [
    ...paragraphs(front.welcome[language]),
    h("h2", {}, say("consent_title")),
    ...paragraphs(front.consent[language]),
    agree,
  ];
  return { title: front.title[language], nodes };
}
