import { describe, expect, test } from "vitest";
import { thrown } from "../../util/testing/thrown.ts";
import { checkSpace, drawPoint, withPoint } from "../search/space.ts";
import { optimizerNames, takes } from "./optimizers.ts";
import { checkSettings, settingNames, settingsIn } from "./setting-checks.ts";
import { chooseSettings, type GivenSettings } from "./settings.ts";

const choose = (given: object) => chooseSettings(given as GivenSettings, 1000, "classification");

test("every setting has a check, which the settings that are chosen pass", () => {
  for (const rows of [100, 1e4, 1e7]) {
    for (const task of ["classification", "regression"] as const) {
      for (const optimizer of optimizerNames) {
        const chosen = chooseSettings({ optimizer }, rows, task);
        expect(Object.keys(chosen).sort()).toEqual([...settingNames].sort());
        expect(() => checkSettings(chosen)).not.toThrow();
        expect(chooseSettings(chosen, rows, task)).toEqual(chosen);
      }
    }
  }
});

describe("refused is", () => {
  test.each([
    [{ optimizer: "adamm" }, 'The setting optimizer is "adamm".', 'Did you mean "adamw"?'],
    [{ schedule: "cosin" }, 'The setting schedule is "cosin".', 'Did you mean "cosine"?'],
    [{ activation: "rlu" }, 'The setting activation is "rlu".', "Give one of relu"],
    [{ dropoutSchedule: "x" }, 'The setting dropoutSchedule is "x".', "Give one of constant, flat-cosine."],
    [{ normalization: "bach" }, 'The setting normalization is "bach".', 'Did you mean "batch"?'],
    [{ numberEncoding: "p" }, "numberEncoding", "Give one of plain, pbld."],
    [{ weightInit: "he" }, "weightInit", "Give one of standard, unit."],
    [{ biasInit: 5 }, "The setting biasInit is 5.", "Give one of standard, he+5."],
    [{ classWeights: "balance" }, "classWeights", 'Did you mean "balanced"?'],
    [{ average: "mean" }, "average", "Give one of none, ema, swa."],
    [{ keepBest: "best" }, "keepBest", "Give one of loss, score, last."],
    [{ parametrization: "mup" }, "parametrization", "Give one of standard, ntk."],
    [{ hidden: [64, 0] }, "The setting hidden is [64,0].", "Give a list of units, such as [64, 64]."],
    [{ epochs: 0 }, "The setting epochs is 0.", "Give a whole number from 1 to 1,000,000."],
    [{ lr: Number.NaN }, "The setting lr is NaN.", "Give a number from"],
    [{ patience: -1 }, "The setting patience is -1.", "Give a number from 0"],
    [{ seed: 0.5 }, "The setting seed is 0.5.", "Give a whole number."],
    [{ parametricActivation: "yes" }, "parametricActivation", "Give true or false."],
    [{ epochz: 3 }, 'There is no setting "epochz".', 'Did you mean "epochs"?'],
    [{ toString: 3 }, 'There is no setting "toString".', "There are hidden, "],
  ])("%j", (given, problem, remedy) => {
    const error = thrown(() => choose(given));
    expect(error.code).toBe("argument");
    expect(error.problem).toContain(problem);
    expect(error.remedy).toContain(remedy);
  });

  test("a setting that the optimizer does not have", () => {
    expect(thrown(() => choose({ optimizer: "lbfgs", weightDecay: 0.1 }))).toMatchObject({
      code: "argument",
      problem: "The optimizer lbfgs has no weightDecay, which is given as 0.1.",
    });
    expect(() => choose({ optimizer: "adagrad", momentum: 0.9 })).toThrow("adagrad has no momentum");
    expect(() => choose({ optimizer: "sgd", beta2: 0.9 })).toThrow("sgd has no beta2");
    expect(choose({ optimizer: "lbfgs", weightDecay: 0 }).weightDecay).toBe(0);
    expect(choose({ optimizer: "rmsprop", momentum: 0.5 }).momentum).toBe(0.5);
  });
});

test("what was not given is not checked, and settings are found among other options", () => {
  expect(choose({ optimizer: undefined }).optimizer).toBe("adamw");
  expect(settingsIn({ lr: 0.1, json: true, target: "y" })).toEqual({ lr: 0.1 });
});

test("a search of what the optimizer does not have is refused", () => {
  const space = { momentum: [0.5, 0.9] };
  expect(() => checkSpace(space, "space", "lbfgs")).toThrow(
    "space has momentum, which the optimizer lbfgs does not have",
  );
  expect(checkSpace(space, "space", "sgd")).toBe(space);
  expect(() => checkSpace({ ...space, optimizer: ["lbfgs", "sgd"] }, "space", "lbfgs")).not.toThrow();
});

test("a trial has only the settings that its optimizer has", () => {
  const space = { optimizer: ["lbfgs", "adamw", "sgd"], momentum: { linear: [0.1, 0.9] } } as const;
  const defaults = choose({});
  const trials = Array.from({ length: 20 }, (_, k) =>
    withPoint({ weightDecay: 0.1 }, drawPoint(space, 0, k), defaults),
  );
  expect(new Set(trials.map(({ optimizer }) => optimizer)).size).toBe(3);
  for (const given of trials) {
    expect(given.momentum !== undefined).toBe(given.optimizer !== "lbfgs");
    expect(choose(given).weightDecay).toBe(takes(given.optimizer ?? "adamw", "weightDecay") ? 0.1 : 0);
  }
});
