/** Operations of the public API for random programs: each picks operands that fit from a pool, and adds its results to it. */
import {
  bernoulli,
  full,
  linspace,
  nn,
  noGrad,
  rand,
  randint,
  randn,
  randnLike,
  randperm,
  type Tensor,
} from "../../index.ts";
import { sameShape } from "../../shape/shape.ts";
import { elementwise } from "./random-elementwise.ts";
import { products, reductions } from "./random-folds.ts";
import { moves, views } from "./random-moves.ts";
import {
  broadcasts,
  type Choices,
  find,
  isReal,
  type Machine,
  mask,
  numbers,
  real,
  type Step,
  sizes,
  withDim,
} from "./random-operands.ts";

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
