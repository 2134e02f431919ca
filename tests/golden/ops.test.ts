/** Every op against PyTorch: values and gradients, with each option, dtype, layout and degenerate shape; and refusals. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expectCase, type OpCase } from "./calls.ts";
import { golden } from "./golden.ts";

const files = readdirSync(new URL("./data/ops/", import.meta.url)).map((file) => file.replace(".json", ""));

describe.each(files)("%s", (file) => {
  const byOp: Record<string, OpCase[]> = {};
  for (const c of golden<OpCase[]>(`ops/${file}`)) byOp[c.op] = [...(byOp[c.op] ?? []), c];
  test.each(Object.entries(byOp))("%s", (_, cases) => {
    const failures: string[] = [];
    for (const c of cases) {
      try {
        expectCase(c);
      } catch (error) {
        failures.push(`${c.name}: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
      }
    }
    expect(failures, `${failures.length} of ${cases.length} cases`).toEqual([]);
  });
});
