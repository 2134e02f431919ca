import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
/** Code without its comments at the ends of lines. */
const bare = (code: string): string => code.replace(/ *\/\/ .*$/gm, "").trim();

test("the op record that the page shows whole is the one of the library", () => {
  const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const source = readFileSync(join(root, "packages/chainrule/src/ops/activation.ts"), "utf8");
  const shown = /```ts\n(export const tanh = [\s\S]*?)```/.exec(page)?.[1];
  expect(bare(source)).toContain(bare(shown ?? "nothing"));
});
