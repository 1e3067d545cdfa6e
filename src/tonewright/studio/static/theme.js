/** Light, dark, or as the system has it; kept for the next visit. */

/** @typedef {"system" | "light" | "dark"} Theme */

const KEY = "tonewright-theme";
/** @type {Theme[]} */
const ORDER = ["system", "light", "dark"];

/** @returns {Theme} */
export function theme() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

/** Go to the next theme and say which. @returns {Theme} */
export function nextTheme() {
  const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length];
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Storage is forbidden: the choice holds for this visit.
  }
  return next;
}
