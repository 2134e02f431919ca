import { describe, expect, test } from "vitest";
import type { Buffer } from "../../../core/schedule.ts";
import { Heap } from "../heap.ts";
import { strictTier, theTiers } from "../tiers.ts";
import { checkKind } from "./check.ts";
import { type CodeKernel, type EmitKernel, emitKernel } from "./emit.ts";

const kinds: readonly CodeKernel["kind"][] = ["loop", "fold", "product", "scatter"];
const heap = new Heap(true, 256);

describe.each(kinds)("the check of a %s", (kind) => {
  test.each(["float32", "float64"] as const)("passes the right code in %s, in each tier", (dtype) => {
    for (const tier of [strictTier, theTiers().current() ?? strictTier]) {
      expect(checkKind(kind, dtype, heap, tier, emitKernel)).toBeUndefined();
    }
  });

  test("finds code that does nothing, and names the kind", () => {
    expect(checkKind(kind, "float32", heap, strictTier, () => [])).toBe(
      `A ${kind} in float32 gave a wrong result.`,
    );
  });

  test("finds code that writes too far", () => {
    const shifted: EmitKernel = (kernel, context) => {
      const { buffer: written } = kernel.kind === "scatter" ? kernel.to : kernel.stores[0].to;
      const address = (buffer: Buffer) => (context.address(buffer) as number) + (buffer === written ? 4 : 0);
      return emitKernel(kernel, { ...context, address });
    };
    expect(checkKind(kind, "float32", heap, strictTier, shifted)).toMatch(/wrong result/);
  });

  test("finds code that cannot be made", () => {
    const broken: EmitKernel = () => {
      throw new Error("no such kernel");
    };
    expect(checkKind(kind, "float32", heap, strictTier, broken)).toMatch(/failed: Error: no such kernel/);
  });
});

test("checks leave nothing in the heap", () => {
  const before = heap.used;
  checkKind("loop", "float32", heap, strictTier, emitKernel);
  checkKind("loop", "float32", heap, strictTier, () => []);
  expect(heap.used).toBe(before);
});
