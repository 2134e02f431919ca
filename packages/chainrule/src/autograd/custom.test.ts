import { describe, expect, test } from "vitest";
import {
  customFunction,
  detectAnomaly,
  grad,
  gradcheck,
  gradgradcheck,
  noGrad,
  type Tensor,
  tensor,
} from "../index.ts";

const leaf = (data: number | number[] | number[][]): Tensor =>
  tensor(data, { dtype: "float64", requiresGrad: true });

const cube = customFunction({
  name: "cube",
  forward: (x: Tensor) => ({ output: x.mul(x).mul(x), save: { x } }),
  backward: (dy: Tensor, { x }) => dy.mul(x).mul(x).mul(3), // ∂ℓ/∂x = ∂ℓ/∂y · 3x²
});

/** y = eˣ, whose derivative needs the result alone. */
const exponential = customFunction({
  name: "exponential",
  forward(x: Tensor) {
    const y = x.exp();
    return { output: y, save: { y } };
  },
  backward: (dy: Tensor, { y }) => dy.mul(y), // ∂ℓ/∂x = ∂ℓ/∂y · y
});

/** Passes values on and turns gradients around. */
const reversal = customFunction({
  name: "reversal",
  forward: (x: Tensor, factor: number) => ({ output: x, save: { factor } }),
  backward: (dy: Tensor, { factor }) => [dy.mul(-factor), null],
});

/** y = xᵀ·w with a gradient for the first and the third argument only. */
const weighted = customFunction({
  name: "weighted",
  forward: (x: Tensor, power: number, w: Tensor) => ({ output: x.pow(power).mul(w), save: { x, power, w } }),
  backward: (dy: Tensor, { x, power, w }) => [
    dy
      .mul(w)
      .mul(x.pow(power - 1))
      .mul(power), // ∂ℓ/∂x = ∂ℓ/∂y · w p xᵖ⁻¹
    null,
    dy.mul(x.pow(power)), // ∂ℓ/∂w = ∂ℓ/∂y · xᵖ
  ],
});

describe("custom functions", () => {
  test("value and derivative", () => {
    const x = leaf([2, -1]);
    const y = cube(x);
    y.sum().backward();
    expect([y.toArray(), x.grad?.toArray()]).toEqual([
      [8, -1],
      [12, 3],
    ]);
  });
  test("checked by differences to second order", () => {
    const x = leaf([0.5, -1.25, 2]);
    expect(gradcheck(cube, x).checks).toBe(9);
    expect(gradgradcheck(cube, x).relativeError).toBeLessThan(1e-6);
    expect(gradgradcheck(exponential, x).relativeError).toBeLessThan(1e-6);
    expect(gradgradcheck((a, b) => weighted(a, 3, b), [x, leaf([1, 2, 3])]).kinks).toBe(0);
  });
  test("numbers among the arguments, and an input as the result", () => {
    const x = leaf([1, 2]);
    const h = x.mul(1);
    const y = reversal(h, 0.5);
    expect(y).not.toBe(h);
    y.sum().backward();
    expect([y.toArray(), x.grad?.toArray()]).toEqual([
      [1, 2],
      [-0.5, -0.5],
    ]);
    expect(reversal(x, 2).isLeaf).toBe(false);
    expect(x.isLeaf).toBe(true);
  });
  test("backward runs once for all arguments", () => {
    let calls = 0;
    const product = customFunction({
      name: "product",
      forward: (a: Tensor, b: Tensor) => ({ output: a.mul(b), save: { a, b } }),
      backward(dy: Tensor, { a, b }) {
        calls++;
        return [dy.mul(b), dy.mul(a)];
      },
    });
    const [a, b] = [leaf([2]), leaf([3])];
    product(a, b).backward();
    expect([calls, a.grad?.toArray(), b.grad?.toArray()]).toEqual([1, [3], [2]]);
  });
  test("without gradients nothing is recorded", () => {
    expect(cube(tensor([2])).requiresGrad).toBe(false);
    expect(noGrad(() => cube(leaf([2]))).requiresGrad).toBe(false);
  });
  test("null stands for no gradient", () => {
    const stop = customFunction({ name: "stop", forward: (x: Tensor) => x.mul(2), backward: () => null });
    expect(
      grad(
        stop(leaf([1]))
          .sum()
          .add(0),
        [leaf([1])],
        { allowUnused: true },
      ),
    ).toEqual([null]);
    const x = leaf([1]);
    stop(x).add(x).backward();
    expect(x.grad?.toArray()).toEqual([1]);
  });
  test("a gradient that its function keeps is not changed later", () => {
    let kept: Tensor | null = null;
    const keeping = customFunction({
      name: "keeping",
      forward: (x: Tensor) => x.mul(2),
      backward(dy: Tensor) {
        kept = dy.mul(2);
        return kept;
      },
    });
    const x = leaf([1]);
    keeping(x).backward();
    const first = kept as Tensor | null;
    keeping(x).backward();
    expect([first?.toArray(), x.grad?.toArray()]).toEqual([[2], [4]]);
  });
  test("what was saved is freed, and guarded against changes", () => {
    const x = leaf([2]);
    const y = cube(x.mul(1));
    y.backward();
    expect(() => y.backward()).toThrow(/op cube.*freed/);
    const h = tensor([2], { dtype: "float64", requiresGrad: true });
    const z = cube(h);
    noGrad(() => h.add_(1));
    expect(() => z.backward()).toThrow(/op cube needs.*changed in place/);
  });
});

describe("mistakes in custom functions", () => {
  const faulty = (backward: (dy: Tensor) => never): (() => void) => {
    const fn = customFunction({ name: "faulty", forward: (x: Tensor, _: number) => x.mul(2), backward });
    return () =>
      fn(leaf([1, 2]), 3)
        .sum()
        .backward();
  };
  test("a gradient of the wrong shape", () => {
    const body = faulty((dy) => [dy.sum(), null] as never);
    expect(body).toThrow(
      /backward of faulty returned a gradient of shape \[\] for argument 0 of shape \[2\].*sumTo/,
    );
  });
  test("too few gradients", () => {
    expect(faulty((dy) => dy as never)).toThrow(/faulty returned 1 gradient for 2 arguments/);
  });
  test("something else than tensors", () => {
    expect(faulty(() => [1, null] as never)).toThrow(/neither a tensor nor null/);
  });
  test("a forward without result", () => {
    const fn = customFunction({
      name: "mute",
      forward: (_: Tensor) => undefined as never,
      backward: () => null,
    });
    expect(() => fn(leaf([1]))).toThrow(/forward of mute returned neither/);
  });
  test("errors and anomalies name the function", () => {
    const log = customFunction({
      name: "carelessLog",
      forward: (x: Tensor) => ({ output: x.log(), save: { x } }),
      backward: (dy: Tensor, { x }) => dy.div(x),
    });
    expect(() => detectAnomaly(() => log(leaf([0])))).toThrow(
      /carelessLog made the first value that is not finite/,
    );
  });
});
