/** chainrule's contestant in Node, or in an engine like it: `node chainrule.ts eager|compiled THREADS`. */
import { serve } from "../serve.ts";
import { maker } from "./networks.ts";

const [mode = "compiled", threads] = process.argv.slice(2);
await serve({ node: process.version, v8: process.versions.v8 }, maker(mode, Number(threads)));
