#!/usr/bin/env node
import { existsSync } from "node:fs";

// In a clone, what runs is what the sources say; the published package has no sources beside it.
if (existsSync(new URL("../src", import.meta.url))) {
  const { ensureBuilt } = await import(new URL("../../../scripts/setup.mjs", import.meta.url).href);
  await ensureBuilt();
}
await import("../dist/main.js");
