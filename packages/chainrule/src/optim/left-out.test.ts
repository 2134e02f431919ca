import { expect, test } from "vitest";
import { tensor } from "../tensor/index.ts";
import * as optim from "./index.ts";

/** Options of every name, all undefined. */
const nothing = (...names: string[]): object => Object.fromEntries(names.map((name) => [name, undefined]));

const common = ["lr", "weightDecay", "maximize"];
const adam = [...common, "betas", "eps"];
const optimizers: [string, readonly string[]][] = [
  ["SGD", [...common, "momentum", "dampening", "nesterov"]],
  ["Adam", [...adam, "amsgrad", "decoupledWeightDecay"]],
  ["AdamW", [...adam, "amsgrad"]],
  ["Adamax", adam],
  ["NAdam", [...adam, "momentumDecay", "decoupledWeightDecay"]],
  ["RAdam", [...adam, "decoupledWeightDecay"]],
  ["RMSprop", [...common, "alpha", "eps", "momentum", "centered"]],
  ["Adagrad", [...common, "lrDecay", "initialAccumulatorValue", "eps"]],
  ["Adadelta", [...common, "rho", "eps"]],
  ["ASGD", [...common, "lambd", "alpha", "t0"]],
  ["Rprop", ["lr", "etas", "stepSizes", "maximize"]],
];

type Make = new (params: unknown, options?: object) => optim.SGD;

/** The weights after three steps on Σ w². */
function trained(name: string, options?: object, group: object = {}): unknown {
  const w = tensor([1, -2], { requiresGrad: true });
  const make = (optim as unknown as Record<string, Make>)[name];
  const optimizer = new make([{ params: [w], ...group }], options);
  for (let i = 0; i < 3; i++) {
    optimizer.zeroGrad();
    w.square().sum().backward();
    optimizer.step();
  }
  return w.toArray();
}

test.each(optimizers)("an option of %s that is undefined is one that is left out", (name, options) => {
  const known = trained(name);
  expect(known).not.toContain(Number.NaN);
  expect(known).not.toEqual([1, -2]);
  expect(trained(name, nothing(...options))).toEqual(known);
  expect(trained(name, undefined, nothing(...options))).toEqual(known);
});

test("options beside one that is undefined count", () => {
  expect(trained("SGD", { momentum: 0.9, dampening: undefined })).toEqual(trained("SGD", { momentum: 0.9 }));
});

const schedules: [
  string,
  (o: optim.SGD, options: object) => optim.ReduceLROnPlateau | { step(): void },
  readonly string[],
][] = [
  ["StepLR", (o, options) => new optim.StepLR(o, 1, options), ["gamma"]],
  ["MultiStepLR", (o, options) => new optim.MultiStepLR(o, [3], options), ["gamma"]],
  ["ConstantLR", (o, options) => new optim.ConstantLR(o, options), ["factor", "totalIters"]],
  ["LinearLR", (o, options) => new optim.LinearLR(o, options), ["startFactor", "endFactor", "totalIters"]],
  ["PolynomialLR", (o, options) => new optim.PolynomialLR(o, options), ["power", "totalIters"]],
  ["CosineAnnealingLR", (o, options) => new optim.CosineAnnealingLR(o, 5, options), ["etaMin"]],
  [
    "CosineAnnealingWarmRestarts",
    (o, options) => new optim.CosineAnnealingWarmRestarts(o, 2, options),
    ["tMult", "etaMin"],
  ],
  [
    "OneCycleLR",
    (o, options) => new optim.OneCycleLR(o, 1, { ...options, totalSteps: 9 }),
    [
      "epochs",
      "stepsPerEpoch",
      "pctStart",
      "annealStrategy",
      "cycleMomentum",
      "baseMomentum",
      "maxMomentum",
      "divFactor",
      "finalDivFactor",
      "threePhase",
    ],
  ],
  [
    "CyclicLR",
    (o, options) => new optim.CyclicLR(o, 0.1, 1, options),
    [
      "stepSizeUp",
      "stepSizeDown",
      "mode",
      "gamma",
      "scaleFn",
      "scaleMode",
      "cycleMomentum",
      "baseMomentum",
      "maxMomentum",
    ],
  ],
  [
    "ReduceLROnPlateau",
    (o, options) => new optim.ReduceLROnPlateau(o, options),
    ["mode", "factor", "patience", "threshold", "thresholdMode", "cooldown", "minLr", "eps"],
  ],
];

test.each(schedules)("an option of %s that is undefined is one that is left out", (_, make, names) => {
  const rates = (options: object): number[][] => {
    const optimizer = new optim.SGD([tensor([1], { requiresGrad: true })], { lr: 1, momentum: 0.9 });
    const schedule = make(optimizer, options);
    // Enough epochs without improvement for the patience of 10 to end.
    return Array.from({ length: 7 }, () => {
      if (schedule instanceof optim.ReduceLROnPlateau) for (let i = 0; i < 4; i++) schedule.step(1);
      else schedule.step();
      return optimizer.paramGroups.flatMap(({ lr, momentum }) => [lr, momentum]);
    });
  };
  const known = rates({});
  expect(known.flat().every(Number.isFinite)).toBe(true);
  expect(new Set(known.map(String)).size).toBeGreaterThan(1);
  expect(rates(nothing(...names))).toEqual(known);
});
