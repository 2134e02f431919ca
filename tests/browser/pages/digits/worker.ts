/** The page's own worker, in which training does not make the page wait. */
import { train } from "./train.ts";

addEventListener("message", async ({ data }) => postMessage(await train(data)));
