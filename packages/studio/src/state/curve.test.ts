import { expect, test } from "vitest";
import { idle, type Progress } from "../protocol.ts";
import { CurveStore } from "./curve.ts";

const said = (change: Partial<Progress>): Progress => ({ ...idle(), running: true, lr: 0.1, ...change });
const measured = (step: number, loss: number) => ({
  step,
  training: { loss, score: 0 },
  validation: null,
  gradientNorm: null,
});

test("losses of all messages stand behind each other, however many there are", () => {
  const store = new CurveStore();
  const all = Float64Array.from({ length: 10_000 }, (_, i) => 1 / (i + 1));
  let curve = store.add(said({}));
  for (let from = 0; from < all.length; from += 37)
    curve = store.add(said({ from, losses: all.slice(from, from + 37) }));
  expect(curve.losses).toEqual(all);
});

test("a rewind cuts the curve, and leaves what was handed out before as it was", () => {
  const store = new CurveStore();
  const before = store.add(
    said({ losses: Float64Array.of(5, 4, 3, 2), measured: [measured(0, 5), measured(4, 2)] }),
  );
  const cut = store.add(said({ rewound: true, from: 2, step: 2 }));
  expect(cut.losses).toEqual(Float64Array.of(5, 4));
  expect(cut.measured).toEqual([measured(0, 5)]);
  const after = store.add(said({ from: 2, step: 3, losses: Float64Array.of(9), measured: [measured(3, 9)] }));
  expect(after.losses).toEqual(Float64Array.of(5, 4, 9));
  expect(before.losses).toEqual(Float64Array.of(5, 4, 3, 2));
});

test("losses of some steps stand at their steps; what is measured twice counts once", () => {
  const store = new CurveStore();
  store.add(said({ losses: Float64Array.of(1), measured: [measured(2, 7), measured(0, 1)] }));
  const {
    steps,
    losses,
    measured: points,
  } = store.add(
    said({
      from: 1,
      losses: Float64Array.of(4, 5),
      steps: Float64Array.of(3, 7),
      measured: [measured(2, 8)],
    }),
  );
  expect(losses).toEqual(Float64Array.of(1, 4, 5));
  expect(steps).toEqual(Float64Array.of(0, 3, 7));
  expect(points).toEqual([measured(0, 1), measured(2, 8)]);
});
