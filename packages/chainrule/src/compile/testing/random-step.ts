/** Operations of the public API for random programs: each picks operands that fit from a pool, and adds its results to it. */
import {
  arange,
  bernoulli,
  cat,
  einsum,
  fromTypedArray,
  full,
  type Generator,
  linear,
  linspace,
  nn,
  noGrad,
  rand,
  randint,
  randn,
  randnLike,
  randperm,
  stack,
  type Tensor,
  where,
} from "../../index.ts";
import { type DType, isFloating } from "../../shape/dtype.ts";
import { broadcastShapes, numel, type Shape, sameShape } from "../../shape/shape.ts";

/** Numbers that choose operands and options, taken one after another. */
export class Choices {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(n: number): number {
    const chosen = this.#numbers[this.#next++ % this.#numbers.length];
    return n > 0 ? chosen % n : 0;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  coin(): boolean {
    return this.below(2) === 0;
  }
}

/** What one instruction works on. */
export interface Machine {
  readonly choices: Choices;
  readonly pool: readonly Tensor[];
  readonly generator: Generator;
  /** The floating dtype of the program. */
  readonly dtype: DType;
}

/** Numbers without pattern in about −1.5 … 1.5, different for each seed. */
export function numbers(seed: number, shape: Shape, dtype: DType): Tensor {
  const values = Float64Array.from(
    { length: numel(shape) },
    (_, i) => 1.5 * Math.sin(12.9898 * i + 78.233 * seed + 0.7),
  );
  return fromTypedArray(values, shape).to(dtype);
}

const sizes = [1, 2, 3, 4, 5, 17, 33, 2, 3, 4] as const;

// ---- operands ------------------------------------------------------------------------------------------------------

function find(m: Machine, fits: (x: Tensor) => boolean): Tensor | undefined {
  const from = m.choices.below(m.pool.length);
  // The newest come more often than the oldest, so that long chains arise.
  const start = m.choices.coin() ? m.pool.length - 1 - (from % 4) : from;
  for (let i = 0; i < m.pool.length; i++) {
    const x = m.pool[(start + i + m.pool.length) % m.pool.length];
    if (fits(x)) return x;
  }
  return undefined;
}

const isReal = (x: Tensor): boolean => isFloating(x.dtype);

function real(m: Machine, fits: (x: Tensor) => boolean = () => true): Tensor {
  return find(m, (x) => isReal(x) && fits(x)) ?? numbers(m.choices.below(99), [2, 3], m.dtype);
}

const any = (m: Machine): Tensor => find(m, () => true) as Tensor;

const mask = (m: Machine, shape: Shape): Tensor =>
  find(m, (x) => x.dtype === "bool" && broadcasts(x.shape, shape)) ?? apart(real(m), 0.0137).gt(0).any();

const withDim = (m: Machine, rank = 1): Tensor => real(m, (x) => x.ndim >= rank);

function broadcasts(shape: Shape, to: Shape): boolean {
  try {
    return sameShape(broadcastShapes(shape, to), to);
  } catch {
    return false;
  }
}

function joins(a: Shape, b: Shape): boolean {
  try {
    return numel(broadcastShapes(a, b)) <= 4000;
  } catch {
    return false;
  }
}

/** Another tensor that broadcasts with one, or a number. */
const partner = (m: Machine, x: Tensor): Tensor =>
  find(m, (y) => y !== x && isReal(y) && joins(x.shape, y.shape)) ??
  numbers(m.choices.below(99), x.shape, x.dtype);

/** A number or a tensor to be combined with one. */
const operand = (m: Machine, x: Tensor): Tensor | number =>
  m.choices.below(5) === 0 ? (m.choices.below(9) - 4) / 2 + 0.25 : partner(m, x);

/** Rounding must not decide which side of a step or of a tie a number lies on. */
const apart = (x: Tensor, by: number): Tensor => x.add(by);

/** Along a dimension no two elements are alike. */
function distinct(x: Tensor, dim: number): Tensor {
  const shape = x.shape.map((size, d) => (d === dim ? size : 1));
  return x.add(arange(x.shape[dim], { dtype: x.dtype }).mul(0.01137).reshape(shape));
}

const dimOf = (m: Machine, x: Tensor): number => m.choices.below(x.ndim) - (m.choices.coin() ? x.ndim : 0);

const positive = (dim: number, x: Tensor): number => (dim < 0 ? dim + x.ndim : dim);

function dims(m: Machine, x: Tensor): number[] | undefined {
  if (m.choices.below(4) === 0) return undefined;
  return x.shape.map((_, d) => d).filter(() => m.choices.coin());
}

const keepdim = (m: Machine): { keepdim: boolean } => ({ keepdim: m.choices.coin() });

/** Whole numbers below `n`, as an index: data from the program where there is some. */
function index(m: Machine, n: number, shape: Shape): Tensor {
  if (m.choices.coin())
    return fromTypedArray(
      Int32Array.from({ length: numel(shape) }, (_, i) => (i * 7 + 3) % n),
      shape,
    );
  return apart(real(m).sum(), 0.0137)
    .mul(3)
    .floor()
    .to("int32")
    .add(arange(numel(shape), { dtype: "int32" }))
    .remainder(n)
    .reshape(shape);
}

// ---- operations ----------------------------------------------------------------------------------------------------

type Results = Tensor | readonly Tensor[];
export type Step = (m: Machine) => Results;

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

const elementwise: readonly Step[] = [
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

const reductions: readonly Step[] = [
  (m) => {
    const x = real(m);
    return m.choices.coin() ? x.sum(dims(m, x), keepdim(m)) : x.mean(dims(m, x), keepdim(m));
  },
  (m) => {
    const x = withDim(m);
    const dim = dimOf(m, x);
    return m.choices.of([
      () => x.softmax(dim),
      () => x.logSoftmax(dim),
      () => x.logsumexp(dim, keepdim(m)),
      () => x.softmin(dim),
    ])();
  },
  (m) => {
    const x = withDim(m).add(0.0137);
    const dim = dimOf(m, x);
    return m.choices.of([
      () => x.cumsum(dim),
      () => x.tanh().cumprod(dim),
      () => x.prod(dim, keepdim(m)),
      () => x.norm(2, dim, keepdim(m)),
      () => x.norm(1, [dim]),
      () => x.var(dim, keepdim(m)),
      () => x.std([dim], { correction: 0, ...keepdim(m) }),
      () => x.norm(3),
    ])();
  },
  (m) => {
    const x = withDim(m);
    const dim = dimOf(m, x);
    const y = distinct(x, positive(dim, x));
    return m.choices.of<() => Results>([
      () => y.amax(dim, keepdim(m)),
      () => y.amin([dim]),
      () => y.argmax(dim),
      () => y.argmin(dim, keepdim(m)),
      () => Object.values(y.max(dim)),
      () => Object.values(y.min(dim, keepdim(m))),
      () => Object.values(y.sort(dim)),
      () => y.argsort(dim, { descending: true }),
      () => Object.values(y.topk(1 + m.choices.below(y.shape[positive(dim, y)]), dim)),
      () => Object.values(y.sort(dim, { descending: true, stable: true } as never)),
    ])();
  },
  (m) => {
    const x = any(m);
    return m.choices.of([
      () => x.any(),
      () => x.all(x.ndim ? [0] : undefined),
      () => x.countNonzero(),
      () => x.sum(),
    ])();
  },
  (m) => {
    const x = withDim(m);
    return Object.values(x.varMean(dims(m, x), { correction: 0, ...keepdim(m) }));
  },
];

const products: readonly Step[] = [
  (m) => {
    const x = withDim(m);
    const out = m.choices.of(sizes);
    const inner = x.shape[x.ndim - 1];
    const w =
      find(m, (y) => y.dtype === x.dtype && y.ndim === 2 && y.shape[1] === inner) ??
      numbers(m.choices.below(99), [out, inner], x.dtype).div(2);
    const bias = m.choices.coin() ? numbers(m.choices.below(99), [w.shape[0]], x.dtype) : null;
    return linear(x, w, bias);
  },
  (m) => {
    const x = withDim(m);
    const inner = x.shape[x.ndim - 1];
    const y = find(
      m,
      (z) =>
        z.dtype === x.dtype &&
        z.ndim >= 1 &&
        z.shape[Math.max(z.ndim - 2, 0)] === inner &&
        joins(x.shape.slice(0, -2), z.shape.slice(0, -2)),
    );
    return x.matmul(
      y ?? numbers(m.choices.below(99), m.choices.coin() ? [inner, m.choices.of(sizes)] : [inner], x.dtype),
    );
  },
  (m) => {
    const x = withDim(m, 2);
    return m.choices.coin() ? x.matmul(x.transpose(-1, -2)) : x.transpose(-2, -1).matmul(x);
  },
  (m) => {
    const x = withDim(m, 2);
    return x
      .transpose(-1, -2)
      .matmul(numbers(3, [x.shape[x.ndim - 2], m.choices.of(sizes)], x.dtype))
      .tanh();
  },
  (m) => {
    const x = real(m, (y) => y.ndim === 2);
    return m.choices.coin() ? einsum("ij,kj->ik", x, x.sin()) : einsum("ij->j", x);
  },
  (m) => {
    const x = real(m, (y) => y.ndim === 1);
    return m.choices.coin() ? x.outer(x.sin()) : x.dot(x.cos());
  },
];

const views: readonly Step[] = [
  (m) => {
    const x = withDim(m);
    return x.permute(rotated(x.ndim, m.choices.below(x.ndim)));
  },
  (m) => {
    const x = withDim(m, 2);
    return x.transpose(dimOf(m, x), dimOf(m, x));
  },
  (m) => {
    const x = withDim(m);
    return m.choices.coin()
      ? x.at(`${m.choices.below(3)}::${1 + m.choices.below(3)}`)
      : x.at("...", `:${-m.choices.below(2) || ""}:2`);
  },
  (m) => {
    const x = withDim(m);
    const dim = positive(dimOf(m, x), x);
    return x.select(dim, m.choices.below(x.shape[dim]));
  },
  (m) => {
    const x = withDim(m);
    return m.choices.coin() ? x.flip(dimOf(m, x)) : x.roll(m.choices.below(5) - 2, dimOf(m, x));
  },
  (m) => any(m).reshape([-1]),
  (m) => {
    const x = any(m);
    return x.ndim > 1 ? x.flatten(0, 1) : x.reshape([...x.shape, 1]);
  },
  (m) => {
    const x = any(m);
    return x.ndim < 4 ? x.unsqueeze(m.choices.below(x.ndim + 1)) : x.squeeze();
  },
  (m) => {
    const x = any(m);
    return x.ndim < 4 ? x.expand([m.choices.of([1, 2, 3]), ...x.shape]) : x.select(0, 0);
  },
  (m) => withDim(m, 2).diagonal(m.choices.below(3) - 1),
  (m) => {
    const x = withDim(m, 2);
    return m.choices.coin() ? x.tril(m.choices.below(3) - 1) : x.triu(m.choices.below(3) - 1);
  },
  (m) => {
    const x = withDim(m);
    return x.chunk(2, dimOf(m, x));
  },
  (m) => withDim(m).unbind(0).slice(0, 3),
  (m) => {
    const x = withDim(m);
    const dim = positive(dimOf(m, x), x);
    const start = m.choices.below(x.shape[dim]);
    return x.narrow(dim, start, x.shape[dim] - start);
  },
];

const rotated = (rank: number, by: number): number[] =>
  Array.from({ length: rank }, (_, d) => (d + by) % rank);

const moves: readonly Step[] = [
  (m) => {
    const x = withDim(m);
    const dim = dimOf(m, x);
    const y = find(m, (z) => z.dtype === x.dtype && sameShape(z.shape, x.shape)) ?? x;
    return m.choices.of([
      () => cat([x, y, x.sin()], dim),
      () => cat([x, numbers(1, [...x.shape], x.dtype)], dim),
      () => stack([x, y], dim),
    ])();
  },
  (m) => {
    const x = withDim(m);
    return x.pad([m.choices.below(3), m.choices.below(3), ...(x.ndim > 1 ? [m.choices.below(2), 1] : [])], {
      value: 0.5,
    });
  },
  (m) => {
    const x = withDim(m);
    return x.pad([m.choices.below(3) - 1, 1 - m.choices.below(3)]);
  },
  (m) => {
    const x = withDim(m);
    const dim = positive(dimOf(m, x), x);
    return x.indexSelect(dim, index(m, x.shape[dim], [1 + m.choices.below(6)]));
  },
  (m) => {
    const x = withDim(m);
    const dim = positive(dimOf(m, x), x);
    return x.gather(
      dim,
      index(
        m,
        x.shape[dim],
        x.shape.map((s, d) => (d === dim ? 3 : s)),
      ),
    );
  },
  (m) => {
    const x = withDim(m);
    const dim = positive(dimOf(m, x), x);
    return x.scatterAdd(dim, index(m, x.shape[dim], x.shape), x.sin());
  },
  (m) => {
    const x = withDim(m);
    return x.scatter(
      0,
      index(
        m,
        x.shape[0],
        x.shape.map((s, d) => (d === 0 ? 1 : s)),
      ),
      0.75,
    );
  },
  (m) => {
    const x = withDim(m);
    return x.indexAdd(0, index(m, x.shape[0], [2]), numbers(5, [2, ...x.shape.slice(1)], x.dtype), {
      alpha: 0.5,
    });
  },
  (m) =>
    index(m, 4, [m.choices.of(sizes)])
      .oneHot(4)
      .to(m.dtype),
  (m) => {
    const x = withDim(m);
    return x.at(index(m, x.shape[0], [3]));
  },
  (m) => {
    const x = real(m);
    return x.ndim < 3
      ? x.repeat(x.shape.map((_, d) => (d === 0 ? 2 : 1)))
      : x.sumTo(x.shape.slice(1).map(() => 1));
  },
  (m) => {
    const x = withDim(m);
    return x.repeatInterleave(2, dimOf(m, x));
  },
];

const draws: readonly Step[] = [
  (m) => nn.functional.dropout(real(m), { p: 0.3 }),
  (m) =>
    randn([m.choices.of(sizes), 2], {
      dtype: m.dtype,
      ...(m.choices.coin() ? { generator: m.generator } : {}),
    }),
  (m) => rand([m.choices.of(sizes)], { dtype: m.dtype, generator: m.generator }),
  (m) => randint(0, 5, [m.choices.of(sizes)]),
  (m) => randperm(m.choices.of(sizes)),
  (m) => randnLike(real(m)),
  (m) => bernoulli(rand([m.choices.of(sizes)], { dtype: m.dtype })),
  (m) => bernoulli(numbers(4, [3, 5], m.dtype).sigmoid()),
  (m) => nn.functional.alphaDropout(real(m), { p: 0.2 }),
];

const fresh: readonly Step[] = [
  (m) => full([m.choices.of(sizes), m.choices.of(sizes)], 0.5, { dtype: m.dtype }),
  (m) => linspace(-1, 1, m.choices.of(sizes), { dtype: m.dtype }),
  (m) => numbers(m.choices.below(99), [m.choices.of(sizes), 3], m.dtype),
  (m) => numbers(m.choices.below(99), [0, 3], m.dtype),
];

const writes: readonly ((x: Tensor, m: Machine) => Tensor)[] = [
  (x) => x.mul_(0.5),
  (x, m) => x.add_(find(m, (y) => isReal(y) && broadcasts(y.shape, x.shape)) ?? 0.25),
  (x, m) => x.sub_(find(m, (y) => isReal(y) && broadcasts(y.shape, x.shape)) ?? 0.25, { alpha: 0.5 }),
  (x) => x.fill_(0.75),
  (x) => x.neg_(),
  (x, m) => x.copy_(find(m, (y) => isReal(y) && broadcasts(y.shape, x.shape)) ?? 0.1),
  (x, m) => x.maskedFill_(mask(m, x.shape), 0.3),
  (x) => x.clamp_(-0.913, 1.017),
  (x, m) => x.lerp_(find(m, (y) => y.dtype === x.dtype && sameShape(y.shape, x.shape)) ?? x, 0.25),
  (x) => x.square_(),
  (x, m) => x.addcmul_(x, real(m).sum(), { value: 0.1 }),
  (x) => x.normal_(0, 0.5),
  (x) => x.uniform_(-1, 1),
  (x) => x.bernoulli_(0.4),
  (x) => x.setAt_([0], 0.5),
];

/** Changes a tensor, a view of one, or several views of one after another. */
const inPlace: readonly Step[] = [
  (m) => m.choices.of(writes)(real(m), m),
  (m) => {
    const x = real(m);
    return noGrad(() => m.choices.of(writes)(x, m));
  },
  (m) => {
    const x = withDim(m);
    const view = m.choices.of([
      () => x.select(0, m.choices.below(x.shape[0])),
      () => x.at("1::2"),
      () => x.transpose(0, -1),
      () => x.narrow(x.ndim - 1, 0, 1),
      () => x.at("...", "::2"),
      () => (x.ndim > 1 ? x.diagonal() : x),
    ])();
    const written = () => m.choices.of(writes)(view, m);
    return m.choices.coin() ? written() : noGrad(written);
  },
];

const kinds = [
  elementwise,
  elementwise,
  elementwise,
  reductions,
  products,
  views,
  views,
  moves,
  draws,
  fresh,
  inPlace,
  inPlace,
];

/** An operation of a random kind. */
export function choose(choices: Choices): Step {
  return choices.of(choices.of(kinds));
}
