import { describe, expect, test } from "vitest";
import { inScope, type ScopeOwner } from "../core/scope.ts";
import { ChainruleError, customFunction, detectAnomaly, noGrad, type Tensor, tensor } from "../index.ts";

const leaf = (data: number[] | number[][]): Tensor => tensor(data, { requiresGrad: true });

const failure = (body: () => unknown): ChainruleError => {
  try {
    detectAnomaly(body);
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

/** A model whose parts are called `body` in the scope of a layer. */
const layer: ScopeOwner = { scopeKind: () => "Custom", scopePathOf: () => undefined };
const model: ScopeOwner = {
  scopeKind: () => "Sequential",
  scopePathOf: (part) => (part === layer ? "2" : undefined),
};
const inLayer = <R>(body: () => R): R => inScope(model, () => inScope(layer, body));

describe("detectAnomaly", () => {
  test("returns what the function returns, and leaves no trace", () => {
    expect(detectAnomaly(() => leaf([1]).mul(2).item())).toBe(2);
    expect(leaf([0]).log().item()).toBe(Number.NEGATIVE_INFINITY);
  });
  test("names op, element, operands and layer of the first value that is not finite", () => {
    const x = leaf([
      [1, 2],
      [3, 0],
    ]);
    const error = failure(() =>
      inLayer(() => x.log())
        .mul(2)
        .sum(),
    );
    expect(error.code).toBe("non-finite");
    expect(error.message).toMatch(/^layer 2 \(Custom\) › log: /);
    expect(error.message).toMatch(
      /op log made the first value that is not finite: -Infinity at \[1, 1\], from x = 0\./,
    );
    expect(failure(() => tensor([1, 2]).div(tensor([[1], [0]]))).message).toMatch(
      /Infinity at \[1, 0\], from x = 1, other = 0/,
    );
  });
  test("does not blame an op for what it was given", () => {
    const error = failure(() => leaf([1, Number.NaN]).mul(2));
    expect(error.message).toMatch(/op mul was given NaN at \[1\] in its "x"/);
  });
  test("names the forward op and the layer of a derivative", () => {
    const x = leaf([4, 0]);
    const error = failure(() =>
      inLayer(() => x.sqrt())
        .sum()
        .backward(),
    );
    expect(error.code).toBe("non-finite");
    expect(error.message).toMatch(
      /derivative of op sqrt in layer 2 \(Custom\) with respect to its "x".*Infinity at \[1\]/,
    );
  });
  test("sees changes in place", () => {
    const w = leaf([1e38]);
    const error = failure(() => noGrad(() => w.mul_(1e10)));
    expect(error.message).toMatch(/mul_\(\) wrote Infinity at \[0\]/);
  });
  test("steps inside an op do not count, only its result", () => {
    // log(0) inside, and a finite sum
    expect(detectAnomaly(() => leaf([Number.MIN_VALUE, 1]).softmax(0).sum().item())).toBeCloseTo(1, 6);
  });
  test("infinities may be allowed", () => {
    const masked = (): Tensor => tensor([1, 2]).div(tensor([1, 0]));
    expect(detectAnomaly(masked, { allowInfinity: true }).toArray()).toEqual([1, Number.POSITIVE_INFINITY]);
    expect(() => detectAnomaly(() => masked().sub(masked()), { allowInfinity: true })).toThrow(/op sub.*NaN/);
  });
  test("recording and modes are as before after an error", () => {
    failure(() => leaf([0]).log());
    expect(leaf([1]).mul(2).requiresGrad).toBe(true);
    expect(leaf([0]).log().item()).toBe(Number.NEGATIVE_INFINITY);
  });
  test("may be nested", () => {
    expect(() => detectAnomaly(() => detectAnomaly(() => leaf([0]).log()))).toThrow(/op log made/);
  });
});

test("an input of a custom function is named by its place", () => {
  const scaled = customFunction({
    name: "scaled",
    forward: (_factor: number, x: Tensor) => x.mul(1),
    backward: (dy) => [null, dy.mul(Number.NaN)],
  });
  expect(
    failure(() =>
      scaled(2, leaf([1]))
        .sum()
        .backward(),
    ).message,
  ).toContain("op scaled with respect to its argument 1 ");
});
