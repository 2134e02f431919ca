import { describe, expect, test } from "vitest";
import { changes } from "../core/recording.ts";
import { WatchedRecording } from "../core/testing/recording.ts";
import { manualSeed, optim, randn, type Tensor } from "../index.ts";

type Made = { params: Tensor[]; optimizer: optim.Optimizer<optim.CommonOptions> };

/** Every branch of every optimizer whose step can be compiled. */
const optimizers: Record<string, (params: Tensor[]) => unknown> = {
  SGD: (p) => new optim.SGD(p, { lr: 0.1 }),
  "SGD with momentum": (p) =>
    new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.01, maximize: true }),
  "SGD, Nesterov": (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
  Adam: (p) => new optim.Adam(p, { lr: 0.1, weightDecay: 0.01 }),
  "Adam, AMSGrad": (p) => new optim.Adam(p, { lr: 0.1, amsgrad: true }),
  AdamW: (p) => new optim.AdamW(p, { lr: 0.1 }),
  Adamax: (p) => new optim.Adamax(p, { lr: 0.1 }),
  NAdam: (p) => new optim.NAdam(p, { lr: 0.1, weightDecay: 0.1, decoupledWeightDecay: true }),
  RAdam: (p) => new optim.RAdam(p, { lr: 0.1 }),
  RMSprop: (p) => new optim.RMSprop(p, { lr: 0.1 }),
  "RMSprop, centered": (p) => new optim.RMSprop(p, { lr: 0.1, centered: true, momentum: 0.9 }),
  Adagrad: (p) => new optim.Adagrad(p, { lr: 0.1, lrDecay: 0.1 }),
  Adadelta: (p) => new optim.Adadelta(p, { weightDecay: 0.01 }),
  ASGD: (p) => new optim.ASGD(p, { lr: 0.1, t0: 2 }),
  Rprop: (p) => new optim.Rprop(p, { lr: 0.1 }),
};

function make(name: string): Made {
  manualSeed(1);
  const params = [randn([3, 2], { requiresGrad: true }), randn([5], { requiresGrad: true })];
  return { params, optimizer: optimizers[name](params) as Made["optimizer"] };
}

function step({ params, optimizer }: Made): void {
  optimizer.zeroGrad();
  for (const p of params) p.square().sum().backward();
  optimizer.step();
}

/** Parameters and state as numbers. */
const picture = ({ params, optimizer }: Made): unknown => [
  params.map((p) => p.toArray()),
  [...optimizer.state.values()].map((state) =>
    Object.entries(state).map(([name, x]) => [name, typeof x === "number" ? x : x.toArray()]),
  ),
];

describe.each(Object.keys(optimizers))("%s", (name) => {
  test("takes the same steps, to the bit, while it is recorded, and reads no value", () => {
    const eager = make(name);
    const recorded = make(name);
    const recording = new WatchedRecording();
    for (let t = 0; t < 7; t++) {
      step(eager);
      recording.run(() => step(recorded));
    }
    expect(picture(recorded)).toEqual(picture(eager));
    expect(new Set(recording.structures)).toEqual(new Set([recorded.optimizer]));
    expect(recording.liveNumbers).toContain("weightDecay");
  });

  test("has a snapshot that takes its numbers back, and what it began to remember", () => {
    const made = make(name);
    const { optimizer } = made;
    const numbers = (): unknown =>
      [...optimizer.state.values()].map((state) =>
        Object.fromEntries(Object.entries(state).filter(([, x]) => typeof x === "number")),
      );
    const atFirst = optimizer.snapshot();
    step(made);
    const before = numbers();
    const later = optimizer.snapshot();
    step(made);
    later();
    expect(numbers()).toEqual(before);
    atFirst();
    expect(optimizer.state.size).toBe(0);
  });
});

test("a step of LBFGS cannot be recorded", () => {
  const w = randn([2], { requiresGrad: true });
  const optimizer = new optim.LBFGS([w]);
  const closure = (): Tensor => w.square().sum();
  expect(() => new WatchedRecording().run(() => optimizer.step(closure))).toThrow(
    "Compile the closure with { keepGrads: true }, and pass the compiled function to step().",
  );
});

test("a schedule cannot be stepped while a step is recorded, nor an option be set", () => {
  const optimizer = new optim.SGD([randn([2], { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });
  const step = new optim.StepLR(optimizer, 1);
  const schedules: { step(figure: number): void; stateDict(): unknown }[] = [
    step,
    new optim.SequentialLR(
      optimizer,
      [new optim.ConstantLR(optimizer), new optim.ExponentialLR(optimizer, 0.9)],
      [2],
    ),
    new optim.ChainedScheduler([step]),
    new optim.OneCycleLR(optimizer, 0.1, { totalSteps: 10 }),
    new optim.ReduceLROnPlateau(optimizer),
  ];
  const { lr } = optimizer.paramGroups[0];
  for (const schedule of schedules) {
    const before = JSON.stringify(schedule.stateDict());
    expect(() => new WatchedRecording().run(() => schedule.step(1))).toThrow(
      "Step the schedule after the call",
    );
    expect(JSON.stringify(schedule.stateDict())).toBe(before);
  }
  const set = (): void => {
    optimizer.paramGroups[0].lr = 1;
  };
  expect(() => new WatchedRecording().run(set)).toThrow('The option "lr" of an optimizer is set inside');
  expect(optimizer.paramGroups[0].lr).toBe(lr);
});

describe("the structure of a step", () => {
  /** Whether a change is one of structure, and whether it was counted. */
  function effect(change: (optimizer: optim.SGD) => void): { structure: boolean; counted: boolean } {
    const optimizer = new optim.SGD([randn([2], { requiresGrad: true })], { lr: 0.1, momentum: 0.9 });
    const [structure, count] = [optimizer.structure(), changes.count];
    change(optimizer);
    return { structure: optimizer.structure() !== structure, counted: changes.count !== count };
  }
  const same = { structure: false, counted: false };
  const other = { structure: true, counted: true };

  test("does not depend on numbers", () => {
    const values: Partial<optim.SGDOptions>[] = [{ lr: 0 }, { lr: 3 }, { momentum: 0.5 }];
    for (const value of values) {
      expect(effect(({ paramGroups }) => Object.assign(paramGroups[0], value))).toEqual(same);
    }
    expect(effect((optimizer) => new optim.StepLR(optimizer, 1).step())).toEqual(same);
  });

  test("depends on which numbers are 0, on what is no number, on groups, and on the state", () => {
    const values: Partial<optim.SGDOptions>[] = [
      { momentum: 0 },
      { weightDecay: 0.1 },
      { nesterov: true },
      { maximize: true },
    ];
    for (const value of values) {
      expect(effect(({ paramGroups }) => Object.assign(paramGroups[0], value))).toEqual(other);
    }
    expect(effect((optimizer) => optimizer.addParamGroup({ params: [randn([1])] }))).toEqual(other);
    // A state of the same form is copied into the tensors that are there.
    const sameForm = effect((optimizer) => optimizer.loadStateDict(optimizer.stateDict()));
    expect(sameForm).toEqual({ structure: false, counted: true });
    const anew = effect((optimizer) => {
      const [p] = optimizer.paramGroups[0].params;
      optimizer.state.set(p, { step: 1 });
      const saved = optimizer.stateDict();
      optimizer.state.clear();
      optimizer.loadStateDict(saved);
    });
    expect(anew).toEqual(other);
    expect(effect(({ paramGroups: [group] }) => Object.assign(group, { params: [] }))).toEqual(other);
  });
});
