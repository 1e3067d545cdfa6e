// Before the first paint: the theme that was chosen last time, so that nothing flashes.
try {
  const chosen = localStorage.getItem("tonewright-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is forbidden: the system's theme it is.
}
