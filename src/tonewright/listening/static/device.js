/** What kind of device this is: enough to explain odd results, too little to know anybody again. */

/** @returns {Record<string, string | number | boolean>} */
export function device() {
  const agent = navigator.userAgent;
  const browser = /(Firefox|Edg|OPR|Chrome|Version)\/(\d+)/.exec(agent);
  const name = { Version: "Safari", Edg: "Edge", OPR: "Opera" }[browser?.[1] ?? ""] ?? browser?.[1] ?? "other";
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|Linux|CrOS)/.exec(agent)?.[1] ?? "other";
  return {
    browser: `${name} ${browser?.[2] ?? ""}`.trim(),
    system,
    touch: matchMedia("(pointer: coarse)").matches,
    screen: Math.round(Math.max(screen.width, screen.height) / 100) * 100,
  };
}
