/** From what a person opens to what can be trained or traced. */
import { inspectTable, planFor, type Table, wording } from "chainrule/tables";
import { type CircuitExample, exampleNamed, penguins } from "../examples/index.ts";
import {
  type ColumnChoice,
  type ExampleName,
  exampleNames,
  type Opened,
  type OpenFile,
  type TrainingConfig,
} from "../protocol.ts";
import { bundledNames, type Fetch, sha256 } from "./project/bundled.ts";
import { tableFromCsv } from "./project/csv.ts";
import { exampleProblem } from "./project/example.ts";
import { baseName, findIn, tableIn } from "./project/files.ts";
import { guessTarget, headOf, previewsOf } from "./project/preview.ts";
import { modelProblem, type OpenModel } from "./project/run.ts";
import { savedExample } from "./project/saved.ts";
import { partsOfPlan, type TableSource, tableProblem } from "./project/table.ts";
import { refusal } from "./sentence.ts";
import { checkedConfig } from "./session/config.ts";
import type { Problem } from "./session/problem.ts";

/** What was opened. */
export type Opening =
  | {
      readonly kind: "problem";
      readonly problem: Problem;
      readonly config: TrainingConfig;
      readonly model: OpenModel | null;
    }
  | { readonly kind: "circuit"; readonly circuit: CircuitExample }
  /** A table that waits for its target. */
  | { readonly kind: "table"; readonly table: Table };

const problemOpened = (
  problem: Problem,
  given: Partial<TrainingConfig> = {},
  model: OpenModel | null = null,
): Opening => ({
  kind: "problem",
  problem,
  config: checkedConfig(given, problem.config),
  model,
});

/** @throws ChainruleError `argument` for a name or a setting that there is not, `file` where its data can not be fetched */
export async function openExampleBy(
  name: ExampleName,
  given: Partial<TrainingConfig>,
  fetchFile: Fetch,
): Promise<Opening> {
  if (!exampleNames.includes(name)) {
    throw refusal(
      "argument",
      `There is no example "${wording.clip(String(name))}".`,
      `There are ${exampleNames.join(", ")}.`,
    );
  }
  if (name === "penguins") {
    const table = tableFromCsv(await fetchFile(penguins.file), penguins.file);
    const { title, about, config, target } = penguins;
    return problemOpened(
      plannedProblem(table, target, { kind: "example", example: name, title, about, config }),
      given,
    );
  }
  const example = exampleNamed(name);
  if (example.kind === "circuit") return { kind: "circuit", circuit: example };
  const text = example.file === null ? "" : new TextDecoder().decode(await fetchFile(example.file));
  return problemOpened(exampleProblem(example, text), given);
}

/**
 * @param open the model that is open without its data: a table of its columns then goes with it
 * @throws ChainruleError for files that can not be opened, naming the file
 */
export async function openFilesBy(
  files: readonly OpenFile[],
  open: OpenModel | null,
  fetchFile: Fetch,
): Promise<Opening> {
  const found = findIn(files);
  if (found.kind === "table") {
    const bytes = files.find(({ path }) => baseName(path) === found.table.source)?.bytes;
    return open !== null && hasColumnsOf(found.table, open)
      ? withTable(open, found.table, bytes ?? null)
      : { kind: "table", table: found.table };
  }
  if (found.kind === "example") {
    const name = found.name as ExampleName;
    const opened = await openExampleBy(name, configIn(found.config), fetchFile);
    return opened.kind === "problem"
      ? { ...opened, problem: savedExample(opened.problem, opened.config, found.bytes) }
      : opened;
  }
  const { model, file } = found;
  if (file !== null) return withTable(model, tableIn(file), file.bytes);
  const bundled = await bundledOf(model, fetchFile);
  if (bundled !== null)
    return withTable(model, tableFromCsv(bundled, model.config?.data.file ?? ""), bundled);
  return problemOpened(modelProblem(model, null, false), {}, model);
}

const hasColumnsOf = (table: Table, { model }: OpenModel): boolean =>
  model.spec.features.every(({ name }) => table.columns.some((column) => column.name === name));

async function withTable(model: OpenModel, table: Table, bytes: Uint8Array | null): Promise<Opening> {
  const wanted = model.config?.data.sha256;
  const sum = bytes === null || wanted === undefined ? null : await sha256(bytes);
  // Without a way to compute its sum, a file of that name is taken to be the one.
  const isOwn =
    wanted !== undefined && (sum === null ? table.source === model.config?.data.file : sum === wanted);
  return problemOpened(modelProblem(model, table, isOwn), {}, model);
}

/** The bundled file that a run was trained on; null where it was another, or can not be had. */
async function bundledOf({ config }: OpenModel, fetchFile: Fetch): Promise<Uint8Array | null> {
  const name = bundledNames.find((file) => file === baseName(config?.data.file ?? ""));
  if (name === undefined) return null;
  try {
    const bytes = await fetchFile(name);
    const sum = await sha256(bytes);
    return sum === null || sum === config?.data.sha256 ? bytes : null;
  } catch {
    return null;
  }
}

function configIn(text: string): Partial<TrainingConfig> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<TrainingConfig>;
  } catch {
    throw refusal("file", "The file of the model has no settings that can be read.", "Save the model again.");
  }
}

/** What the page is told of a table whose target is to be chosen. */
export function waitingTable(table: Table): Opened {
  const inspection = inspectTable(table);
  return {
    state: "target",
    name: table.source,
    columns: previewsOf(inspection),
    head: headOf(table),
    rows: table.rows,
    guess: guessTarget(inspection),
  };
}

/** A table with its target, as the library plans it: its parts, its columns' preparation, the task. */
export function openTarget(table: Table, target: string, choice: ColumnChoice = {}): Opening {
  const hidden = table.rows < 2000 ? [16] : [64, 64];
  const batchSize = table.rows < 2000 ? 32 : 256;
  const config: TrainingConfig = {
    hidden,
    activation: "relu",
    optimizer: "adam",
    lr: 0.005,
    batchSize,
    weightDecay: 0,
    dropout: 0,
    seed: 0,
  };
  const about = `${wording.counted(table.rows, "row")} and ${wording.counted(table.columns.length, "column")} of ${table.source}.`;
  return problemOpened(
    plannedProblem(table, target, { kind: "table", title: table.source, about, config }, choice),
  );
}

function plannedProblem(
  table: Table,
  target: string,
  told: Pick<TableSource, "kind" | "title" | "about" | "config" | "example">,
  { include = [], exclude = [] }: ColumnChoice = {},
): Problem {
  const choice = { target, include: [...include], exclude: exclude.filter((name) => name !== target) };
  const plan = planFor(table, choice);
  const inspection = inspectTable(table, choice);
  return tableProblem({
    ...told,
    spec: plan,
    table,
    inspection,
    parts: partsOfPlan(plan),
    plan,
    warnings: [...inspection.warnings.map(({ text }) => text), ...unlearned(plan.unlearned)],
    trainable: true,
  });
}

const unlearned = (classes: ReturnType<typeof planFor>["unlearned"]): string[] =>
  classes.map(
    ({ part, label, rows }) =>
      `No training row has the class "${wording.clip(label)}", which ${wording.counted(rows, `${part} row`)} ${rows === 1 ? "has" : "have"}: ${rows === 1 ? "it" : "they"} can not be told right.`,
  );
