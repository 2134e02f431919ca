/** Functions of single elements, for random programs. */
import { arange, type Tensor, where } from "../../index.ts";
import { broadcastShapes } from "../../shape/shape.ts";
import { any, apart, find, mask, operand, partner, real, type Step } from "./random-operands.ts";

const smooth: readonly ((x: Tensor) => Tensor)[] = [
  (x) => x.neg(),
  (x) => x.square(),
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.div(3).exp(),
  (x) => x.square().add(0.5).log(),
  (x) => x.square().add(0.3).sqrt(),
  (x) => x.square().add(0.3).rsqrt(),
  (x) => x.square().add(0.4).reciprocal(),
  (x) => x.sin(),
  (x) => x.cos(),
  (x) => x.erf(),
  (x) => x.div(4).sinh(),
  (x) => x.div(4).cosh(),
  (x) => x.atan(),
  (x) => x.asinh(),
  (x) => x.tanh().mul(0.9).asin(),
  (x) => x.tanh().mul(0.9).acos(),
  (x) => x.tanh().mul(0.9).atanh(),
  (x) => x.square().add(1.2).acosh(),
  (x) => x.tanh().mul(0.9).erfinv(),
  (x) => x.square().log1p(),
  (x) => x.div(3).expm1(),
  (x) => x.square().add(0.5).log2(),
  (x) => x.square().add(0.5).lgamma(),
  (x) => x.square().add(0.5).digamma(),
  (x) => x.silu(),
  (x) => x.gelu(),
  (x) => x.gelu({ approximate: "tanh" }),
  (x) => x.mish(),
  (x) => x.softplus(),
  (x) => x.softplus({ beta: 2, threshold: 3 }),
  (x) => x.logSigmoid(),
  (x) => x.softsign(),
  (x) => x.tanhshrink(),
  (x) => x.elu(1.5),
  (x) => x.celu(0.7),
  (x) => x.selu(),
  (x) => x.clone(),
  (x) => x.contiguous(),
  (x) => x.detach(),
];

const stepped: readonly ((x: Tensor) => Tensor)[] = [
  (x) => x.relu(),
  (x) => x.leakyRelu(0.2),
  (x) => x.abs(),
  (x) => x.sign(),
  (x) => x.floor(),
  (x) => x.ceil(),
  (x) => x.trunc(),
  (x) => x.round(),
  (x) => x.frac(),
  (x) => x.hardtanh(-0.7, 0.8),
  (x) => x.hardsigmoid(),
  (x) => x.hardswish(),
  (x) => x.hardshrink(0.3),
  (x) => x.softshrink(0.3),
  (x) => x.threshold(0.1, -2),
  (x) => x.clamp(-0.5, 0.9),
  (x) => x.clampMin(0.2),
  (x) => x.nanToNum(),
];

const comparisons = ["eq", "ne", "lt", "le", "gt", "ge"] as const;

export const elementwise: readonly Step[] = [
  (m) => m.choices.of(smooth)(real(m)),
  (m) => m.choices.of(smooth)(real(m)),
  (m) => m.choices.of(stepped)(apart(real(m), 0.0137)),
  (m) => {
    const x = real(m);
    const y = operand(m, x);
    return m.choices.of([
      () => x.add(y),
      () => x.sub(y),
      () => x.mul(y),
      () => x.add(y, { alpha: 0.5 }),
      () => x.sub(y, { alpha: -2 }),
    ])();
  },
  (m) => {
    const x = real(m);
    return x.div(partner(m, x).square().add(0.5));
  },
  (m) => {
    const x = real(m);
    const y = partner(m, x).add(0.0137);
    return m.choices.of([() => x.maximum(y), () => x.minimum(y), () => x.clampMax(y)])();
  },
  (m) => {
    const x = real(m);
    return m.choices.of([
      () => x.square().add(0.4).pow(partner(m, x).tanh()),
      () => x.pow(2),
      () => x.pow(3),
      () => x.abs().add(0.5).pow(-1.5),
      () => x.square().xlogy(partner(m, x).square().add(0.5)),
    ])();
  },
  (m) => {
    const x = real(m);
    const y = partner(m, x).square().add(0.6);
    return m.choices.of([
      () => apart(x, 0.0137).remainder(y),
      () => apart(x, 0.0137).div(y, { roundingMode: "floor" }),
      () => apart(x, 0.0137).floorDivide(y),
    ])();
  },
  (m) => {
    const x = real(m);
    return x[m.choices.of(comparisons)](partner(m, x).add(0.0137));
  },
  (m) => {
    const x = real(m);
    const y = partner(m, x);
    const shape = broadcastShapes(x.shape, y.shape);
    return m.choices.coin() ? where(mask(m, shape), x, y) : where(mask(m, shape), x, 0.5);
  },
  (m) => {
    const x = real(m);
    return x.maskedFill(mask(m, x.shape), 0.25);
  },
  (m) => {
    const a = any(m);
    return m.choices.of([
      () => a.logicalNot(),
      () => a.isnan(),
      () => a.isfinite(),
      () => a.ne(0).logicalAnd(a.gt(0.0137)),
      () => a.lt(0.0137).logicalXor(true as unknown as Tensor),
    ])();
  },
  (m) => any(m).to(m.choices.of(["float32", "float64", m.dtype, m.dtype] as const)),
  (m) => apart(real(m), 0.0137).mul(2).to("int32"),
  (m) => {
    const x = find(m, (y) => y.dtype === "int32") ?? arange(6, { dtype: "int32" });
    return m.choices.of([
      () => x.add(3),
      () => x.mul(x),
      () => x.remainder(5),
      () => x.floorDivide(2),
      () => x.neg(),
      () => x.abs(),
      () => x.gt(1),
      () => x.div(4),
      () => x.mul(0.5),
      () => x.maximum(2),
      () => x.sum(),
      () => x.cumsum(x.ndim - 1),
      () => x.add(real(m).sum()),
    ])();
  },
  (m) => {
    const x = real(m);
    const y = partner(m, x);
    return m.choices.coin() ? x.lerp(y, 0.3) : x.addcmul(y, y.sin(), { value: 0.5 });
  },
  (m) => {
    const x = real(m);
    return x.addcdiv(x.tanh(), partner(m, x).square().add(0.5), { value: -0.5 });
  },
  (m) => real(m).binaryCrossEntropy(mask(m, []).to(m.dtype).mul(0.8)),
];
