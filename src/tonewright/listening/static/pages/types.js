/**
 * What every page is built from and gives back.
 *
 * @import { Say } from "../dom.js"
 *
 * @typedef {object} Tools
 * @property {Say} say  texts of the pages
 * @property {(body: object) => Promise<void>} submit  save the page's answer and show the next page
 * @property {(text: string) => void} complain  say what is missing
 *
 * @typedef {object} Page
 * @property {string} title
 * @property {Node[]} nodes
 * @property {() => void | Promise<void>} [close]
 *
 * @typedef {(view: any, tools: Tools) => Promise<Page> | Page} Builder
 */

export {};
