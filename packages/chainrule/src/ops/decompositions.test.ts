/** A rule that an op has for the sake of stability or memory gives what its decomposition gives, to second order. */
import { expect, test } from "vitest";
import { grad, type Tensor, tensor, where, zerosLike } from "../tensor/index.ts";

const inputs = [
  [0.3, -1.2, 2.1],
  [-0.7, 0.9, 1.4],
];

const pairs: readonly [string, (x: Tensor) => Tensor, (x: Tensor) => Tensor][] = [
  ["softplus", (x) => x.softplus({ beta: 2 }), (x) => x.mul(2).exp().log1p().div(2)],
  ["logSigmoid", (x) => x.logSigmoid(), (x) => x.sigmoid().log()],
  ["silu", (x) => x.silu(), (x) => x.mul(x.sigmoid())],
  ["mish", (x) => x.mish(), (x) => x.mul(x.exp().log1p().tanh())],
  ["gelu", (x) => x.gelu(), (x) => x.mul(x.div(Math.SQRT2).erf().add(1)).div(2)],
  [
    "gelu, tanh",
    (x) => x.gelu({ approximate: "tanh" }),
    (x) => x.mul(x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)).tanh().add(1)).div(2),
  ],
  ["elu", (x) => x.elu(1.5), (x) => where(x.gt(0), x, x.exp().sub(1).mul(1.5))],
  ["leakyRelu", (x) => x.leakyRelu(0.2), (x) => where(x.gt(0), x, x.mul(0.2))],
  ["prelu", (x) => x.prelu(tensor([0.2], { dtype: "float64" })), (x) => where(x.gt(0), x, x.mul(0.2))],
  ["hardtanh", (x) => x.hardtanh(), (x) => x.clamp(-1, 1)],
  ["softmax", (x) => x.softmax(1), (x) => x.exp().div(x.exp().sum(1, { keepdim: true }))],
  ["logSoftmax", (x) => x.logSoftmax(1), (x) => x.sub(x.exp().sum(1, { keepdim: true }).log())],
  ["logsumexp", (x) => x.logsumexp(0), (x) => x.exp().sum(0).log()],
  ["var", (x) => x.var(1), (x) => x.sub(x.mean(1, { keepdim: true })).square().sum(1).div(2)],
  ["std", (x) => x.std(), (x) => x.sub(x.mean()).square().sum().div(5).sqrt()],
  ["norm 2", (x) => x.norm(), (x) => x.square().sum().sqrt()],
  ["norm 3", (x) => x.norm(3, 1), (x) => x.abs().pow(3).sum(1).pow(1 / 3)],
  ["norm ½", (x) => x.norm(0.5, 0), (x) => x.abs().sqrt().sum(0).square()],
  ["prod", (x) => x.prod(1), (x) => x.select(1, 0).mul(x.select(1, 1)).mul(x.select(1, 2))],
  ["xlogy", (x) => x.xlogy(x.square()), (x) => x.mul(x.square().log())],
  ["lerp", (x) => x.lerp(x.sin(), x.sigmoid()), (x) => x.add(x.sin().sub(x).mul(x.sigmoid()))],
  ["acosh", (x) => x.square().add(1.5).acosh(), (x) => x.square().add(1.5).add(x.square().add(1.5).square().sub(1).sqrt()).log()],
  ["asinh", (x) => x.asinh(), (x) => x.add(x.square().add(1).sqrt()).log()],
]; // biome-ignore format: op and decomposition on one line

/** Value, first and second derivative of a random weighting. */
function derivatives(f: (x: Tensor) => Tensor): number[][] {
  const x = tensor(inputs, { dtype: "float64", requiresGrad: true });
  const y = f(x);
  const weights = tensor([0.7, -1.1, 0.4, 1.3, -0.2, 0.9].slice(0, y.numel), { dtype: "float64" }).reshape(
    y.shape,
  );
  const [first] = grad(y.mul(weights).sum(), x, { createGraph: true });
  // The slope of straight pieces is constant, and is not computed from anything.
  const second = first.requiresGrad ? grad(first.mul(x.detach().cos()).sum(), x)[0] : zerosLike(x);
  return [y, first, second].map((t) => [...t.data]);
}

test.each(pairs)("%s", (_, op, decomposition) => {
  const wanted = derivatives(decomposition);
  derivatives(op).forEach((values, order) => {
    expect(values.length).toBe(wanted[order].length);
    values.forEach((v, i) => {
      expect(v, `order ${order}, position ${i}`).toBeCloseTo(wanted[order][i], 11);
    });
  });
});

test("prod and cumprod through zeros, to second order", () => {
  const x = tensor([2, 0, 3, 0], { dtype: "float64", requiresGrad: true });
  const [first] = grad(x.prod(), x, { createGraph: true });
  expect(first.toArray()).toEqual([0, 0, 0, 0]);
  expect(grad(first.select(0, 1), x)[0].toArray()).toEqual([0, 0, 0, 6]); // ∂²/∂x₁∂x₃ = x₀ x₂
  const [running] = grad(x.cumprod(0).sum(), x, { createGraph: true });
  expect(running.toArray()).toEqual([1, 8, 0, 0]);
  expect(grad(running.select(0, 1), x)[0].toArray()).toEqual([4, 0, 2, 6]); // ∂/∂x (x₀ + x₀x₂ + x₀x₂x₃)
});
