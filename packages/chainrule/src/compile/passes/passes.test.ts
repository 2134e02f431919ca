/** What each pass does to a graph, in pictures of the graph before and after. */
import { describe, expect, test } from "vitest";
import { reference } from "../../backends/reference/index.ts";
import type { Graph } from "../../core/graph.ts";
import { fromTypedArray, tensor, where, zeros } from "../../index.ts";
import { printGraph } from "../testing/print.ts";
import { f32, i32, record } from "../testing/record.ts";
import { foldConstants } from "./constants.ts";
import { removeDead } from "./dead.ts";
import { gatherEarly } from "./lookups.ts";
import { chooseOneHot } from "./one-hot.ts";
import { shareCommon } from "./share.ts";
import { simplify } from "./simplify.ts";

const beforeAndAfter = (graph: Graph, pass: (graph: Graph) => Graph): string =>
  `${printGraph(graph)}\n⇒\n${printGraph(pass(graph))}`;

const cleaned = (graph: Graph): Graph => removeDead(simplify(graph));

describe("foldConstants", () => {
  const fold = (graph: Graph): Graph => removeDead(foldConstants(graph, reference));

  test("computes what depends on constants alone", () => {
    const graph = record([f32(2)], (x) => x.mul(fromTypedArray(Float32Array.of(1, 4), [2]).sqrt().sum()));
    expect(beforeAndAfter(graph, fold)).toMatchInlineSnapshot(`
      "%0 f32[2] = argument 0
      %1 f32[2] = constant {1, 4}
      %2 f32[2] = sqrt %1
      %3 f32[] = sum %2 over 0
      %4 f32[2] = mul %0 %3
      return %4
      ⇒
      %0 f32[2] = argument 0
      %3 f32[] = constant {3}
      %4 f32[2] = mul %0 %3
      return %4"
    `);
  });

  test("leaves functions to the program whose last bits depend on the engine", () => {
    const graph = record([], () => fromTypedArray(Float32Array.of(1, 2), [2]).exp());
    expect(printGraph(fold(graph))).toBe(printGraph(graph));
  });

  test("leaves large constants to the program, and errors to the run", () => {
    const graph = record([], () => [
      zeros([100, 100]).add(1),
      fromTypedArray(Int32Array.of(1), [1]).div(fromTypedArray(Int32Array.of(0), [1]), {
        roundingMode: "trunc",
      }),
    ]);
    expect(beforeAndAfter(graph, fold)).toMatchInlineSnapshot(`
      "%0 f32[100,100] = copy 0
      %1 f32[100,100] = add %0 1
      %2 i32[1] = constant {1}
      %3 i32[1] = constant {0}
      %4 i32[1] = div %2 %3
      return %1, %4
      ⇒
      %0 f32[100,100] = copy 0
      %1 f32[100,100] = add %0 1
      %2 i32[1] = constant {1}
      %3 i32[1] = constant {0}
      %4 i32[1] = div %2 %3
      return %1, %4"
    `);
  });
});

describe("simplify", () => {
  test("drops what changes nothing", () => {
    const graph = record([f32(2, 3)], (x) => [
      x.mul(1),
      x.div(1),
      x.sub(0),
      x.add(-0),
      x.neg().neg(),
      x.relu().relu(),
      x.clone(),
    ]);
    expect(beforeAndAfter(graph, cleaned)).toMatchInlineSnapshot(`
      "%0 f32[2,3] = argument 0
      %1 f32[2,3] = mul %0 1
      %2 f32[2,3] = div %0 1
      %3 f32[2,3] = sub %0 0
      %4 f32[2,3] = add %0 -0
      %5 f32[2,3] = neg %0
      %6 f32[2,3] = neg %5
      %7 f32[2,3] = relu %0
      %8 f32[2,3] = relu %7
      %9 f32[2,3] = copy %0
      return %1, %2, %3, %4, %6, %8, %9
      ⇒
      %0 f32[2,3] = argument 0
      %7 f32[2,3] = relu %0
      return %0, %0, %0, %0, %0, %7, %0"
    `);
  });

  test("keeps what turns −0 into 0, and what makes NaN of ∞", () => {
    const graph = record([f32(2)], (x) => [x.add(0), x.mul(0), x.sub(x)]);
    expect(printGraph(cleaned(graph))).toBe(printGraph(graph));
  });

  test("divides by powers of two through a product, by other numbers truly", () => {
    const graph = record([f32(2)], (x) => [x.div(8), x.div(10)]);
    expect(beforeAndAfter(graph, cleaned)).toMatchInlineSnapshot(`
      "%0 f32[2] = argument 0
      %1 f32[2] = div %0 8
      %2 f32[2] = div %0 10
      return %1, %2
      ⇒
      %0 f32[2] = argument 0
      %1 f32[2] = mul %0 0.125
      %2 f32[2] = div %0 10
      return %1, %2"
    `);
  });

  test("takes cheaper functions", () => {
    const graph = record([f32(2)], (x) => [
      x.pow(2),
      x.pow(-1),
      x.mul(-1),
      x.add(x, { alpha: -1 }),
      x.neg().square(),
    ]);
    expect(beforeAndAfter(graph, cleaned)).toMatchInlineSnapshot(`
      "%0 f32[2] = argument 0
      %1 f32[2] = square %0
      %2 f32[2] = reciprocal %0
      %3 f32[2] = mul %0 -1
      %4 f32[2] = addScaled %0 %0 · -1
      %5 f32[2] = neg %0
      %6 f32[2] = square %5
      return %1, %2, %3, %4, %6
      ⇒
      %0 f32[2] = argument 0
      %1 f32[2] = square %0
      %2 f32[2] = reciprocal %0
      %3 f32[2] = neg %0
      %4 f32[2] = sub %0 %0
      %6 f32[2] = square %0
      return %1, %2, %3, %4, %6"
    `);
  });

  test("chooses where the condition is known", () => {
    const graph = record([f32(2)], (x) => where(tensor(true), x, 0));
    expect(beforeAndAfter(graph, cleaned)).toMatchInlineSnapshot(`
      "%0 f32[2] = argument 0
      %1 bool[1] = constant {1}
      %2 f32[2] = where %1[] %0 0
      return %2
      ⇒
      %0 f32[2] = argument 0
      return %0"
    `);
  });

  test("looks through copies, and writes of everything", () => {
    const graph = record([f32(2, 3)], (x) => {
      const y = zeros([3, 2]);
      y.t().copy_(x.mul(2));
      return y.t().clone().matmul(x.t().clone());
    });
    expect(beforeAndAfter(graph, cleaned)).toMatchInlineSnapshot(`
      "%0 f32[2,3] = argument 0
      %1 f32[3,2] = copy 0
      %2 f32[2,3] = mul %0 2
      %3 f32[2,3] = copy %2
      %4 f32[6] = write %1 at 0 by 1,2: %3
      %5 f32[2,3] = copy %4[2,3 by 1,2]
      %6 f32[3,2] = copy %0[3,2 by 1,3]
      %7 f32[1,2,2] = matmul %5[1,2,3] %6[1,3,2]
      return %7[2,2]
      ⇒
      %0 f32[2,3] = argument 0
      %2 f32[2,3] = mul %0 2
      %8 f32[3,2] = copy %2[3,2 by 1,3]
      %7 f32[1,2,2] = matmul %8[1,2,3 by 0,1,2] %0[1,3,2 by 0,1,3]
      return %7[2,2]"
    `);
  });
});

describe("shareCommon", () => {
  test("computes equal values once, and draws every number", () => {
    const graph = record([f32(2)], (x) =>
      x.exp().add(x.exp()).add(x.clone().uniform_()).add(x.clone().uniform_()),
    );
    expect(beforeAndAfter(graph, (g) => removeDead(shareCommon(g)))).toMatchInlineSnapshot(`
      "%0 f32[2] = argument 0
      %1 f32[2] = exp %0
      %2 f32[2] = exp %0
      %3 f32[2] = add %1 %2
      %4 f32[2] = copy %0
      %5 f32[2] = uniform
      %6 f32[2] = add %3 %5
      %7 f32[2] = copy %0
      %8 f32[2] = uniform
      %9 f32[2] = add %6 %8
      return %9
      ⇒
      %0 f32[2] = argument 0
      %1 f32[2] = exp %0
      %3 f32[2] = add %1 %1
      %5 f32[2] = uniform
      %6 f32[2] = add %3 %5
      %8 f32[2] = uniform
      %9 f32[2] = add %6 %8
      return %9"
    `);
  });
});

describe("removeDead", () => {
  test("keeps draws, whatever becomes of them", () => {
    const graph = record([f32(2)], (x) => {
      x.exp();
      zeros([3]).uniform_();
      return x.neg();
    });
    expect(beforeAndAfter(graph, removeDead)).toMatchInlineSnapshot(`
      "%0 f32[2] = argument 0
      %1 f32[2] = exp %0
      %2 f32[3] = copy 0
      %3 f32[3] = uniform
      %4 f32[2] = neg %0
      return %4
      ⇒
      %0 f32[2] = argument 0
      %3 f32[3] = uniform
      %4 f32[2] = neg %0
      return %4"
    `);
  });
});

describe("gatherEarly", () => {
  test("looks up before it computes", () => {
    const graph = record([f32(8, 5), f32(8, 1), i32(8, 1)], (x, shift, labels) =>
      x.sub(shift).exp().gather(1, labels),
    );
    expect(beforeAndAfter(graph, (g) => removeDead(gatherEarly(g)))).toMatchInlineSnapshot(`
      "%0 f32[8,5] = argument 0
      %1 f32[8,1] = argument 1
      %2 i32[8,1] = argument 2
      %3 f32[8,5] = sub %0 %1
      %4 f32[8,5] = exp %3
      %5 f32[8,1] = gather %4 along 1 at %2
      return %5
      ⇒
      %0 f32[8,5] = argument 0
      %1 f32[8,1] = argument 1
      %2 i32[8,1] = argument 2
      %7 f32[8,1] = gather %0 along 1 at %2
      %8 f32[8,1] = sub %7 %1
      %9 f32[8,1] = exp %8
      return %9"
    `);
  });

  test("ends at a product, whose kernel stores what it ends in", () => {
    const graph = record([f32(8, 4), f32(4, 5), i32(8, 1)], (x, w, labels) =>
      x.matmul(w).add(1).gather(1, labels),
    );
    expect(printGraph(removeDead(gatherEarly(graph)))).toBe(printGraph(graph));
  });
});

describe("chooseOneHot", () => {
  test("compares places instead of scattering, where a look-up finds wrong labels", () => {
    const graph = record([f32(8, 5), i32(8, 1), f32(8, 1)], (x, labels, dy) => {
      const dx = zeros([8, 5]).scatterAdd(1, labels, dy);
      return [x.gather(1, labels), dx, dx.sum(1)];
    });
    const early = simplify(graph);
    expect(beforeAndAfter(early, (g) => removeDead(chooseOneHot(g)))).toMatchInlineSnapshot(`
      "%0 f32[8,5] = argument 0
      %1 i32[8,1] = argument 1
      %2 f32[8,1] = argument 2
      %3 f32[8,5] = copy 0
      %4 f32[8,5] = scatterAdd %3 along 1 at %1 from %2
      %5 f32[8,1] = gather %0 along 1 at %1
      %6 f32[8] = sum %4 over 1
      return %5, %4, %6
      ⇒
      %0 f32[8,5] = argument 0
      %1 i32[8,1] = argument 1
      %2 f32[8,1] = argument 2
      %7 i32[5] = constant {0, 1, 2, 3, 4}
      %8 bool[8,5] = eq %1 %7[8,5 by 0,1]
      %9 f32[8,5] = where %8 %2 0
      %5 f32[8,1] = gather %0 along 1 at %1
      %6 f32[8] = copy %2[8]
      return %5, %9, %6"
    `);
  });

  test("scatters where nothing else would find a wrong label", () => {
    const graph = record([i32(8, 1), f32(8, 1)], (labels, dy) => zeros([8, 5]).scatterAdd(1, labels, dy));
    expect(printGraph(chooseOneHot(graph))).toBe(printGraph(graph));
  });
});
