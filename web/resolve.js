// Lets node find modules as a browser does: /web/ is the folder of static files that servers offer there.
import { register } from "node:module";

register("./resolve-hooks.js", import.meta.url);
