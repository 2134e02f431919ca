/** A process that trains on one table after the other, each on one thread: see `compare.ts`, which starts it. */
import { setNumThreads } from "chainrule";
import {
  chooseSettings,
  columnNamed,
  learn,
  makeModel,
  planFor,
  scoresOf,
  type Table,
} from "chainrule/tables";
import { mean, type OurRun } from "./results.ts";
import { readSplit, tablesNamed } from "./tables.ts";
import { variantNamed } from "./variants.ts";

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
  const { settings: settingsFor, data, plan: change } = variantNamed(variant);
  const decided = planFor(learning, { target: entry.target, task: entry.task, test, exclude, seed, ...data });
  const plan = change ? change(decided) : decided;
  const rows = plan.split.training.length;
  const settings = chooseSettings({ ...settingsFor(plan.task, rows), seed }, rows, plan.task);
  const model = makeModel(plan, settings);
  const result = await learn(model, plan, settings, {}, new AbortController().signal);
  const seconds = Math.round(performance.now() - begun) / 1000;
  const scores = scoresOf(plan.target, model.predict(test), test, plan.test.rows);
  const found =
    scores.task === "classification"
      ? { score: rounded(1 - scores.accuracy), logLoss: rounded(scores.logLoss) }
      : { score: rounded(scores.rmse / deviation(test, entry.target)) };
  return { table: name, seed, ...found, seconds, epochs: result.epochs, bestEpoch: result.best?.epoch ?? 0 };
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
