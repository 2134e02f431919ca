import { describe, expect, test } from "vitest";
import {
  compile,
  Generator,
  manualSeed,
  noGrad,
  type Operand,
  ones,
  type Tensor,
  tensor,
  zeros,
} from "../tensor/index.ts";
import { ChainruleError, type ErrorCode } from "../util/errors.ts";

/** The code of the ChainruleError that is thrown, and the method that it names. */
function refusal(body: () => unknown): [ErrorCode, string] {
  try {
    body();
  } catch (error) {
    if (error instanceof ChainruleError) return [error.code, error.where[0]];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("what is refused", () => {
  const weight = ones([2], { requiresGrad: true });

  test("bools where the form without underscore, or PyTorch, refuses them", () => {
    const [yes, int] = [(): Tensor => tensor([true]), tensor([3], { dtype: "int32" })];
    const bodies: [string, () => Tensor][] = [
      ["abs_", () => yes().abs_()],
      ["neg_", () => yes().neg_()],
      ["square_", () => yes().square_()],
      ["sub_", () => yes().sub_(yes())],
      ["sub_", () => yes().sub_(yes(), { alpha: 2 })],
      ["sub_", () => int.sub_(yes())],
      ["sub", () => yes().sub(yes(), { alpha: 2 })],
      ["sub", () => yes().sub(1, { alpha: 2 })],
      ["sub", () => int.sub(yes(), { alpha: 2 })],
    ];
    for (const [method, body] of bodies) expect(refusal(body)).toEqual(["dtype", method]);
    expect(int.toArray()).toEqual([3]);
  });

  test("changes that derivatives would not see", () => {
    expect(refusal(() => weight.add_(1))).toEqual(["in-place", "add_"]);
    expect(refusal(() => weight.mul(2).relu_())).toEqual(["in-place", "relu_"]);
    expect(refusal(() => zeros([2]).copy_(weight))).toEqual(["in-place", "copy_"]);
    expect(refusal(() => zeros([2]).addcmul_(ones([2]), weight))).toEqual(["in-place", "addcmul_"]);
    expect(refusal(() => weight.uniform_())).toEqual(["in-place", "uniform_"]);
    noGrad(() => weight.mul_(3));
    expect(weight.toArray()).toEqual([3, 3]);
    expect(weight.isLeaf && weight.requiresGrad).toBe(true);
  });

  test("a changed value that a derivative remembered", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.exp();
    const z = y.mul(2);
    y.detach().add_(1);
    expect(refusal(() => z.sum().backward())[0]).toBe("in-place");
    const mask = tensor([1, 0]);
    const masked = x.mul(mask);
    mask.zero_();
    expect(refusal(() => masked.sum().backward())[0]).toBe("in-place");
  });

  test("shapes and dtypes that do not fit", () => {
    expect(refusal(() => zeros([2]).add_(zeros([2, 2])))).toEqual(["shape", "add_"]);
    expect(refusal(() => zeros([1]).expand([3]).fill_(1))).toEqual(["in-place", "fill_"]);
    expect(refusal(() => tensor([1], { dtype: "int32" }).mul_(0.5))).toEqual(["dtype", "mul_"]);
    expect(refusal(() => tensor([1], { dtype: "int32" }).add_(1, { alpha: 0.5 }))).toEqual(["dtype", "add_"]);
    expect(refusal(() => tensor([1], { dtype: "int32" }).div_(2))).toEqual(["dtype", "div_"]);
    expect(refusal(() => tensor([1], { dtype: "int32" }).sqrt_())).toEqual(["dtype", "sqrt_"]);
    expect(refusal(() => tensor([1], { dtype: "int32" }).clamp_(0.5))).toEqual(["dtype", "clamp_"]);
    expect(refusal(() => tensor([1], { dtype: "int32" }).normal_())[0]).toBe("dtype");
    expect(refusal(() => tensor([true]).neg_())[0]).toBe("dtype");
    expect(refusal(() => tensor([true]).mul_(2))).toEqual(["dtype", "mul_"]);
    expect(refusal(() => zeros([2]).fill_(zeros([2])))[0]).toBe("shape");
    expect(refusal(() => zeros([2]).clamp_())).toEqual(["argument", "clamp_"]);
  });
});

test("the target keeps its identity, storage and dtype", () => {
  const x = tensor([1, 2, 3]);
  const { storage } = x;
  const version = storage.version;
  expect(x.add_(tensor([1, 1, 1], { dtype: "float64" })).mul_(2)).toBe(x);
  expect([x.storage, x.dtype, x.toArray()]).toEqual([storage, "float32", [4, 6, 8]]);
  expect(storage.version).toBe(version + 2);
});

test("views write into their base, and operands may overlap the target", () => {
  const x = tensor([[1, 2], [3, 4]]); // biome-ignore format: a matrix
  x.select(0, 1).zero_();
  expect(x.toArray()).toEqual([[1, 2], [0, 0]]); // biome-ignore format: a matrix
  const y = tensor([[1, 2], [3, 4]]); // biome-ignore format: a matrix
  expect(y.add_(y.t()).toArray()).toEqual([[2, 5], [5, 8]]); // biome-ignore format: a matrix
  const z = tensor([1, 2, 3, 4]);
  z.narrow(0, 1, 3).copy_(z.narrow(0, 0, 3));
  expect(z.toArray()).toEqual([1, 1, 2, 3]);
  const w = tensor([1, 2]);
  expect(w.addcdiv_(w, w, { value: 3 }).toArray()).toEqual([4, 5]);
});

test("scaled additions", () => {
  expect(
    tensor([1, 2])
      .add_(tensor([10, 20]), { alpha: -0.5 })
      .toArray(),
  ).toEqual([-4, -8]);
  expect(tensor([1, 2]).sub_(3, { alpha: 2 }).toArray()).toEqual([-5, -4]);
  expect(
    tensor([1, 2], { dtype: "int32" })
      .add_(tensor([3, 4], { dtype: "int32" }), { alpha: 2 })
      .toArray(),
  ).toEqual([7, 10]);
  expect(zeros([2, 2]).add_(tensor([1, 2]), { alpha: 2 }).toArray()).toEqual([[2, 4], [2, 4]]); // biome-ignore format: a matrix
  expect(
    ones([2])
      .addcmul_(tensor([2, 3]), 4, { value: 0.5 })
      .toArray(),
  ).toEqual([5, 7]);
  expect(
    tensor([0, 8])
      .lerp_(tensor([8, 0]), 0.75)
      .toArray(),
  ).toEqual([6, 2]);
});

test("conversions towards the target", () => {
  expect(
    zeros([2], { dtype: "int32" })
      .copy_(tensor([1.9, -1.9]))
      .toArray(),
  ).toEqual([1, -1]);
  expect(
    tensor([true, true])
      .copy_(tensor([0, 0.5]))
      .toArray(),
  ).toEqual([false, true]);
  expect(tensor([1, 2], { dtype: "int32" }).fill_(true).toArray()).toEqual([1, 1]);
  expect(tensor([5, 7]).div_(2, { roundingMode: "floor" }).toArray()).toEqual([2, 3]);
});

test("random fills draw from the generator that is given", () => {
  const fill = (seed: number): number[][] => {
    const generator = new Generator(seed);
    return [
      zeros([20]).uniform_(-1, 1, { generator }),
      zeros([4, 5]).normal_(3, 0.5, { generator }),
      zeros([20]).exponential_(2, { generator }),
      zeros([20]).bernoulli_(0.3, { generator }),
      zeros([2, 10], { dtype: "bool" }).bernoulli_(tensor([[0], [1]]), { generator }),
    ].map((x) => [...x.data]);
  };
  const [uniform, normal, exponential, bernoulli, byRow] = fill(1);
  expect(fill(1)).toEqual([uniform, normal, exponential, bernoulli, byRow]);
  expect(fill(2)).not.toEqual([uniform, normal, exponential, bernoulli, byRow]);
  expect(uniform.every((v) => v >= -1 && v < 1) && Math.min(...uniform) < 0).toBe(true);
  expect(normal.every((v) => v > 0 && v < 6)).toBe(true);
  expect(exponential.every((v) => v > 0)).toBe(true);
  expect(new Set(bernoulli)).toEqual(new Set([0, 1]));
  expect(byRow).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
});

test("numbers in tensors without dimensions give the same bits as plain ones", () => {
  const third = tensor(1 / 3, { dtype: "float64" });
  for (const dtype of ["float32", "float64"] as const) {
    const x = (): Tensor => tensor([0.1, -2.7, 1e8], { dtype });
    const y = tensor([0.7, 1.1, -3e-5], { dtype });
    const calls: ((c: Operand) => Tensor)[] = [
      (c) => x().add_(c),
      (c) => x().mul_(c),
      (c) => x().add(y, { alpha: c }),
      (c) => x().sub(y, { alpha: c }),
      (c) => x().add_(y, { alpha: c }),
      (c) => x().sub_(y, { alpha: c }),
      (c) => x().addcmul_(y, y, { value: c }),
      (c) => x().addcdiv_(y, y, { value: c }),
      (c) => x().addcmul(y, y, { value: c }),
      (c) => x().clamp_(null, c),
      (c) => x().lerp_(y, c),
      (c) => x().maximum(c),
      (c) => tensor([1 / 3], { dtype }).eq(c),
    ];
    for (const call of calls) {
      expect(call(third).toArray()).toEqual(call(1 / 3).toArray());
      expect(call(third).dtype).toBe(call(1 / 3).dtype);
    }
  }
  // Two tensors without dimensions meet in the wider dtype, as in PyTorch.
  expect(
    tensor(1 / 3)
      .eq(third)
      .item(),
  ).toBe(0);
});

test("factors that are no single number, or whose gradient would be lost, are refused", () => {
  const x = ones([2]);
  const learned = tensor(2, { requiresGrad: true });
  expect(refusal(() => x.add(x, { alpha: x }))).toEqual(["argument", "add"]);
  expect(refusal(() => x.add(x, { alpha: learned }))).toEqual(["argument", "add"]);
  expect(refusal(() => zeros([2]).add_(1, { alpha: x }))).toEqual(["argument", "add_"]);
  expect(refusal(() => zeros([2]).addcmul_(x, x, { value: x }))).toEqual(["argument", "addcmul_"]);
  const whole = tensor([1], { dtype: "int32" });
  expect(refusal(() => whole.add(whole, { alpha: tensor(0.5) }))).toEqual(["dtype", "add"]);
  expect(whole.add(whole, { alpha: tensor(3, { dtype: "int32" }) }).toArray()).toEqual([4]);
  // ∂(x + α y)/∂y = α
  const y = tensor([5], { requiresGrad: true });
  tensor([1])
    .add(y, { alpha: tensor(0.25, { dtype: "float64" }) })
    .sum()
    .backward();
  expect(y.grad?.toArray()).toEqual([0.25]);
});

test("bernoulli_ draws by one float64 tensor as by a number, compiled too", () => {
  const draw = (p: number | Tensor): unknown => {
    manualSeed(1);
    return zeros([3, 4]).bernoulli_(p).toArray();
  };
  const p = tensor(0.3, { dtype: "float64" });
  const fast = compile((given: Tensor) => zeros([3, 4]).bernoulli_(given));
  expect(draw(p)).toEqual(draw(0.3));
  manualSeed(1);
  expect(fast(p).toArray()).toEqual(draw(0.3));
  manualSeed(1);
  // As torch.bernoulli: 24 bits for each element.
  expect(fast(tensor(0.3)).toArray()).toEqual(draw(tensor(0.3)));
  expect(() => fast(tensor(1.3, { dtype: "float64" }))).toThrow("1.3 is not a probability");
});
