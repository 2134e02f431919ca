/** Every schedule against PyTorch: the learning rate (and momentum) of each epoch. */
import { optim, zeros } from "chainrule";
import { describe, expect, test } from "vitest";
import { expectNumbers, golden } from "./golden.ts";

interface Spec {
  schedule: string;
  args: unknown[];
  options: Record<string, unknown>;
}

interface Case extends Spec {
  name: string;
  groups?: number[];
  metrics?: number[];
  schedulers?: Spec[];
  milestones?: number[];
  lrs: number[] | number[][];
  momenta?: number[];
}

const lambdas: Record<string, (x: number) => number> = {
  "0.95^epoch": (epoch) => 0.95 ** epoch,
  "1/(1+epoch/10)": (epoch) => 1 / (1 + epoch / 10),
  "min(1,(epoch+1)/10)": (epoch) => Math.min(1, (epoch + 1) / 10),
  "1/x": (x) => 1 / x,
  "0.9^x": (x) => 0.9 ** x,
};

/** Functions stand in the files by their text. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (value !== null && typeof value === "object" && "lambda" in value) {
    const f = lambdas[(value as { lambda: string }).lambda];
    if (!f) throw new Error(`no function for ${JSON.stringify(value)}`);
    return f;
  }
  return value;
}

type Steppable = { step(metric?: number): void };
const makers = optim as unknown as Record<string, new (...args: unknown[]) => Steppable>;

function make(spec: Spec, optimizer: optim.SGD): Steppable {
  const options = Object.fromEntries(Object.entries(spec.options).map(([k, v]) => [k, revive(v)]));
  return new makers[spec.schedule](optimizer, ...spec.args.map(revive), options);
}

const cases = golden<Case[]>("schedules");

describe("schedules give PyTorch's rates", () => {
  test.each(cases.map((c) => [c.name, c] as const))("%s", (_, c) => {
    const rates = c.groups ?? [0.1];
    const optimizer = new optim.SGD(
      rates.map((lr) => ({ params: [zeros([1], { requiresGrad: true })], lr })),
      { momentum: 0.9 },
    );
    let schedule: Steppable;
    if (c.schedulers) {
      const inner = c.schedulers.map((s) => make(s, optimizer)) as unknown as optim.Schedule<unknown>[];
      schedule =
        c.schedule === "SequentialLR"
          ? new optim.SequentialLR(optimizer, inner, c.milestones ?? [])
          : new optim.ChainedScheduler(inner);
    } else {
      schedule = make(c, optimizer);
    }
    const wanted = (c.groups ? c.lrs : [c.lrs]) as number[][];
    const found: number[][] = wanted.map(() => []);
    const momenta: number[] = [];
    for (let epoch = 0; epoch < wanted[0].length; epoch++) {
      for (const [i, group] of optimizer.paramGroups.entries()) found[i].push(group.lr);
      momenta.push(optimizer.paramGroups[0].momentum);
      if (epoch + 1 < wanted[0].length) schedule.step(c.metrics?.[epoch]);
    }
    wanted.forEach((lrs, i) => {
      expectNumbers(found[i], lrs, 1e-12, 1e-15, `group ${i}`);
    });
    if (c.momenta) expectNumbers(momenta, c.momenta, 1e-12, 1e-15, "momentum");
  });

  test("a resumed schedule goes on alike", () => {
    const make = (): [optim.SGD, optim.CosineAnnealingLR] => {
      const optimizer = new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.1 });
      return [optimizer, new optim.CosineAnnealingLR(optimizer, 10)];
    };
    const [a, first] = make();
    for (let i = 0; i < 4; i++) first.step();
    const [b, second] = make();
    b.loadStateDict(a.stateDict());
    second.loadStateDict(first.stateDict());
    for (let i = 0; i < 4; i++) {
      first.step();
      second.step();
      expect(second.getLastLr()).toEqual(first.getLastLr());
    }
  });
});
