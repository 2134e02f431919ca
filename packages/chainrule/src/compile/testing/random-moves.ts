/** Views, and whatever moves elements about, for random programs. */
import { cat, stack } from "../../index.ts";
import { sameShape } from "../../shape/shape.ts";
import {
  any,
  dimOf,
  find,
  index,
  numbers,
  positive,
  real,
  type Step,
  sizes,
  withDim,
} from "./random-operands.ts";

export const views: readonly Step[] = [
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

export const moves: readonly Step[] = [
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
