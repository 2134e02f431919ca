/** The random stream against PyTorch: after a seed, the same draws in the same order. */
import { Generator, manualSeed } from "chainrule";
import { describe, test } from "vitest";
import { expectCase, type OpCase } from "./calls.ts";
import { golden } from "./golden.ts";

interface Case {
  name: string;
  seed: number;
  generators?: Record<string, number>;
  steps: OpCase[];
}

describe("the random stream is PyTorch's", () => {
  test.each(golden<Case[]>("random").map((c) => [c.name, c] as const))("%s", (_, c) => {
    const own = Object.entries(c.generators ?? {}).map(
      ([name, seed]) => [name, new Generator(seed)] as const,
    );
    const generators = Object.fromEntries(own);
    manualSeed(c.seed);
    for (const step of c.steps) expectCase(step, generators);
  });
});
