const STATIC = new URL("../src/tonewright/web/static/", import.meta.url);

/**
 * @param {string} specifier
 * @param {object} context
 * @param {(specifier: string, context: object) => unknown} next
 */
export function resolve(specifier, context, next) {
  const [, path] = specifier.match(/^(?:\/static)?\/web\/(.*)$/) ?? [];
  const found = path ? new URL(path, STATIC).href : specifier;
  return next(found, context);
}

/**
 * Static files have no package.json beside them: they are modules all the same.
 * @param {string} url
 * @param {object} context
 * @param {(url: string, context: object) => unknown} next
 */
export function load(url, context, next) {
  return next(url, url.includes("/static/") && url.endsWith(".js") ? { ...context, format: "module" } : context);
}
