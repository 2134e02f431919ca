import { describe, expect, test } from "vitest";
import { checkCopy, checkInterleave, checkSweep } from "./check.ts";
import type { Copy, Interleave, Sweep } from "./kernels.ts";
import { Workspace } from "./workspace.ts";

const workspace = new Workspace();
const view = workspace.view("float64");
const [rows, columns] = [3, 4];

/** A sweep in float64 as JavaScript, with a fault if wanted. */
const sweep =
  (fault: "none" | "shortSum" | "overrun" | "neverAdds" | "wrongPanel" | "notANumber"): Sweep =>
  (a, aStep, aTile, b, bStep, bPanel, c, cRow, k, tiles, panels, accumulate) => {
    for (let t = 0; t < tiles; t++) {
      for (let p = 0; p < panels; p++) {
        for (let i = 0; i < rows; i++) {
          const width = fault === "overrun" && p === panels - 1 ? columns + 1 : columns;
          for (let j = 0; j < width; j++) {
            const length = fault === "shortSum" && k > 1 ? k - 1 : k;
            let sum = fault === "notANumber" && i === 2 ? NaN : 0;
            for (let q = 0; q < length; q++) {
              const left = view[(a + t * aTile + q * aStep) / 8 + i];
              const panel = fault === "wrongPanel" ? 0 : p;
              sum += left * view[(b + panel * bPanel + q * bStep) / 8 + j];
            }
            const at = (c + (t * rows + i) * cRow) / 8 + p * columns + j;
            view[at] = accumulate && fault !== "neverAdds" ? view[at] + sum : sum;
          }
        }
      }
    }
  };

describe("the check of a sweep", () => {
  test("passes a right one", () => {
    expect(checkSweep(sweep("none"), "float64", rows, columns, workspace)).toBe(true);
  });
  test.each(["shortSum", "overrun", "neverAdds", "wrongPanel", "notANumber"] as const)(
    "finds %s",
    (fault) => {
      expect(checkSweep(sweep(fault), "float64", rows, columns, workspace)).toBe(false);
    },
  );
});

const copy =
  (extra: number): Copy =>
  (source, sourceLine, target, targetPanel, k, panels) => {
    for (let p = 0; p < panels; p++) {
      for (let q = 0; q < k; q++) {
        for (let i = 0; i < columns + extra; i++) {
          view[(target + p * targetPanel) / 8 + q * columns + i] =
            view[(source + q * sourceLine) / 8 + p * columns + i];
        }
      }
    }
  };

test("the check of a copy finds one element too few or too many", () => {
  expect(checkCopy(copy(0), "float64", columns, workspace)).toBe(true);
  expect(checkCopy(copy(-1), "float64", columns, workspace)).toBe(false);
  expect(checkCopy(copy(1), "float64", columns, workspace)).toBe(false);
});

const interleave =
  (limit: number): Interleave =>
  (source, sourceLine, target, targetStep, targetPanel, k, lines, panels) => {
    for (let p = 0; p < panels; p++) {
      for (let i = 0; i < lines; i++) {
        for (let q = 0; q < Math.min(k, limit); q++) {
          view[(target + p * targetPanel + q * targetStep) / 8 + i] =
            view[(source + (p * lines + i) * sourceLine) / 8 + q];
        }
      }
    }
  };

test("the check of interleaving finds what is left over from whole vectors", () => {
  expect(checkInterleave(interleave(Infinity), "float64", workspace)).toBe(true);
  expect(checkInterleave(interleave(4), "float64", workspace)).toBe(false);
});
