// `npm run build`: compiles all packages afresh and prints what a browser would download.
import { build, ensureInstalled } from "./setup.mjs";

await ensureInstalled();
await build();
await import("./sizes.mjs");
