import { expect, test } from "vitest";
import { optim, zeros } from "../../index.ts";

test("a group that was added later keeps its rate", () => {
  const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.1 });
  const schedules = [
    new optim.CosineAnnealingLR(optimizer, 10),
    new optim.LambdaLR(optimizer, (epoch) => 0.5 ** epoch),
    new optim.CosineAnnealingWarmRestarts(optimizer, 5),
  ];
  optimizer.addParamGroup({ params: [zeros([1], { requiresGrad: true })], lr: 0.7 });
  for (const schedule of schedules) schedule.step();
  expect(optimizer.paramGroups[1].lr).toBe(0.7);
  expect(optimizer.paramGroups[0].lr).toBeLessThan(0.1);
});

test("a list has one value for each group, as in PyTorch", () => {
  const groups = (): optim.SGD => {
    const weights = [1, 2].map(() => zeros([1], { requiresGrad: true }));
    return new optim.SGD(
      weights.map((w) => ({ params: [w] })),
      { lr: 0.1, momentum: 0.9 },
    );
  };
  const wrong: [string, number, (o: optim.SGD) => unknown][] = [
    ["lrLambda", 1, (o) => new optim.LambdaLR(o, [() => 1])],
    ["lrLambda", 3, (o) => new optim.MultiplicativeLR(o, [() => 1, () => 1, () => 1])],
    ["maxLr", 1, (o) => new optim.OneCycleLR(o, [1], { totalSteps: 5 })],
    ["baseLr", 1, (o) => new optim.CyclicLR(o, [0.1], 1)],
    ["maxLr", 0, (o) => new optim.CyclicLR(o, 0.1, [])],
    ["baseMomentum", 1, (o) => new optim.CyclicLR(o, 0.1, 1, { baseMomentum: [0.8] })],
    ["maxMomentum", 3, (o) => new optim.CyclicLR(o, 0.1, 1, { maxMomentum: [0.8, 0.8, 0.8] })],
    ["minLr", 1, (o) => new optim.ReduceLROnPlateau(o, { minLr: [0.01] })],
  ];
  for (const [name, given, make] of wrong) {
    const said = `${name} is a list of ${given}, and the optimizer has 2 parameter groups.`;
    expect(() => make(groups())).toThrow(expect.objectContaining({ code: "argument", problem: said }));
  }
  const optimizer = groups();
  const plateau = new optim.ReduceLROnPlateau(optimizer, { patience: 0, minLr: [0.05, 0.001] });
  for (let i = 0; i < 2; i++) plateau.step(1);
  expect(plateau.getLastLr().map((lr) => Number(lr.toPrecision(6)))).toEqual([0.05, 0.01]);
  optimizer.addParamGroup({ params: [zeros([1], { requiresGrad: true })] });
  expect(() => plateau.step(1)).toThrow("minLr is a list of 2, and the optimizer has 3 parameter groups.");
});

test("ConstantLR comes back from a factor of 0", () => {
  const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.1 });
  const schedule = new optim.ConstantLR(optimizer, { factor: 0, totalIters: 2 });
  const rates: number[] = [];
  for (let epoch = 0; epoch < 4; epoch++, schedule.step()) rates.push(...schedule.getLastLr());
  expect(rates).toEqual([0, 0, 0.1, 0.1]);
});

test("steps of no length, and epochs below 0, are refused as in PyTorch", () => {
  const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });
  const cyclic = (options: optim.CyclicOptions): optim.CyclicLR =>
    new optim.CyclicLR(optimizer, 0.1, 1, options);
  for (const stepSizeUp of [0, -1, Number.NaN])
    expect(() => cyclic({ stepSizeUp })).toThrow(`stepSizeUp is ${stepSizeUp}. Give a number above 0.`);
  expect(() => cyclic({ stepSizeDown: -1 })).toThrow("stepSizeDown is -1.");
  const restarts = new optim.CosineAnnealingWarmRestarts(optimizer, 5);
  for (const epoch of [-1, Number.NaN])
    expect(() => restarts.step(epoch)).toThrow(`epoch is ${epoch}. Give a number of at least 0.`);
  expect(restarts.lastEpoch).toBe(0);
});

test.each(["min", "max"] as const)(
  "ReduceLROnPlateau (%s) goes on from JSON, before the first figure too",
  (mode) => {
    const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 1 });
    const make = (): optim.ReduceLROnPlateau => new optim.ReduceLROnPlateau(optimizer, { mode, patience: 0 });
    const schedule = make();
    expect(schedule.stateDict().best).toBeNull();
    const again = make();
    again.loadStateDict(JSON.parse(JSON.stringify(schedule.stateDict())));
    expect(again.best).toBe(schedule.best);
    again.step(5);
    expect([again.best, again.getLastLr()]).toEqual([5, [1]]);
    schedule.loadStateDict({ ...again.stateDict(), best: Number.POSITIVE_INFINITY });
    expect(schedule.best).toBe(Number.POSITIVE_INFINITY);
    schedule.loadStateDict(JSON.parse(JSON.stringify(again.stateDict())));
    expect(schedule.stateDict()).toEqual({ lastEpoch: 1, best: 5, bad: 0, waiting: 0 });
  },
);
