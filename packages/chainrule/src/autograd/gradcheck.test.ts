import { describe, expect, test } from "vitest";
import { customFunction, gradcheck, gradgradcheck, manualSeed, rand, type Tensor, tensor } from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";

const leaf = (data: number | number[] | number[][]): Tensor =>
  tensor(data, { dtype: "float64", requiresGrad: true });

/** 2x instead of x's slope 1 in one place of the derivative. */
const wrongSlope = customFunction({
  name: "wrongSlope",
  forward: (x: Tensor) => ({ output: x.mul(3), save: { x } }),
  backward: (dy: Tensor, { x }) => dy.mul(x.gt(1).mul(1).add(3)), // 4 where x > 1, else the right 3
});

/** Right to first order, but its backward hides that it depends on x. */
const constantSlope = customFunction({
  name: "constantSlope",
  forward: (x: Tensor) => ({ output: x.square(), save: { x } }),
  backward: (dy: Tensor, { x }) => dy.mul(x.detach()).mul(2),
});

describe("gradcheck", () => {
  test("right derivatives, element by element and along directions", () => {
    const [x, w] = [
      leaf([
        [0.5, -1],
        [2, 0.1],
      ]),
      leaf([
        [1, 2],
        [-0.5, 0.3],
      ]),
    ];
    const fn = (a: Tensor, b: Tensor): Tensor => a.matmul(b).tanh();
    const full = gradcheck(fn, [x, w]);
    expect(full.checks).toBe(4 * 8); // outputs × inputs
    expect(full.relativeError).toBeLessThan(1e-7);
    expect(gradcheck(fn, [x, w], { fast: true, directions: 5 }).checks).toBe(10);
  });
  test("inputs stay as they were, and nothing is collected", () => {
    const x = leaf([0.1, 0.7]);
    gradcheck((a) => a.square(), x);
    expect(x.toArray()).toEqual([0.1, 0.7]);
    expect([x.grad, x.storage.version]).toEqual([null, 0]);
  });
  test("parameters that the function closes over", () => {
    const w = leaf([2, 3]);
    const x = tensor([0.5, 0.25], { dtype: "float64" });
    expect(gradcheck(() => w.mul(x).sigmoid(), [w]).checks).toBe(4);
  });
  test("several outputs, whole numbers and constants among them", () => {
    const x = leaf([1.5, 2]);
    const fn = (a: Tensor): Tensor[] => [a.square(), a.gt(1), tensor(3, { dtype: "float64" }), a.sum()];
    expect(gradcheck(fn, x).checks).toBe(2 * 4);
  });
  test.each([false, true])("a wrong derivative names input, element and op (fast: %s)", (fast) => {
    const [a, b] = [
      leaf([1]),
      leaf([
        [0.5, 0.25],
        [0.75, 2],
      ]),
    ];
    const error = thrown(() => gradcheck((x, y) => x.add(wrongSlope(y).square()), [a, b], { fast }));
    expect(error.code).toBe("autograd");
    expect(error.message).toMatch(/element \[1, 1\] of input 1/);
    expect(error.message).toMatch(/The derivative of element \[1, 1\] of the output with respect to/);
    expect(error.message).toMatch(/is 48\.0+ by backward and 36\.0+ by differences/);
    expect(error.message).toMatch(/derivative of op wrongSlope with respect to its argument 0 is wrong/);
  });
  test("single numbers are named without an index, inputs and outputs by number where there are several", () => {
    const [a, b] = [leaf(2), leaf(3)];
    const hidden = (x: Tensor): Tensor => x.mul(x.detach());
    expect(thrown(() => gradcheck(hidden, a)).message).toMatch(
      /^The derivative of the output with respect to the input is 2\.0+ by backward/,
    );
    expect(thrown(() => gradcheck((x, y) => [x, hidden(y)], [a, b])).message).toMatch(
      /^The derivative of output 1 with respect to input 1 is 3\.0+ by backward/,
    );
  });
  test("an argument of a custom function is named by its place among all of them", () => {
    const scaled = customFunction({
      name: "scaled",
      forward: (_factor: number, x: Tensor, y: Tensor) => x.mul(y),
      backward: (dy: Tensor) => [null, dy.mul(3), dy], // y = 3, and x is not 1
    });
    expect(thrown(() => gradcheck((x, y) => scaled(1, x, y), [leaf(2), leaf(3)])).message).toMatch(
      /derivative of op scaled with respect to its argument 2 is wrong/,
    );
  });
  test("a detached part cannot be blamed on one op", () => {
    const error = thrown(() => gradcheck((x) => x.mul(x.detach()), leaf([2])));
    expect(error.message).toMatch(/is 2\.0+ by backward and 4\.0+ by differences/);
    expect(error.message).toMatch(/detaches/);
  });
  test("a kink is told from a wrong derivative", () => {
    const error = thrown(() => gradcheck((x) => x.relu(), leaf([1, 0])));
    expect(error.message).toMatch(
      /kink within 0\.000001 of element \[1\] of the input: the slope of element \[1\] of the output is 0/,
    );
    expect(thrown(() => gradcheck((x) => x.relu(), leaf([1, 3e-7]))).message).toMatch(/kink/);
    expect(gradcheck((x) => x.relu(), leaf([1, 0]), { kinks: "skip" })).toMatchObject({
      checks: 3,
      kinks: 1,
    });
  });
  test("random functions are refused", () => {
    manualSeed(0);
    const noisy = (x: Tensor): Tensor => x.mul(rand([2], { dtype: "float64" }));
    expect(thrown(() => gradcheck(noisy, leaf([1, 2]))).message).toMatch(/different results.*dropout/);
    const drifting = customFunction({
      name: "drifting",
      forward: (x: Tensor) => x.mul(2),
      backward: (dy: Tensor) => dy.mul(rand([], { dtype: "float64" })),
    });
    expect(thrown(() => gradcheck(drifting, leaf([1, 2]))).message).toMatch(/different results/);
  });
  test("inputs must be fit for it", () => {
    const single = tensor([1], { requiresGrad: true });
    expect(thrown(() => gradcheck((x) => x, single)).code).toBe("dtype");
    expect(thrown(() => gradcheck((x) => x, tensor([1]))).message).toMatch(/None of the inputs/);
    const wide = tensor([1], { dtype: "float64" }).expand([3]).requiresGrad_();
    expect(thrown(() => gradcheck((x) => x, wide)).message).toMatch(/clone\(\)/);
    expect(thrown(() => gradcheck(() => 3 as unknown as Tensor, leaf([1]))).code).toBe("argument");
  });
});

describe("gradgradcheck", () => {
  test("right second derivatives, also where they vanish", () => {
    const x = leaf([0.5, -1.5]);
    expect(gradgradcheck((a) => a.mul(a).mul(a), x).relativeError).toBeLessThan(1e-6);
    expect(gradgradcheck((a) => a.mul(2), x).kinks).toBe(0);
  });
  test("a derivative that is no function of the input any more", () => {
    const x = leaf([0.5, -1.5]);
    expect(gradcheck(constantSlope, x).checks).toBe(4);
    const error = thrown(() => gradgradcheck(constantSlope, x));
    expect(error.message).toMatch(
      /second derivative \(of element \[0\] of the gradient with respect to element \[0\] of the input\) is/,
    );
    expect(error.message).toMatch(/derivative of op constantSlope with respect to its argument 0 is wrong/);
  });
  test("given cotangents", () => {
    const x = leaf([0.5, -1.5]);
    const gradOutputs = tensor([1, -2], { dtype: "float64" });
    expect(gradgradcheck((a) => a.square(), x, { gradOutputs }).checks).toBe(2 * 4);
  });
});
