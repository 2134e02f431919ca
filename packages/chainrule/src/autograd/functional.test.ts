import { describe, expect, test } from "vitest";
import { grad, hessian, jacobian, jvp, type Tensor, tensor, vjp } from "../index.ts";

const values = (data: number | number[] | number[][]): Tensor => tensor(data, { dtype: "float64" });

describe("jacobian", () => {
  test("of one input: [...y, ...x]", () => {
    const x = values([
      [1, 2],
      [3, 4],
    ]);
    const j = jacobian((a) => a.sum(0).mul(a.at(0)), x);
    expect(j.shape).toEqual([2, 2, 2]);
    // yⱼ = (x₀ⱼ + x₁ⱼ) x₀ⱼ: ∂/∂x₀ⱼ = 2x₀ⱼ + x₁ⱼ, ∂/∂x₁ⱼ = x₀ⱼ
    expect(j.toArray()).toEqual([
      [
        [5, 0],
        [1, 0],
      ],
      [
        [0, 8],
        [0, 2],
      ],
    ]);
    expect([x.requiresGrad, j.requiresGrad]).toEqual([false, false]);
  });
  test("of several inputs, one of them unused, and of a number", () => {
    const [a, b] = jacobian((x, y) => x.mul(2).add(y.mul(0).detach()), [values([1, 2]), values([3])]);
    expect([a.toArray(), b.toArray()]).toEqual([
      [
        [2, 0],
        [0, 2],
      ],
      [[0], [0]],
    ]);
    expect(jacobian((x) => x.square(), values(3)).item()).toBe(6);
    expect(jacobian((x) => x.detach(), values([1, 2])).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
  test("of nothing", () => {
    expect(jacobian((x) => x.narrow(0, 0, 0), values([1, 2])).shape).toEqual([0, 2]);
  });
  test("can be differentiated again", () => {
    const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });
    const j = jacobian((a) => a.square().mul(a), x, { createGraph: true }); // diag(3x²)
    expect(grad(j.sum(), x)[0].toArray()).toEqual([6, 12]);
    expect(x.grad).toBeNull();
  });
  test("refuses what has no derivative", () => {
    expect(() => jacobian((x) => x, tensor([1], { dtype: "int32" }))).toThrow(/Input 0 is an int32 tensor/);
    expect(() => jacobian(() => 1 as never, values([1]))).toThrow(/no tensor/);
  });
});

describe("hessian", () => {
  test("of one input", () => {
    const h = hessian((x) => x.prod(), values([2, 3, 5]));
    expect(h.toArray()).toEqual([
      [0, 5, 3],
      [5, 0, 2],
      [3, 2, 0],
    ]);
  });
  test("of several inputs, in blocks", () => {
    const [[aa, ab], [ba, bb]] = hessian((a, b) => a.square().mul(b).sum(), [values([1, 2]), values([3, 4])]);
    expect(aa.toArray()).toEqual([
      [6, 0],
      [0, 8],
    ]); // 2b
    expect(ab.toArray()).toEqual([
      [2, 0],
      [0, 4],
    ]); // 2a
    expect(ba.toArray()).toEqual([
      [2, 0],
      [0, 4],
    ]);
    expect(bb.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
  test("of a linear function is zero", () => {
    expect(hessian((x) => x.sum(), values([1, 2])).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
  test("can be differentiated again", () => {
    const x = tensor(2, { dtype: "float64", requiresGrad: true });
    const h = hessian((a) => a.square().square(), x, { createGraph: true }); // 12x²
    expect(grad(h, x)[0].item()).toBe(48);
  });
  test("needs one number", () => {
    expect(() => hessian((x) => x.square(), values([1, 2]))).toThrow(/one number as result.*\[2\]/);
  });
});

describe("vjp and jvp", () => {
  const fn = (x: Tensor): Tensor =>
    x.square().matmul(
      values([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
  const x = values([2, -1]);
  const j = jacobian(fn, x); // [3, 2]

  test("vᵀJ", () => {
    const v = values([1, -1, 2]);
    const [y, product] = vjp(fn, x, v);
    expect(y.toArray()).toEqual(fn(x).toArray());
    expect(product.toArray()).toEqual(v.matmul(j).toArray());
    expect([y.requiresGrad, product.requiresGrad]).toEqual([false, false]);
  });
  test("Jv", () => {
    const v = values([0.5, 3]);
    const [y, product] = jvp(fn, x, v);
    expect(y.toArray()).toEqual(fn(x).toArray());
    expect(product.toArray()).toEqual(j.matmul(v).toArray());
  });
  test("several inputs", () => {
    const mul = (a: Tensor, b: Tensor): Tensor => a.mul(b);
    const [a, b] = [values([1, 2]), values([3, 4])];
    const [, [da, db]] = vjp(mul, [a, b], values([1, 10]));
    expect([da.toArray(), db.toArray()]).toEqual([
      [3, 40],
      [1, 20],
    ]);
    const [, dy] = jvp(mul, [a, b], [values([1, 0]), values([0, 1])]);
    expect(dy.toArray()).toEqual([3, 2]);
  });
  test("linear and constant functions", () => {
    expect(jvp((a) => a.mul(3), x, values([1, 1]))[1].toArray()).toEqual([3, 3]);
    expect(jvp((a) => a.detach(), x, values([1, 1]))[1].toArray()).toEqual([0, 0]);
    expect(vjp((a) => a.detach().sum(), x)[1].toArray()).toEqual([0, 0]);
  });
  test("one element needs no v", () => {
    expect(vjp((a) => a.square().sum(), x)[1].toArray()).toEqual([4, -2]);
    expect(jvp((a) => a.square(), values(3))[1].item()).toBe(6);
  });
  test("can be differentiated again", () => {
    const p = tensor([2, -1], { dtype: "float64", requiresGrad: true });
    const [, slope] = jvp((a) => a.square().mul(a), p, values([1, 1]), { createGraph: true }); // 3x²
    expect(grad(slope.sum(), p)[0].toArray()).toEqual([12, -6]);
  });
  test("v must fit", () => {
    expect(() => vjp(fn, x)).toThrow(/vector v is missing.*\[3\]/);
    expect(() => vjp(fn, x, values([1]))).toThrow(/shape \[1\].*\[3\]/);
    expect(() => jvp(fn, x)).toThrow(/vector v is missing.*\[2\]/);
    expect(() => jvp((a, b) => a.mul(b), [x, x], [x])).toThrow(/v\[1\] is missing/);
  });
});
