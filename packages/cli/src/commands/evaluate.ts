import { ChainruleError } from "chainrule";
import {
  columnNamed,
  headline,
  rowsWithValue,
  scoresOf,
  splitRows,
  type Table,
  type TargetPreparation,
} from "chainrule/tables";
import type { Io } from "../io.ts";
import { type Run, readRun } from "../runs/run.ts";
import { fingerprint } from "../sources/file.ts";
import { correctOrEmpty, readTable } from "../sources/index.ts";
import { clip, counted } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";
import { sayScores } from "../terminal/report.ts";
import { typesOf, warnOfUnseen } from "./predict.ts";

export interface EvaluateOptions {
  /** Score all rows, those that the model was trained on too. */
  readonly allRows: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `chainrule evaluate RUN DATA`: scores of a run on a table that has the target. */
export async function evaluate(
  folder: string,
  path: string,
  options: EvaluateOptions,
  io: Io,
): Promise<void> {
  const output = new Output(io, options);
  const run = await readRun(folder);
  const { target } = run.model.spec;
  const table = await readTable(path, {
    missing: run.missing,
    types: typesOf(run.model.spec),
    typedOnly: true,
    remedy: correctOrEmpty,
  });
  const labelled = rowsWithValue(columnNamed(table, target.name, "target"), table.rows);
  if (labelled.length === 0) {
    throw new ChainruleError(
      "data",
      `${table.source} has no row with a value of "${clip(target.name)}" to compare with.`,
      "Use `chainrule predict` for rows without it.",
    );
  }
  const isOwn = (await fingerprint(path)) === run.data.sha256;
  const own = isOwn && !options.allRows && run.data.test === null;
  const rows = own ? testRows(run, table, labelled, target) : labelled;
  const inputs = run.model.inputs(table, rows);
  const scores = scoresOf(target, run.model.predictPrepared(inputs), table, rows);
  warnOfUnseen(output, inputs.unseen);
  if (rows.length < table.rows && !own)
    output.warn(
      `${counted(table.rows - rows.length, "row")} without a value of ${clip(target.name)} left out.`,
    );
  if (isOwn && !own)
    output.warn("The model was trained on most of these rows: on others it will not be as good.");
  const which = own ? "that training never saw" : `of ${table.source}`;
  sayScores(output, scores, target, `${counted(rows.length, "row")} ${which}`);
  if (own) {
    output.say();
    output.say(
      output.style.dim(
        `  ${table.source} is the table that the model was trained on: --all-rows scores all of it.`,
      ),
    );
  }
  if (options.json)
    output.result({ task: target.task, target: target.name, test: headline(scores), run: folder });
}

/** The rows that were kept for the test when the run was made: the same cut of the same file. */
function testRows(run: Run, table: Table, labelled: Int32Array, target: TargetPreparation): Int32Array {
  const { testSize, validationSize } = run.data;
  const column = columnNamed(table, target.name);
  return splitRows(column, labelled, target.task, { test: testSize, validation: validationSize }, run.seed)
    .test;
}
