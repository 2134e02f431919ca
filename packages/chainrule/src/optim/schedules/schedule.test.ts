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
