/** What records cannot say of elementwise ops: options, refusals, dtypes. */
import { describe, expect, test } from "vitest";
import { compile, pow, type Tensor, tensor, where, zeros } from "../tensor/index.ts";
import { ChainruleError, type ErrorCode } from "../util/errors.ts";

function code(body: () => unknown): ErrorCode {
  try {
    body();
  } catch (error) {
    if (error instanceof ChainruleError) return error.code;
    throw error;
  }
  throw new Error("nothing was refused");
}

const int = (...values: number[]) => tensor(values, { dtype: "int32" });

describe("where", () => {
  test("has the operands' dtype, and a bool condition", () => {
    const yes = tensor([true, false]);
    expect(where(yes, int(1, 2), 0).dtype).toBe("int32");
    expect(where(yes, int(1, 2), 0.5).dtype).toBe("float32");
    expect(where(yes, 1, 0).toArray()).toEqual([1, 0]);
    expect(tensor([1, 2]).where(yes, 9).toArray()).toEqual([1, 9]);
    expect(code(() => where(tensor([1, 0]), 1, 0))).toBe("dtype");
    expect(code(() => where(yes, zeros([3]), 0))).toBe("shape");
  });
});

describe("powers", () => {
  test("of and by numbers", () => {
    expect(pow(2, int(0, 3)).toArray()).toEqual([1, 8]);
    expect(pow(2, tensor([0.5])).item()).toBeCloseTo(Math.SQRT2, 6);
    expect(int(3).pow(2).dtype).toBe("int32");
    expect(int(4).pow(0.5).toArray()).toEqual([2]);
    expect(int(2, 3).exp2().dtype).toBe("float32");
  });
  test("of whole numbers wrap around as products do, eager and compiled: PyTorch's numbers", () => {
    const x = int(123456789, -2147483648, 2147483647, 16777217);
    const powers = (a: Tensor) => [a.square(), a.pow(2), a.pow(3), a.pow(7), a.pow(int(2, 3, 4, -1))];
    const square = [-1757895751, 0, 1, 33554433];
    const wanted = [
      square,
      square,
      [75731757, 0, 2147483647, 50331649],
      [1451196701, 0, 2147483647, 117440513],
      [-1757895751, 0, 1, 0],
    ];
    expect(x.mul(x).toArray()).toEqual(square);
    for (const run of [powers, compile(powers)]) expect(run(x).map((y) => y.toArray())).toEqual(wanted);
    expect(
      int(1, -1, 0, 2, -1)
        .pow(int(-2, -3, -1, -4, -2))
        .toArray(),
    ).toEqual([1, -1, 0, 0, 1]);
  });
  test("of whole numbers are whole", () => {
    expect(code(() => int(2).pow(-1))).toBe("argument");
    expect(code(() => tensor([true]).pow(tensor([true])))).toBe("dtype");
  });
});

describe("rounded quotients", () => {
  test("of whole numbers stay whole, exact above 2²⁴, and refuse zero", () => {
    expect(int(7, -7).floorDivide(2).toArray()).toEqual([3, -4]);
    expect(int(7, -7).div(2, { roundingMode: "trunc" }).toArray()).toEqual([3, -3]);
    expect(int(2147483647).floorDivide(1).item()).toBe(2147483647);
    expect(int(-2147483648, 7).remainder(int(3, -4)).toArray()).toEqual([1, -1]);
    expect(code(() => int(1).floorDivide(0))).toBe("argument");
    expect(code(() => int(1).remainder(int(0)))).toBe("argument");
    expect(code(() => int(1).div(0, { roundingMode: "trunc" }))).toBe("argument");
  });
  test("of real numbers go by the remainder, as in Python", () => {
    const x = tensor([1, -1, 5.5], { dtype: "float64" });
    expect(x.floorDivide(0.1).toArray()).toEqual([9, -10, 54]);
    expect(x.div(0, { roundingMode: "floor" }).toArray()).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect(code(() => x.div(2, { roundingMode: "round" as "floor" }))).toBe("argument");
  });
});

test("clamp: crossed limits, NaN, refusals", () => {
  const x = tensor([-2, Number.NaN, 2]);
  expect(x.clamp(1, -1).toArray()).toEqual([-1, Number.NaN, -1]);
  expect([x.clampMin(0).toArray(), x.clampMax(tensor([0, 0, 1])).toArray()]).toEqual([
    [0, Number.NaN, 2],
    [-2, Number.NaN, 1],
  ]);
  expect(int(-5, 5).clamp(-0.5, 3).dtype).toBe("float32");
  expect(code(() => x.clamp())).toBe("argument");
});

test("lerp and addcdiv ask for dtypes that fit", () => {
  expect(code(() => tensor([1]).lerp(tensor([2], { dtype: "float64" }), 0.5))).toBe("dtype");
  expect(code(() => int(1).lerp(int(2), 0.5))).toBe("dtype");
  expect(code(() => int(1).addcdiv(int(2), int(3)))).toBe("dtype");
  expect(
    tensor([1])
      .addcdiv(tensor([1]), tensor([4]), { value: 2 })
      .toArray(),
  ).toEqual([1.5]);
  expect(
    tensor([1])
      .addcmul(tensor([3]), 4, { value: 2 })
      .toArray(),
  ).toEqual([25]);
});

test("activations refuse what does not fit", () => {
  const x = zeros([2, 3]);
  expect(code(() => x.prelu(zeros([2])))).toBe("shape");
  expect(x.prelu(zeros([3])).shape).toEqual([2, 3]);
  expect(zeros([2, 3, 4]).prelu(zeros([3])).shape).toEqual([2, 3, 4]);
  expect(code(() => x.prelu(zeros([1], { dtype: "float64" })))).toBe("dtype");
  expect(code(() => x.glu())).toBe("shape");
  expect(x.glu(0).shape).toEqual([1, 3]);
  expect(code(() => x.celu(0))).toBe("argument");
  expect(code(() => x.softshrink(-1))).toBe("argument");
  expect(code(() => x.gelu({ approximate: "erf" as "none" }))).toBe("argument");
  expect(code(() => int(1).silu())).toBe("dtype");
  expect(code(() => int(1).softmax(0))).toBe("dtype");
  expect(int(0, 0).softmax(0, { dtype: "float64" }).toArray()).toEqual([0.5, 0.5]);
});

test("norms by name, and those that do not exist", () => {
  const x = tensor([[3, 0], [0, -4]]); // biome-ignore format: a matrix
  expect([x.norm("fro").item(), x.norm(0).item(), x.norm(1, 0).toArray()]).toEqual([5, 2, [3, 4]]);
  expect(x.norm(2, [0, 1], { keepdim: true }).shape).toEqual([1, 1]);
  expect(code(() => x.norm("nuc" as "fro"))).toBe("argument");
  expect(code(() => x.norm(Number.NaN))).toBe("argument");
  expect(code(() => zeros([0]).norm(Number.POSITIVE_INFINITY))).toBe("shape");
  expect(code(() => int(3).norm())).toBe("dtype");
});

test("var and std", () => {
  const x = tensor([[1, 2], [3, 6]]); // biome-ignore format: a matrix
  const { var: variance, mean } = x.varMean(0, { correction: 0, keepdim: true });
  expect([variance.toArray(), mean.toArray()]).toEqual([[[1, 4]], [[2, 4]]]);
  expect(x.stdMean(1, { correction: 0 }).std.toArray()).toEqual([0.5, 1.5]);
  expect(code(() => int(1, 2).var())).toBe("dtype");
});

test("plain values of other kinds are refused", () => {
  expect(code(() => tensor([1]).maximum("2" as unknown as number))).toBe("argument");
  expect(code(() => tensor([1]).where(tensor([true]), null as unknown as number))).toBe("argument");
});

test("relu lets no gradient through where it is 0, not even an infinite one", () => {
  const x = tensor([-1, 0, 4], { requiresGrad: true });
  x.relu().sqrt().sum().backward(); // d√y/dy = ∞ at y = 0
  expect(x.grad?.toArray()).toEqual([0, 0, 0.25]);
});

describe("functions of real numbers", () => {
  test("see whole numbers as float32, eager and compiled, as in PyTorch", () => {
    const x = int(16777217, 123456789, -2147483647);
    const single = x.to("float32");
    const functions: ((a: Tensor) => Tensor)[] = [
      (a) => a.sin(),
      (a) => a.cos(),
      (a) => a.tan(),
      (a) => a.mul(1e-8).exp(),
      (a) => a.abs().log(),
      (a) => a.div(3),
      (a) => a.atan2(int(3, 5, 7)),
      (a) => a.pow(0.5),
      (a) => a.add(tensor([0.5, 0.5, 0.5])),
      (a) => a.eq(tensor([16777216, 0, 0])),
    ];
    for (const f of functions) {
      const wanted = f(single).toArray();
      expect(f(x).toArray()).toEqual(wanted);
      expect(compile(f)(x).toArray()).toEqual(compile(f)(single).toArray());
    }
    expect(x.sin().toArray()).not.toEqual(x.to("float64").sin().toArray());
  });
});
