/** Reductions, orders and products, for random programs. */
import { einsum, linear } from "../../index.ts";
import {
  any,
  dimOf,
  dims,
  distinct,
  find,
  joins,
  keepdim,
  numbers,
  positive,
  type Results,
  real,
  type Step,
  sizes,
  withDim,
} from "./random-operands.ts";

export const reductions: readonly Step[] = [
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

export const products: readonly Step[] = [
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
