/** A file dropped anywhere on the page, or picked. */

import { byId } from "../dom.js";

/**
 * @param {(file: File, target: "recording" | "reference") => void} opened
 * @returns {(target: "recording" | "reference") => void} opens the picker
 */
export function mountDrop(opened) {
  const shade = byId("drop");
  const pick = /** @type {HTMLInputElement} */ (byId("pick"));
  /** @type {"recording" | "reference"} */
  let wanted = "recording";
  let depth = 0;
  const show = (/** @type {boolean} */ on) => shade.classList.toggle("shown", on);
  const holdsFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  /** @param {DragEvent} event */
  const targetOf = (event) =>
    event.target instanceof Element && event.target.closest("[data-drop=reference]") ? "reference" : "recording";

  addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    show(targetOf(event) === "recording");
  });
  addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) show(false);
  });
  addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    show(targetOf(event) === "recording");
  });
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) opened(file, targetOf(event));
  });
  pick.onchange = () => {
    const [file] = pick.files ?? [];
    pick.value = "";
    if (file) opened(file, wanted);
  };
  return (target) => {
    wanted = target;
    pick.click();
  };
}
