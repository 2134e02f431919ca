import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { ReportData } from "@chainrule/studio/report";
import { ChainruleError } from "chainrule";
import {
  columnNamed,
  evaluatePlan,
  headline,
  type Plan,
  rowsWithValue,
  scoresOf,
  type Table,
} from "chainrule/tables";
import type { Io } from "../io.ts";
import type { RunConfig } from "../runs/config.ts";
import { checkFile, writeWhole } from "../runs/folder.ts";
import { type Run, readConfig, readRun } from "../runs/run.ts";
import { fingerprint } from "../sources/file.ts";
import { correctOrEmpty, type Data, readTable } from "../sources/index.ts";
import type { InputFormat } from "../sources/input.ts";
import { dataFrom } from "../sources/paths.ts";
import { readPlan } from "../sources/plan.ts";
import { clip, counted } from "../terminal/format.ts";
import { Output, sayReading } from "../terminal/output.ts";
import { type Evaluated, sayScores } from "../terminal/report.ts";
import { insights, reportHead, shortEvaluation, testedRows } from "./evaluation.ts";
import { typesOf, warnOfInfinite, warnOfUnseen } from "./predict.ts";
import { unweighted, weightedBy } from "./weights.ts";

export interface EvaluateOptions {
  readonly sql?: string;
  readonly format?: InputFormat;
  /** Score all rows, those that the model was trained on too. */
  readonly allRows: boolean;
  /** Write a report to this file. */
  readonly report?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What was scored, for the terminal, for programs, and for a report. */
interface Judged {
  readonly evaluated: Evaluated;
  readonly rows: string;
  readonly json: object;
  readonly report: () => Promise<Partial<ReportData>>;
  readonly hint: string;
}

/** `chainrule evaluate RUN DATA`: scores of a run on a table that has the target. */
export async function evaluate(
  folder: string,
  paths: readonly string[],
  options: EvaluateOptions,
  io: Io,
): Promise<void> {
  const output = new Output(io, options);
  const { report } = options;
  const data = await dataFrom(paths, options, io);
  if (report !== undefined) await checkFile(report, ...data.files);
  const run = await readRun(folder);
  const config = await readConfig(folder);
  const { target } = run.model.spec;
  const isOwn = await isSameData(data, config);
  const judged =
    isOwn && !options.allRows && run.data.test === null
      ? await judgeTest(run, config, data, output)
      : await judgeAll(run, data, config, isOwn, output);
  sayScores(output, judged.evaluated, target, judged.rows);
  if (judged.hint !== "") {
    output.say();
    output.say(output.style.dim(`  ${judged.hint}`));
  }
  if (report !== undefined) {
    const { reportHtml } = await import("@chainrule/studio/report");
    const html = await reportHtml({
      ...reportHead(config),
      scored: `On ${judged.rows}.`,
      scores: judged.evaluated.scores,
      ...(await judged.report()),
    });
    await writeWhole(report, (draft) => writeFile(draft, html));
    output.say();
    output.say(`  Report written to ${report}`);
  }
  if (options.json) output.result({ task: target.task, target: target.name, ...judged.json, run: folder });
}

/** Whether it is the data that the run was begun with; what a query gives may have changed. */
const isSameData = async ({ files, sql }: Data, { data }: RunConfig): Promise<boolean> =>
  sql === undefined && data.sql === null && (await fingerprint(files)) === data.sha256;

/** Whether it seems to be the data that the run was begun with, changed since: by its files' names, or as large in rows and columns. */
function isLike({ files }: Data, { rows, columns }: Table, { data }: RunConfig): boolean {
  const before = new Set(data.files.map(({ path }) => basename(path)));
  return (
    files.some((path) => before.has(basename(path))) ||
    (rows === data.rows && columns.length === data.columns)
  );
}

/** The rows that were kept for the test when the run was made: the same cut of the same data. */
async function judgeTest(run: Run, config: RunConfig, data: Data, output: Output): Promise<Judged> {
  const plan: Plan = await readPlan(data, { ...config.asked, test: undefined }, sayReading(output));
  const evaluation = evaluatePlan(run.model, plan);
  return {
    evaluated: evaluation,
    rows: testedRows(plan, evaluation.scores),
    json: shortEvaluation(evaluation),
    report: async () => ({
      ...evaluation,
      ...(await insights(run.model, plan, evaluation, run.seed)),
    }),
    hint: `${plan.table.source} is the table that the model was trained on: --all-rows scores all of it.`,
  };
}

/** All rows that have the target. */
async function judgeAll(
  run: Run,
  data: Data,
  config: RunConfig,
  isOwn: boolean,
  output: Output,
): Promise<Judged> {
  const { target } = run.model.spec;
  const weights = config.asked.weights ?? null;
  const types = typesOf(run.model.spec);
  const table = await readTable(data, {
    missing: run.missing,
    types: weights === null ? types : types.set(weights, "number"),
    typedOnly: true,
    remedy: correctOrEmpty,
    progress: sayReading(output),
  });
  output.clearStatus();
  const rows = rowsWithValue(columnNamed(table, target.name, "target"), table.rows);
  if (rows.length === 0) {
    throw new ChainruleError(
      "data",
      `${table.source} has no row with a value of "${clip(target.name)}" to compare with.`,
      "Use `chainrule predict` for rows without it.",
    );
  }
  const inputs = run.model.inputs(table, rows);
  const scores = scoresOf(target, run.model.predictPrepared(inputs), table, rows, { weights });
  warnOfUnseen(output, inputs.unseen);
  warnOfInfinite(output, run.model.spec, table);
  if (rows.length < table.rows) {
    output.warn(
      `${counted(table.rows - rows.length, "row")} without a value of ${clip(target.name)} left out.`,
    );
  }
  for (const text of unweighted(weights, table)) output.warn(text);
  if (isOwn) output.warn("The model was trained on most of these rows: on others it will not be as good.");
  else if (isLike(data, table, config)) {
    output.warn(
      `${table.source} looks like the table that the model was trained on, but is not the file as it was then: most of these rows may be training rows. On others the model will not be as good.`,
    );
  }
  return {
    evaluated: { scores },
    rows: `${counted(rows.length, "row")} of ${table.source}${weightedBy(scores)}`,
    json: { test: headline(scores) },
    report: async () => ({}),
    hint: "",
  };
}
