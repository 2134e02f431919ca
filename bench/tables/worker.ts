/** A process that trains on one table after the other, each on one thread: see `compare.ts`, which starts it. */
import { setNumThreads } from "chainrule";
import { columnNamed, type PlanOptions, planFor, type Split, scoresOf, type Table } from "chainrule/tables";
import { mean, type OurRun } from "./results.ts";
import { readSplit, tablesNamed } from "./tables.ts";
import { variantNamed } from "./variants.ts";
import { heldOut } from "./ways.ts";

export interface Job {
  readonly variant: string;
  readonly table: string;
  readonly seed: number;
}

export type Answer = { readonly run: OurRun } | { readonly error: string };

setNumThreads(1);
process.on("message", async (job: Job) => {
  let answer: Answer;
  try {
    answer = { run: await trained(job) };
  } catch (error) {
    answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(answer);
});

async function trained({ variant, table: name, seed }: Job): Promise<OurRun> {
  const [entry] = tablesNamed([name]);
  const { learning, test } = await readSplit(entry, seed);
  const exclude = entry.exclude?.map(({ column }) => column);
  const begun = performance.now();
  const { settings, data, plan: change = (plan) => plan, way = heldOut } = variantNamed(variant);
  const options: PlanOptions = { target: entry.target, task: entry.task, test, exclude, seed, ...data };
  const plan = change(planFor(learning, options));
  const planOf = ({ training, validation }: Pick<Split, "training" | "validation">) => {
    const parts: Split = { training, validation, calibration: new Int32Array(0), test: new Int32Array(0) };
    return change(planFor(learning, { ...options, split: { kind: "rows", parts } }));
  };
  const given = { ...settings(plan.task, plan.split.training.length), seed };
  const { predictions, epochs, bestEpoch } = await way({ plan, planOf, given });
  const seconds = Math.round(performance.now() - begun) / 1000;
  const scores = scoresOf(plan.target, predictions, test, plan.test.rows);
  const found =
    scores.task === "classification"
      ? { score: rounded(1 - scores.accuracy), logLoss: rounded(scores.logLoss) }
      : { score: rounded(scores.rmse / deviation(test, entry.target)) };
  return { table: name, seed, ...found, seconds, epochs, bestEpoch };
}

/** So that equal error rates are equal numbers. */
const rounded = (score: number): number => Math.round(score * 1e9) / 1e9;

/** The standard deviation (by n) of a number column without missing values. */
function deviation(table: Table, name: string): number {
  const column = columnNamed(table, name);
  if (column.type !== "number") throw new Error(`${name} holds no numbers.`);
  const values = [...column.values];
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}
