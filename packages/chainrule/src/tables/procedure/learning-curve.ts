import { stratifiedSplit } from "../../data/index.ts";
import { Generator } from "../../tensor/index.ts";
import { checkWhole } from "../../train/checking.ts";
import { ChainruleError } from "../../util/errors.ts";
import { asTable, type Cell, columnNamed, type Table } from "../column.ts";
import type { Task } from "../task.ts";
import { excludedBy, type MeanAndDeviation, meanAndDeviation } from "./cross-validation.ts";
import { followed } from "./learn.ts";
import { type Plan, type PlanOptions, planFor } from "./plan.ts";
import { type Scores, scoresOf } from "./scores.ts";
import { strataOf } from "./split.ts";
import { checkTrainingOptions, type TrainPlanOptions, trainPlan } from "./train-plan.ts";

/**
 * What {@link learningCurve} is told: of the plan, of training, and of sizes. Callbacks are told of the epochs of every training. Aborting
 * the `signal` makes the promise reject.
 */
export interface LearningCurveOptions extends PlanOptions, TrainPlanOptions {
  /**
   * How many training rows to learn from: numbers of rows, or shares of all up to 1. Sizes below 10 rows are left out. Default: 1/16, 1/8,
   * 1/4, 1/2 and 1.
   */
  readonly sizes?: readonly number[];
  /** How often each size is trained, with other rows and other weights each time. Default 3. */
  readonly seeds?: number;
  /** Is told of each training, when it is done. Without it nothing is told before the end. */
  readonly onPoint?: (trained: { rows: number; seed: number; test: number; training: number }) => void;
}

/** What models reach that learn from one number of rows. */
export interface CurvePoint {
  /** Training rows. */
  readonly rows: number;
  /** The score on the test rows, over the seeds. */
  readonly test: MeanAndDeviation;
  /** The score on the rows that were learned from. */
  readonly training: MeanAndDeviation;
}

/** How good models get with more rows. Plain data. */
export interface LearningCurve {
  /** What is predicted: classes, or a number. */
  readonly task: Task;
  /** The column that is predicted. */
  readonly target: string;
  /** What the points are in. */
  readonly score: "accuracy" | "r2";
  /** How often each size was trained. */
  readonly seeds: number;
  /** How many rows tested every training. */
  readonly testRows: number;
  /** One for each size, the smallest first. */
  readonly points: readonly CurvePoint[];
}

const SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];
/** Fewer training rows than this tell nothing. */
const FEWEST = 10;

/**
 * The score on the same test rows against how many rows were learned from. Validation rows shrink with the training rows, as they would
 * if there were no more. A curve that still rises says that more rows would help; one that is flat and low asks for other columns or
 * another model; a wide gap between training and test asks for more rows or more regularization.
 *
 * @param table a table, or rows as objects
 * @throws ChainruleError as `trainTable` does, and `argument` for sizes that there are not rows for
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const options = { target: "buys", sizes: [0.25, 1], seeds: 2, hidden: [8], epochs: 10 };
 * const { points, testRows } = await learningCurve(rows, options);
 * points.map(({ rows }) => rows); // → [14, 54]
 * testRows; // → 16
 */
export async function learningCurve(
  table: Table | readonly Readonly<Record<string, Cell>>[],
  options: LearningCurveOptions,
): Promise<LearningCurve> {
  checkTrainingOptions(options, ["sizes", "seeds", "onPoint"]);
  const whole = asTable(table);
  const { seeds = 3, seed: first = 0 } = options;
  checkWhole("seeds", seeds, 1);
  const plan = planFor(whole, options);
  const score = followed(plan.task);
  const sizes = sizesOf(plan, options.sizes);
  const points: CurvePoint[] = [];
  for (const rows of sizes) {
    const found: { test: number; training: number }[] = [];
    for (let seed = first; seed < first + seeds; seed++) {
      const scores = await trainOn(plan, options, rows, seed);
      const value = (of: Scores): number =>
        of.task === "classification" ? of.accuracy : (of.r2 ?? Number.NaN);
      const one = { test: value(scores.test), training: value(scores.training) };
      found.push(one);
      options.onPoint?.({ rows, seed, ...one });
    }
    points.push({
      rows,
      test: meanAndDeviation(found.map(({ test }) => test)),
      training: meanAndDeviation(found.map(({ training }) => training)),
    });
  }
  return { task: plan.task, target: options.target, score, seeds, testRows: plan.test.rows.length, points };
}

function sizesOf({ split }: Plan, given: readonly number[] | undefined): number[] {
  const all = split.training.length;
  const sizes = (given ?? SHARES).map((size) => (size <= 1 ? Math.round(size * all) : size));
  const odd = sizes.find((size, i) => !Number.isInteger(size) || size > all || (given?.[i] ?? 1) <= 0);
  if (odd !== undefined) {
    throw new ChainruleError(
      "argument",
      `There are no ${odd} rows to learn from: ${all} are training rows.`,
      `Give whole numbers up to ${all}, or shares up to 1.`,
    );
  }
  const enough = [...new Set(sizes)].filter((size) => size >= FEWEST).sort((a, b) => a - b);
  if (enough.length > 0) return enough;
  throw new ChainruleError(
    "argument",
    `Every size is below ${FEWEST} rows.`,
    "Give larger sizes, or more rows.",
  );
}

async function trainOn(
  { table, split, test, task }: Plan,
  options: LearningCurveOptions,
  rows: number,
  seed: number,
): Promise<{ test: Scores; training: Scores }> {
  const column = columnNamed(table, options.target, "target");
  const share = rows / split.training.length;
  const some = (part: Int32Array, stream: number): Int32Array => {
    if (share === 1) return part;
    const generator = new Generator(2 * seed + stream);
    const [kept] = stratifiedSplit(strataOf(column, part, task), [share, 1 - share], { generator });
    return kept.map((i) => part[i]);
  };
  const training = some(split.training, 0);
  const kept = some(split.validation, 1);
  const parts = { ...split, training, validation: kept.length > 0 ? kept : split.validation };
  const plan = planFor(table, {
    ...options,
    task,
    exclude: excludedBy(options),
    split: { kind: "rows", parts },
  });
  const { model } = await trainPlan(plan, options, seed);
  options.signal?.throwIfAborted();
  const score = (of: Table, at: Int32Array): Scores =>
    scoresOf(plan.target, model.predict(of, at), of, at, { samples: 0, weights: plan.weights });
  return { test: score(test.table, test.rows), training: score(table, training) };
}
