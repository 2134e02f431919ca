/** Ways to use the rows for learning: how many are held out, and what becomes of them. */
import { data, Generator } from "chainrule";
import {
  bestEpoch,
  chooseSettings,
  columnNamed,
  type GivenSettings,
  learn,
  makeModel,
  type Plan,
  type Predictions,
  type Settings,
  type Split,
  strataOf,
} from "chainrule/tables";
import type { EpochReport } from "chainrule/train";
import { mean } from "./results.ts";

/** What a way is given. */
export interface Work {
  /** The plan of the defaults: 15 % of the rows for learning are its validation rows. */
  readonly plan: Plan;
  /** The plan of other parts, fitted on their training rows. */
  readonly planOf: (parts: Pick<Split, "training" | "validation">) => Plan;
  readonly given: GivenSettings;
}

export interface Outcome {
  /** For the test rows. */
  readonly predictions: Predictions;
  /** Of all trainings together. */
  readonly epochs: number;
  /** The epoch that was kept; the mean where there are several networks. */
  readonly bestEpoch: number;
}

/** One network on 85 % of the rows; the others choose its epoch. So does `trainTable`. */
export async function heldOut(work: Work): Promise<Outcome> {
  const { epochs, best, predictions } = await train(work.plan, work.given);
  return { predictions: predictions(), epochs, bestEpoch: best };
}

/** The held-out rows choose after which wave of the rate to end; then a new network learns from all rows for so many epochs. */
export async function refit(work: Work): Promise<Outcome> {
  const first = await train(work.plan, work.given);
  return refitted(work, [first]);
}

/** As `refit`, but the wave is chosen by the mean loss of five folds. */
export async function crossRefit(work: Work): Promise<Outcome> {
  return refitted(work, await members(work));
}

/** Five networks, each of which has one fold of the rows as its validation rows; the mean of their probabilities or numbers. */
export async function crossFit(work: Work): Promise<Outcome> {
  const trained = await members(work);
  return {
    predictions: averaged(trained.map(({ predictions }) => predictions())),
    epochs: trained.reduce((sum, { epochs }) => sum + epochs, 0),
    bestEpoch: Math.round(mean(trained.map(({ best }) => best))),
  };
}

interface Training {
  readonly settings: Settings;
  readonly history: readonly EpochReport[];
  readonly epochs: number;
  readonly best: number;
  readonly predictions: () => Predictions;
}

/** @param last ends training after this epoch, and keeps it */
async function train(plan: Plan, given: GivenSettings, last?: number): Promise<Training> {
  const { table, rows } = plan.test;
  const kept: GivenSettings = last === undefined ? given : { ...given, keepBest: "last" };
  const settings = chooseSettings(kept, plan.split.training.length, plan.task);
  const model = makeModel(plan, settings);
  const { history, epochs } = await learn(model, plan, settings, {
    onEpochEnd: ({ epoch }, training) => {
      if (epoch === last) training.stop();
    },
  });
  const best = bestEpoch(history, settings.keepBest, plan.task)?.epoch ?? epochs;
  return { settings, history, epochs, best, predictions: () => model.predict(table, rows) };
}

const learningRows = ({ training, validation }: Split): Int32Array =>
  Int32Array.from([...training, ...validation]).sort();

async function members({ plan, planOf, given }: Work): Promise<Training[]> {
  const rows = learningRows(plan.split);
  const { seed = 0 } = given;
  const strata = strataOf(columnNamed(plan.table, plan.target.name), rows, plan.task);
  const folds = data.stratifiedKFold(strata, 5, { shuffle: true, generator: new Generator(seed) });
  const trained: Training[] = [];
  for (const [i, { train: inner, test }] of folds.entries()) {
    const parts = { training: inner.map((k) => rows[k]).sort(), validation: test.map((k) => rows[k]).sort() };
    trained.push(await train(planOf(parts), { ...given, seed: seed + 10 * i }));
  }
  return trained;
}

async function refitted({ plan, planOf, given }: Work, before: readonly Training[]): Promise<Outcome> {
  const ends = waveEnds(before[0].settings.epochs);
  const losses = ends.map((end) =>
    mean(before.map(({ history }) => history[end - 1].validationLoss ?? Number.NaN)),
  );
  const end = ends[losses.indexOf(Math.min(...losses))];
  // The validation rows are among those of training: they have no say any more.
  const parts = { training: learningRows(plan.split), validation: plan.split.validation };
  const { predictions } = await train(planOf(parts), given, end);
  const epochs = before.reduce((sum, one) => sum + one.epochs, end);
  return { predictions: predictions(), epochs, bestEpoch: end };
}

/** The epochs after which the rate of "coslog4" is back at 0. */
const waveEnds = (epochs: number): number[] =>
  [1, 2, 3, 4].map((wave) => Math.round((epochs * (2 ** wave - 1)) / 15));

function averaged(all: readonly Predictions[]): Predictions {
  const numbers = all.map((one) => (one.task === "regression" ? one.values : one.probabilities));
  const means = numbers[0].map((_, i) => mean(numbers.map((of) => of[i])));
  const [first] = all;
  if (first.task === "regression") return { task: "regression", values: means };
  const width = means.length / first.classes.length;
  const classes = first.classes.map((_, row) => {
    const shares = means.subarray(row * width, (row + 1) * width);
    return shares.indexOf(shares.reduce((a, b) => Math.max(a, b)));
  });
  return { task: "classification", classes, probabilities: means };
}
