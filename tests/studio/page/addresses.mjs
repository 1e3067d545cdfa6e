/** Lets node find modules by the addresses that the studio serves them at. */

import { register } from "node:module";

const source = new URL("../../../src/tonewright/", import.meta.url).href;
const hooks = `
  const source = ${JSON.stringify(source)};
  export function resolve(specifier, context, next) {
    const found = /^\\/static\\/(web|studio)\\/(.*)$/.exec(specifier);
    return next(found ? source + found[1] + "/static/" + found[2] : specifier, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
