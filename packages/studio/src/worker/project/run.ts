/** The folder of a run that `chainrule train` has written, or the file of its model alone. */
import {
  columnNamed,
  type Plan,
  planFor,
  planOptionsIn,
  rowsWithValue,
  type Table,
  type TableModel,
  wording,
} from "chainrule/tables";
import {
  type ActivationName,
  activationNames,
  type OptimizerName,
  optimizerNames,
  type TrainingConfig,
} from "../../protocol.ts";
import { plainError, refusal } from "../sentence.ts";
import type { Problem } from "../session/problem.ts";
import type { RunHistory } from "./history.ts";
import { parsedJson } from "./json.ts";
import { partsOfPlan, tableProblem } from "./table.ts";
import { textOf } from "./text.ts";

/** What of a run's `config.json` is used here. */
export interface RunConfig {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly asked: Readonly<Record<string, unknown>>;
  /** Rows that it was trained on; 0 where it does not say. */
  readonly trainingRows: number;
  /** The file that the run was trained on. */
  readonly data: {
    readonly file: string;
    readonly sha256: string;
    readonly testSize: number;
    readonly validationSize: number;
  };
}

const damaged = (file: string, what: string) =>
  refusal(
    "file",
    `${wording.clip(file, 60)}: ${what}.`,
    "Copy the folder of the run anew, as `chainrule train` wrote it.",
  );

/** @throws ChainruleError `file` for a file that is no configuration of a run */
export function readRunConfig(bytes: Uint8Array, file: string): RunConfig {
  const parsed = parsedJson(textOf(bytes, file), wording.clip(file, 60));
  const config = recordOf(parsed, file, "it");
  if (config.format !== "chainrule run" || config.version !== 2)
    throw damaged(file, "it is not the configuration of a chainrule run of version 2");
  const data = recordOf(config.data, file, "data");
  const share = (name: string): number => {
    const value = data[name];
    if (typeof value === "number" && value >= 0 && value < 1) return value;
    throw damaged(file, `data.${name} is no share of 1`);
  };
  if (typeof data.file !== "string" || typeof data.sha256 !== "string")
    throw damaged(file, "data.file or data.sha256 is no text");
  return {
    settings: recordOf(config.settings, file, "settings"),
    asked: recordOf(config.asked, file, "asked"),
    trainingRows: Number((data.parts as { training?: unknown } | undefined)?.training) || 0,
    data: {
      file: data.file,
      sha256: data.sha256,
      testSize: share("testSize"),
      validationSize: share("validationSize"),
    },
  };
}

function recordOf(value: unknown, file: string, place: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw damaged(file, `${place} is no record`);
}

/** A model that was opened, with what else is known of it. */
export interface OpenModel {
  readonly title: string;
  readonly model: TableModel;
  readonly config: RunConfig | null;
  readonly history: RunHistory | null;
}

/**
 * The problem of a model: with the table that it was trained on it can be trained further, on the rows that it was trained on; with
 * another table of its columns it can be looked at, and without any, too.
 */
export function modelProblem(
  { title, model, config }: OpenModel,
  table: Table | null,
  isOwn: boolean,
): Problem {
  const { features, target } = model.spec;
  const planned = table !== null && isOwn && config !== null ? planOf(table, config, target.name) : null;
  const plan = typeof planned === "string" ? null : planned;
  const what = `${target.task === "classification" ? "A classifier" : "A regression"} of "${wording.clip(target.name)}" from ${wording.counted(features.length, "column")}`;
  const source = plan
    ? `trained on ${wording.clip(table?.source ?? "", 60)}`
    : table
      ? `looked at on ${wording.clip(table.source, 60)}`
      : "without data: type the numbers of a row to trace it";
  return tableProblem({
    kind: config === null ? "model" : "run",
    title,
    about: `${what}, ${source}.`,
    spec: model.spec,
    table,
    parts: plan
      ? partsOfPlan(plan)
      : table
        ? { test: { table, rows: rowsToLookAt(table, target.name) } }
        : {},
    ...(plan ? { plan } : {}),
    warnings: typeof planned === "string" ? [planned] : table && !plan && config ? [otherTable(table)] : [],
    trainable: plan !== null,
    config: configOf(model, config),
    model,
  });
}

const otherTable = ({ source }: Table): string =>
  `${wording.clip(source, 60)} is not the file that the run was trained on: its rows can be traced, and training needs the other file.`;

function rowsToLookAt(table: Table, target: string): Int32Array {
  if (!table.columns.some(({ name }) => name === target))
    return Int32Array.from({ length: table.rows }, (_, i) => i);
  return rowsWithValue(columnNamed(table, target), table.rows);
}

/** The plan that the run had; or, in a sentence, why the table can not be cut as it was. */
function planOf(table: Table, { asked, data }: RunConfig, target: string): Plan | string {
  const { test, ...options } = planOptionsIn(asked as { target: string; test?: string });
  if (test !== undefined)
    return "The run was tested on a file of its own: its rows can be traced, and it can not be trained further here.";
  const { testSize, validationSize } = data;
  try {
    return planFor(table, { ...options, target, testSize, validationSize });
  } catch (error) {
    return `The rows can not be cut as they were when the run was trained, and so it can not be trained further: ${plainError(error).problem}`;
  }
}

/** The settings that a run was trained with, as far as this app has them. */
export function trainedWith({ model, config }: Pick<OpenModel, "model" | "config">): Partial<TrainingConfig> {
  const { settings = {} } = config ?? {};
  const { hidden, activation, dropout } = configOf(model, config);
  const number = (name: keyof TrainingConfig) =>
    typeof settings[name] === "number" ? { [name]: settings[name] } : {};
  const { optimizer } = settings;
  return {
    hidden,
    ...(activationOf(model) === undefined ? {} : { activation }),
    ...(optimizerNames.includes(optimizer as OptimizerName) && { optimizer: optimizer as OptimizerName }),
    ...number("lr"),
    ...number("batchSize"),
    ...number("weightDecay"),
    dropout,
    ...number("seed"),
  };
}

function activationOf({ spec }: TableModel): ActivationName | undefined {
  const { activation } = spec.network;
  const named = activation === "leaky-relu" ? "leakyRelu" : activation;
  return activationNames.find((name) => name === named);
}

/** The settings of this app that are nearest to those of a run. */
function configOf(model: TableModel, run: RunConfig | null): TrainingConfig {
  const { hidden, dropout } = model.spec.network;
  const settings = run?.settings ?? {};
  const optimizer = settings.optimizer as OptimizerName;
  const { batchSize, seed } = settings;
  return {
    hidden,
    activation: activationOf(model) ?? "relu",
    optimizer: optimizerNames.includes(optimizer) ? optimizer : "adam",
    // The rate of a schedule that is over would be too large for weights that are trained.
    lr: 1e-4,
    batchSize: Number.isInteger(batchSize) ? (batchSize as number) : 64,
    weightDecay: 0,
    dropout: Math.min(dropout, 0.99),
    seed: Number.isSafeInteger(seed) && (seed as number) >= 0 ? (seed as number) : 0,
  };
}
