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
