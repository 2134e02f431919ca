/** Which kernels write where, and in which order: hand-made graphs and what becomes of them. */
import { describe, expect, test } from "vitest";
import { reference } from "../../backends/reference/index.ts";
import type { Graph } from "../../core/graph.ts";
import { cat, fromTypedArray, type Tensor } from "../../index.ts";
import { lowerGraph } from "../lower.ts";
import { printSchedule } from "../testing/print.ts";
import { f32, i32, record } from "../testing/record.ts";

const options = { strict: false, host: reference, supports: { unary: () => true, binary: () => true } };
const lowered = (graph: Graph): string => printSchedule(lowerGraph(graph, options));

/** A tensor that outlives the recorded functions. */
const state = (...shape: number[]): Tensor =>
  fromTypedArray(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

describe("state", () => {
  test("is written where it lies, after everybody who reads what it was", () => {
    const w = state(4);
    const graph = record([f32(4)], (x) => {
      const before = w.sum();
      w.add_(x);
      return [before, w.exp()];
    });
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "fold sum [] over [4] of state0[1]: sum
        b1[] ← Σ
      loop [4]: add + exp
        state0[1] ← add(state0[1], argument0[1])
        b3[1] ← exp(add(state0[1], argument0[1]))
      return b1[], b3[4]"
    `);
  });

  test("takes a detour where its old elements are read at other points", () => {
    const w = state(3, 3);
    const graph = record([], () => {
      w.copy_(w.t().add(1));
      return [];
    });
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "loop [3,3]: add
        b1[3,1] ← add(state0[1,3], 1)
      loop [9]: copy
        state0[1] ← b1[1]"
    `);
  });

  test("is not written over by scattering elements of its own", () => {
    const indices = i32(4);
    const graph = record([f32(4), indices], (x, index) => {
      const sines = x.sin();
      return [sines.scatterAdd(0, index, sines.exp())];
    });
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "loop [4]: sin
        b1[1] ← sin(argument0[1])
      loop [4]: copy
        b2[1] ← b1[1]
      scatter add [4]: exp + scatterAdd
        b2[0] at argument1[1] · 1 < 4 ← exp(b1[1])
      return b2[4]"
    `);
  });

  test("that swaps with another one takes one detour", () => {
    const [v, w] = [state(4), state(4)];
    const graph = record([], () => {
      const kept = v.clone();
      v.copy_(w);
      w.copy_(kept);
      return [];
    });
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "loop [4]: copy
        b1[1] ← state0[1]
      loop [4]: copy
        state0[1] ← state2[1]
      loop [4]: copy
        state2[1] ← b1[1]"
    `);
  });

  test("that changes in part is written in that part alone", () => {
    const w = state(8, 4);
    const graph = record([f32(4)], (x) => {
      w.at(2).add_(x);
      w.at("4:6").mul_(2);
      return [];
    });
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "loop [4]: add + write
        state0[1 from 8] ← add(state0[1 from 8], argument0[1])
      loop [2,4]: mul + write
        state0[4,1 from 16] ← mul(state0[4,1 from 16], 2)"
    `);
  });

  test("is written after all that may fault", () => {
    const w = state(4);
    const graph = record([f32(4), f32(10), i32(3)], (x, table, index) => {
      w.add_(x);
      return table.indexSelect(0, index).relu();
    });
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "loop [3]: gather + relu
        b2[1] ← relu(pick(argument1[0], argument2[1] · 1 < 10))
      loop [4]: add
        state3[1] ← add(state3[1], argument0[1])
      return b2[3]"
    `);
  });

  test("waits in memory of its own where something that may fault depends on it", () => {
    const [w, free] = [state(4, 2), state(2)];
    const graph = record([i32(4)], (index) => {
      w.at(":", 0).exp_();
      free.add_(1);
      return w.indexSelect(0, index);
    });
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "loop [8]: copy
        b1[1] ← state0[1]
      loop [4]: exp + write
        b1[2] ← exp(state0[2])
      loop [4,2]: gather
        b3[2,1] ← pick(b1[0,1], argument0[1,0] · 2 < 4)
      loop [2]: add
        state4[1] ← add(state4[1], 1)
      loop [8]: copy
        state0[1] ← b1[1]
      return b3[4,2]"
    `);
  });
});

describe("fusion", () => {
  test("computes what two kernels need in one of them, and cheap things twice", () => {
    const graph = record([f32(64, 64)], (x) => {
      const y = x.exp();
      return [y.sum(1), y.neg().sum(0), x.mul(2), x.mul(2).sum(0)];
    });
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "loop [64,64]: exp
        b1[64,1] ← exp(argument0[64,1])
      fold sum [64] over [64] of b1[64,1]: sum
        b2[1] ← Σ
      fold sum [64] over [64] of neg(b1[1,64]): neg + sum
        b3[1] ← Σ
      loop [64,64]: mul
        b4[64,1] ← mul(argument0[64,1], 2)
      fold sum [64] over [64] of b4[1,64]: sum
        b5[1] ← Σ
      return b2[64], b3[64], b4[64,64], b5[64]"
    `);
  });

  test("writes parts of a joined tensor where they are computed", () => {
    const graph = record([f32(4, 3), f32(3, 2), f32(4, 2)], (x, w, y) =>
      cat([x.matmul(w).relu(), y.tanh()], 1),
    );
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "loop [16]: copy
        b1[1] ← constant0[1]
      product [1,4,2] over 3 of argument0[0,3,1] · argument1[0,2,1]: matmul + relu + write
        b1[0,4,1] ← relu(Σ)
      loop [4,2]: tanh + write
        b1[4,1 from 2] ← tanh(argument2[2,1])
      return b1[4,4]"
    `);
  });

  test("looks rows of a batch up while a product reads them", () => {
    const graph = record([f32(100, 8), i32(4), f32(8, 3)], (table, rows, w) =>
      table.indexSelect(0, rows).matmul(w),
    );
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "product [1,4,3] over 8 of pick(argument0[0,0,1], argument1[0,1,0] · 8 < 100) · argument2[0,3,1]: matmul + gather
        b3[12,3,1] ← Σ
      return b3[4,3]"
    `);
  });

  test("reads what is turned, cut out and stretched where it lies", () => {
    const graph = record([f32(4, 6), f32(6)], (x, y) => x.mul(2).t().at("1:4").add(y.square().sum()).exp());
    expect(lowered(graph)).toMatchInlineSnapshot(`
      "fold sum [] over [6] of square(argument1[1]): square + sum
        b1[] ← Σ
      loop [3,4]: mul + add + exp
        b3[4,1] ← exp(add(mul(argument0[1,6 from 1], 2), b1[0,0]))
      return b3[3,4]"
    `);
  });

  test("leaves what has no kernel to the host", () => {
    const graph = record([f32(8)], (x) => x.mul(2).lgamma().add(1));
    const supports = { unary: (op: string) => op !== "lgamma", binary: () => true };
    expect(printSchedule(lowerGraph(graph, { ...options, supports }))).toMatchInlineSnapshot(`
      "loop [8]: mul
        b1[1] ← mul(argument0[1], 2)
      host (b1) → b2: lgamma
      loop [8]: add
        b3[1] ← add(b2[1], 1)
      return b3[8]"
    `);
  });
});
