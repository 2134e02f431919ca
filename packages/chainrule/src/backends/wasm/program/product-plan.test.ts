import { describe, expect, test } from "vitest";
import type { Buffer, Expr } from "../../../core/schedule.ts";
import type { TypedProduct } from "./product-factors.ts";
import { planProduct } from "./product-plan.ts";
import { buffer, load } from "./testing/kernels.ts";

const tile = { rows: 6, vectors: 4, fused: true };

/** A product of matrices that lie row by row, or column by column where `layout` says "t". */
function product(m: number, n: number, k: number, layout: string): TypedProduct {
  const matrix = (rows: number, columns: number, turned: boolean): Expr =>
    load({
      buffer: buffer("float32", rows * columns),
      offset: 0,
      strides: turned ? [0, 1, rows] : [0, columns, 1],
    });
  const result: Buffer = buffer("float32", m * n);
  return {
    kind: "product",
    label: "product",
    dtype: "float32",
    batch: 1,
    m,
    n,
    k,
    a: matrix(m, k, layout[0] === "t"),
    b: matrix(k, n, layout[1] === "t"),
    stores: [
      {
        to: { buffer: result, offset: 0, strides: [0, n, 1] },
        value: { kind: "accumulated", dtype: "float32" },
      },
    ],
  };
}

describe("what is packed", () => {
  test("nothing, where rows meet rows", () => {
    const plan = planProduct(product(128, 784, 512, "nn"), tile);
    expect(plan).toMatchObject({ leftLayout: "rows", turned: false });
    expect([plan.left, plan.right]).not.toContain(undefined);
  });

  test("the input rather than the weights, in a forward pass", () => {
    // x [64, 784] · wᵀ [784, 128]: the weights are read in place as the left factor of the transposed product.
    const plan = planProduct(product(64, 128, 784, "nt"), tile);
    expect(plan.kernel.m).toBe(128);
    expect(plan).toMatchObject({ leftLayout: "rows", right: undefined, turned: true });
    expect(plan.left).toBeDefined();
  });

  test("a right factor whose lines collide in the cache, if enough rows make up for it", () => {
    expect(planProduct(product(512, 1024, 1024, "nn"), tile).right).toBeUndefined();
    expect(planProduct(product(8, 1024, 1024, "nn"), tile).right).toBeDefined();
  });

  test("no left factor that lies column by column, if there are few columns of results", () => {
    expect(planProduct(product(512, 32, 64, "tn"), tile)).toMatchObject({ leftLayout: "columns" });
  });
});

describe("blocks of rows", () => {
  test("cover all rows, and their tiles all rows of a block", () => {
    for (let m = 1; m < 400; m += 3) {
      const plan = planProduct(product(m, 40, 30, "nn"), tile);
      const { blocks, block, lastBlock } = plan;
      expect((blocks - 1) * block.rows + lastBlock.rows).toBe(plan.kernel.m);
      for (const { rows, tiles } of [block, lastBlock]) {
        expect(tiles.reduce((sum, part) => sum + part.rows * part.count, 0)).toBe(rows);
        for (const part of tiles) expect(part.rows).toBeLessThanOrEqual(tile.rows);
      }
    }
  });

  test("are even for two threads where there are few panels", () => {
    const { blocks, panels } = planProduct(product(128, 10, 128, "nn"), tile);
    expect((blocks * panels) % 2).toBe(0);
  });
});

test("runs of k depend on k alone", () => {
  const runs = [1, 7, 64, 300].map((m) => planProduct(product(m, 33, 700, "nn"), tile).run);
  expect(new Set(runs)).toEqual(new Set([234]));
});
