/** What callers without types write is refused in words. */
import { expect, test } from "vitest";
import { nn, optim, type Tensor, tensor } from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";

type Loose = new (
  ...given: unknown[]
) => { step(figure?: unknown): unknown; loadStateDict(state?: unknown): void };

const parameters = (): Tensor[] => [tensor([1, 2], { requiresGrad: true })];
const sgd = (): optim.SGD => new optim.SGD(parameters(), { lr: 1, momentum: 0.9 });

/** Makes an optimizer or a schedule of any arguments. */
const made = (name: keyof typeof optim, ...given: unknown[]) => new (optim[name] as Loose)(...given);

test.each<[string, () => unknown, string]>([
  ["a rate alone", () => made("SGD", parameters(), 0.1), "SGD was given 0.1 where its options stand"],
  ["PyTorch's name", () => made("SGD", parameters(), { weight_decay: 1 }), "Did you mean weightDecay?"],
  ["in a group", () => made("Adam", [{ params: parameters(), weight_decay: 1 }]), "A parameter group has no option"],
  ["AdamW", () => made("AdamW", parameters(), 0.1), "AdamW was given 0.1"],
  ["LBFGS", () => made("LBFGS", parameters(), { weightDecay: 1 }), 'LBFGS has no option "weightDecay"'],
  ["no optimizer", () => made("StepLR", parameters(), 1), "was given an array where its optimizer stands"],
  ["no optimizer", () => made("LambdaLR", parameters(), () => 1), "was given an array where its optimizer stands"],
  ["StepLR", () => made("StepLR", sgd(), 2, 0.5), "StepLR was given 0.5 where its options stand"],
  ["MultiStepLR", () => made("MultiStepLR", sgd(), 3), "must be an array, not 3"],
  ["LambdaLR", () => made("LambdaLR", sgd(), 0.5), "lrLambda is 0.5. Give a function"],
  ["ExponentialLR", () => made("ExponentialLR", sgd(), { gamma: 0.9 }), "gamma is an object. Give a number."],
  ["CyclicLR", () => made("CyclicLR", sgd(), 0.1, 1, { mode: "exp_range" }), 'Use "triangular", "triangular2" or "expRange"'],
  ["OneCycleLR", () => made("OneCycleLR", sgd(), 1, { totalSteps: 5, annealStrategy: "cosine" }), 'Use "cos" or "linear"'],
  ["plateau's mode", () => made("ReduceLROnPlateau", sgd(), { mode: "maximum" }), 'Use "min" or "max"'],
  ["plateau's threshold", () => made("ReduceLROnPlateau", sgd(), { thresholdMode: "relative" }), 'Use "rel" or "abs"'],
  ["plateau without a figure", () => made("ReduceLROnPlateau", sgd()).step(), "watches is undefined"],
  ["plateau with a tensor", () => made("ReduceLROnPlateau", sgd()).step(tensor(1)), "watches is a Tensor. Give a number: step(loss.item())"],
  ["a state of nothing", () => made("StepLR", sgd(), 1).loadStateDict({}), "no state of StepLR: it lacks lastEpoch"],
  ["no state", () => made("ReduceLROnPlateau", sgd()).loadStateDict(), "it lacks lastEpoch"],
  ["LinearLR", () => made("LinearLR", sgd(), { startFactor: 0 }), "startFactor is 0. Give a number above 0 and at most 1."],
  ["ConstantLR", () => made("ConstantLR", sgd(), { factor: 2 }), "Give a number of at least 0 and at most 1."],
  ["Rprop", () => made("Rprop", parameters(), { etas: [0.5, 1] }), "etas[1] is 1. Give a number above 1."],
  ["Adadelta", () => made("Adadelta", parameters(), { rho: 2 }), "Give a number of at least 0 and at most 1."],
])("%s", (_, call, message) => {
  expect(thrown(call).message).toContain(message);
}); // biome-ignore format: a table

test.each([
  ["SequentialLR", (o: optim.SGD, parts: unknown) => made("SequentialLR", o, parts, [2])],
  ["ChainedScheduler", (_: optim.SGD, parts: unknown) => made("ChainedScheduler", parts)],
])("%s takes schedules that know each epoch's rate", (_, make) => {
  const o = sgd();
  const parts = [new optim.StepLR(o, 1), new optim.ReduceLROnPlateau(o)];
  expect(thrown(() => make(o, parts)).message).toContain("Among the schedules is a ReduceLROnPlateau");
});

test("rates at the ends of what they may be", () => {
  expect(() => new optim.LinearLR(sgd(), { startFactor: 1, endFactor: 0 })).not.toThrow();
  expect(() => new optim.Adadelta(parameters(), { rho: 1 })).not.toThrow();
  expect(() => new optim.Rprop(parameters(), { etas: [1e-9, 1 + 1e-9] })).not.toThrow();
});

test("LBFGS needs the loss that its closure computed", () => {
  const [w] = parameters();
  const optimizer = new optim.LBFGS([w]);
  const closure = (): void => w.square().sum().backward();
  expect(thrown(() => optimizer.step(closure as never)).message).toContain(
    "returned undefined. End it by: return loss.",
  );
});

test("averages of another model's weights", () => {
  const averaged = new optim.AveragedModel<nn.Module>(new nn.Linear(2, 1));
  for (const other of [new nn.Linear(3, 1), new nn.Sequential(new nn.Linear(2, 1), new nn.Linear(1, 1))])
    expect(thrown(() => averaged.updateParameters(other)).message).toContain(
      "has other parameters or buffers",
    );
  expect(averaged.numAveraged).toBe(0);
});
