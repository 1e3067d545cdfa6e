/** The questionnaire. */

/** @import { Builder } from "./types.js" */

import { h } from "../dom.js";

/**
 * @typedef {object} Question
 * @property {string} name
 * @property {"choice" | "number" | "text"} type
 * @property {string} ask
 * @property {{value: string, label: string}[]} options
 * @property {number} least
 * @property {number} most
 * @property {boolean} required
 */

/** @type {Builder} */
export function form(view, { say, submit, complain }) {
  /** @type {Question[]} */
  const questions = view.questions;
  const fields = questions.map((question) => field(question, say("optional"), say("choose")));
  const button = h("button", { type: "submit", class: "main" }, say("submit"));
  const whole = h("form", { novalidate: true }, ...fields.map(({ node }) => node), button);
  whole.addEventListener("submit", (event) => {
    event.preventDefault();
    const missing = questions.findIndex((question, i) => !valid(question, fields[i].value()));
    if (missing >= 0) {
      fields[missing].focus();
      return complain(say("answer_all"));
    }
    submit({ answers: Object.fromEntries(questions.map(({ name }, i) => [name, fields[i].value()])) });
  });
  return { title: say(`${view.type}_title`), nodes: [whole] };
}

/** @param {Question} question @param {string} optional @param {string} choose */
function field(question, optional, choose) {
  const label = question.required ? question.ask : `${question.ask} (${optional})`;
  if (question.type === "choice") {
    const select = h("select", { required: question.required });
    select.append(h("option", { value: "" }, choose));
    for (const { value, label: text } of question.options) select.append(h("option", { value }, text));
    return holder(label, select, () => select.value || null);
  }
  const number = question.type === "number";
  const input = h("input", { type: number ? "number" : "text", name: question.name, required: question.required });
  if (number) Object.assign(input, { min: String(question.least), max: String(question.most), inputMode: "decimal" });
  else input.maxLength = 2000;
  return holder(label, input, () => (input.value === "" ? null : number ? Number(input.value) : input.value));
}

/** @param {string} label @param {HTMLElement} input @param {() => string | number | null} value */
const holder = (label, input, value) => ({
  node: h("label", { class: "field" }, h("span", {}, label), input),
  value,
  focus: () => input.focus(),
});

/** @param {Question} question @param {string | number | null} value */
function valid({ type, required, least, most }, value) {
  if (value === null) return !required;
  return type !== "number" || (Number(value) >= least && Number(value) <= most);
}
