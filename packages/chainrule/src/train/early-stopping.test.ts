import { describe, expect, test } from "vitest";
import type * as nn from "../nn/index.ts";
import * as optim from "../optim/index.ts";
import { tensor } from "../tensor/index.ts";
import * as train from "./index.ts";
import { type EarlyStopping, type EpochReport, Tracker } from "./report.ts";
import { slope } from "./testing/problems.ts";

const available = { validation: true, gradientNorm: true, metrics: ["f1"] };
const report = (epoch: number, figures: Partial<EpochReport>): EpochReport => ({
  epoch, loss: 0, metrics: {}, lr: 0, seconds: 0, ...figures,
}); // biome-ignore format: a report

/** For each validation risk whether it is an improvement, and after which epoch patience is at an end. */
function follow(options: EarlyStopping, risks: number[]): [improved: boolean[], end: number | undefined] {
  const tracker = new Tracker(options, available);
  let end: number | undefined;
  const improved = risks.map((validationLoss, i) => {
    const better = tracker.update(report(i + 1, { validationLoss }));
    if (tracker.exhausted) end ??= i + 1;
    return better;
  });
  return [improved, end];
}

describe("what counts as an improvement", () => {
  test("a lower risk; patience counts from the last one", () => {
    expect(follow({ patience: 2 }, [3, 2, 2.5, 1, 1, 1.5])).toEqual([
      [true, true, false, true, false, false],
      6,
    ]);
    expect(follow({ patience: 1 }, [3, 3])).toEqual([[true, false], 2]);
    expect(follow({ patience: 0 }, [3, 2, 2])).toEqual([[true, true, false], 3]);
    expect(follow({ patience: Number.POSITIVE_INFINITY }, [1, 2, 3, 4])[1]).toBeUndefined();
  });

  test("by more than minDelta", () => {
    expect(follow({ patience: 9, minDelta: 0.5 }, [3, 2.6, 2.4, 2])[0]).toEqual([true, false, true, false]);
  });

  test("a higher figure with mode max", () => {
    expect(follow({ patience: 9, mode: "max" }, [1, 0, 2])[0]).toEqual([true, false, true]);
  });

  test("never NaN", () => {
    expect(follow({ patience: 2 }, [Number.NaN, 5, Number.NaN, Number.NaN])).toEqual([
      [false, true, false, false],
      4,
    ]);
  });

  test("figures, metrics and functions can be watched", () => {
    const one = report(1, { loss: 1, validationLoss: 2, gap: 3, gradientNorm: 4, metrics: { f1: 5 } });
    const watched = (monitor: EarlyStopping["monitor"]): unknown =>
      new Tracker({ patience: 1, monitor, mode: "max" }, available).figureOf(one);
    expect(
      ["loss", "validationLoss", "gap", "gradientNorm", "f1", (r: EpochReport) => r.loss * 7].map(watched),
    ).toEqual([1, 2, 3, 4, 5, 7]);
  });
});

/** Trains w = 0, 1, 2, … by one an epoch: validation risk (w − 3)² falls until w = 3 and rises after. */
function overshoot(
  options: Partial<
    train.FitOptions<nn.Linear, readonly [ReturnType<typeof tensor>, ReturnType<typeof tensor>]>
  >,
) {
  const model = slope(0);
  const one = tensor([[1]]);
  return {
    model,
    result: train.fit(model, {
      data: [[one, one] as const],
      validation: [[one, tensor([[3]])] as const],
      loss: (output, target) => (model.training ? output.neg().sum() : output.sub(target).square().mean()),
      optimizer: new optim.SGD(model.parameters(), { lr: 1 }),
      epochs: 10,
      ...options,
    }),
  };
}

describe("fit", () => {
  test("stops when patience is at an end, and restores the best weights", async () => {
    const { model, result } = overshoot({ earlyStopping: { patience: 2 } });
    const { stopped, epochs, best, history, checkpoint } = await result;
    expect([stopped, epochs, best]).toEqual(["patience", 5, { epoch: 3, value: 0 }]);
    expect(history.map((r) => r.validationLoss)).toEqual([4, 1, 0, 1, 4]);
    expect(model.weight.item()).toBe(3);
    expect(checkpoint.model.weight.item()).toBe(5);
  });

  test("restores the best weights also after the last epoch", async () => {
    const { model, result } = overshoot({ epochs: 4, earlyStopping: { patience: 9 } });
    expect((await result).stopped).toBe("epochs");
    expect(model.weight.item()).toBe(3);
  });

  test("keeps the last weights when told so, and knows the best epoch anyway", async () => {
    const { model, result } = overshoot({ earlyStopping: { patience: 1, restoreBest: false } });
    expect((await result).best?.epoch).toBe(3);
    expect(model.weight.item()).toBe(4);
    const { model: other, result: plain } = overshoot({ epochs: 5 });
    expect((await plain).best?.epoch).toBe(3);
    expect(other.weight.item()).toBe(5);
  });

  test("goes on counting after a resumption, and still has the best weights", async () => {
    const { result: first } = overshoot({ epochs: 4, earlyStopping: { patience: 2 } });
    const resume = (await first).checkpoint;
    const { model, result } = overshoot({ earlyStopping: { patience: 2 }, resume });
    const { stopped, epochs, best } = await result;
    expect([stopped, epochs, best]).toEqual(["patience", 5, { epoch: 3, value: 0 }]);
    expect(model.weight.item()).toBe(3);
  });

  test("the optimality that it returns is that of the restored weights", async () => {
    const { result } = overshoot({
      epochs: 5,
      earlyStopping: { patience: 9 },
      optimality: { every: 5 },
    });
    // In evaluation mode the loss on the training target 1 is (w − 1)²: 2·(3 − 1) at w = 3, 2·(5 − 1) at w = 5.
    const { gradientNorm, history } = await result;
    expect([gradientNorm, history[4].gradientNorm]).toEqual([4, 8]);
  });
});
