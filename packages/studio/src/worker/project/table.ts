/** The problem of a table with its plan: by a plain network, or by the network of a run. */
import { fromTypedArray, nn, type Tensor, tensor } from "chainrule";
import {
  type Architecture,
  classNumbers,
  columnNamed,
  evaluatePlan,
  inputNames,
  inspectTable,
  layoutOf,
  modelBytes,
  type Plan,
  type Table,
  type TableInspection,
  TableModel,
  type TableModelSpec,
  TableNetwork,
  targetNumbers,
  textAt,
  toLearned,
} from "chainrule/tables";
import type { ActivationName, ExampleName, Part, Project, TrainingConfig } from "../../protocol.ts";
import { refusal } from "../sentence.ts";
import { checkSize } from "../session/config.ts";
import { noRows, type PartData, type Problem, partNames } from "../session/problem.ts";
import { sameNetwork } from "./network.ts";
import { pictureOf } from "./picture.ts";
import { headOf, previewsOf } from "./preview.ts";
import { balanceOf } from "./shown.ts";
import { typedClass, typedNumbers } from "./typed.ts";

/** Rows of a table that are a part. */
interface PartRows {
  readonly table: Table;
  readonly rows: Int32Array;
}

/** What a table's problem is made of. */
export interface TableSource {
  readonly kind: Project["kind"];
  readonly title: string;
  readonly about: string;
  /** How columns become inputs, and the target what is learned. */
  readonly spec: Pick<TableModelSpec, "features" | "target">;
  /** The table as it is shown; null for a model without data. */
  readonly table: Table | null;
  /** What is in it, where that is known already. */
  readonly inspection?: TableInspection;
  readonly parts: Readonly<Partial<Record<Part, PartRows>>>;
  /** Where the parts come from a plan. */
  readonly plan?: Plan;
  /** Where it is a built-in example. */
  readonly example?: ExampleName;
  readonly warnings: readonly string[];
  readonly trainable: boolean;
  /** The settings to begin with. */
  readonly config: TrainingConfig;
  /** The trained model of a run, which training starts from as long as the architecture stays. */
  readonly model?: TableModel;
}

/** Names of the library's architectures. */
const activationOf = (name: ActivationName): Architecture["activation"] =>
  name === "leakyRelu" ? "leaky-relu" : name === "identity" ? "relu" : name;

export function tableProblem(source: TableSource): Problem {
  const { table, config: own } = source;
  const { features, target } = source.spec;
  const spec = { features, target };
  const classes = target.task === "classification" ? target.classes : null;
  const outputs = classes?.length ?? 1;
  const reader =
    source.model ??
    new TableModel({ ...spec, version: 2, network: architecture(spec, { ...own, hidden: [] }) });
  const names = inputNames(features);
  const coded = features
    .filter((f) => f.type === "text" && f.encoding === "embedding")
    .map(({ name }) => name);
  const parts = {
    training: partOf(reader, spec, source.parts.training),
    validation: partOf(reader, spec, source.parts.validation),
    test: partOf(reader, spec, source.parts.test),
  };
  const truth = (part: Part): Float64Array => truthOf(target, source.parts[part]);
  return {
    task: target.task,
    told: {
      title: source.title,
      kind: source.kind,
      task: target.task,
      about: source.about,
      inputNames: [...names, ...coded],
      outputNames: classes ?? [target.name],
      target: target.name,
      rows: { training: parts.training.rows, validation: parts.validation.rows, test: parts.test.rows },
      picture: pictureOf(names, coded),
      columns: table ? previewsOf(source.inspection ?? inspected(table, target.name)) : [],
      head: table ? headOf(table) : [],
      balance: classes ? balanceOf(classes, partNames.map(truth)) : [],
      warnings: source.warnings,
      trainable: source.trainable,
      pace: source.example === undefined ? 0 : 100,
    },
    config: own,
    example: source.example ?? null,
    evaluate:
      source.plan &&
      ((model) =>
        evaluatePlan(new TableModel(specWith(spec, model), model as TableNetwork), source.plan as Plan)),
    plain: (config) => source.model === undefined || !sameNetwork(config, own),
    parts,
    outputs,
    model(config) {
      if (source.model && sameNetwork(config, own)) return source.model.network.clone();
      checkSize(names.length, config.hidden, outputs);
      return networkOf(spec, config);
    },
    loss: () => (classes ? new nn.CrossEntropyLoss() : new nn.MSELoss()),
    answers: (given) => {
      const said = reader.predictionsOf(given);
      return said.task === "classification" ? said.probabilities : said.values;
    },
    truth,
    cells(part, row) {
      const place = source.parts[part];
      if (!place) return [];
      const used = new Set([...features.map(({ name }) => name), target.name]);
      return place.table.columns
        .filter(({ name }) => used.has(name))
        .map((column) => ({ name: column.name, text: textAt(column, place.rows[row]) }));
    },
    file(model, config) {
      const kept = source.model && sameNetwork(config, own);
      if (!kept && config.activation === "identity" && config.hidden.length > 0) {
        throw refusal(
          "argument",
          "A model's file has no hidden layers without an activation.",
          "Choose an activation, or no hidden layers, which computes the same.",
        );
      }
      return modelBytes(new TableModel(specWith(spec, model), model as TableNetwork));
    },
    typed(given, wanted) {
      const numbers = typedNumbers(given, [...names, ...coded]);
      const codes = numbers.slice(names.length);
      const levels = reader.spec.network.levels;
      codes.forEach((code, i) => void typedClass(code, levels[i]));
      const x = tensor([numbers.slice(0, names.length)]).reshape([1, names.length]);
      return {
        rows: 1,
        inputs: coded.length > 0 ? [x, fromTypedArray(Int32Array.from(codes), [1, coded.length])] : [x],
        target: wanted === null ? null : typedTarget(target, wanted),
      };
    },
  };
}

const inspected = (table: Table, target: string): TableInspection =>
  inspectTable(table, hasColumn(table, target) ? { target } : {});

const hasColumn = (table: Table, name: string): boolean =>
  table.columns.some((column) => column.name === name);

/** The whole description of a model with this network. */
const specWith = (spec: TableSource["spec"], model: nn.Module): TableModelSpec => ({
  ...spec,
  version: 2,
  network: (model as TableNetwork).architecture,
});

function architecture(
  { features, target }: TableSource["spec"],
  { hidden, activation, dropout }: Pick<TrainingConfig, "hidden" | "activation" | "dropout">,
): Architecture {
  return {
    ...layoutOf(features),
    numberEncoding: "plain",
    embeddingSize: 8,
    frontScale: false,
    hidden,
    activation: activationOf(activation),
    parametricActivation: false,
    normalization: "none",
    dropout,
    outputs: target.task === "classification" ? target.classes.length : 1,
  };
}

function networkOf(spec: TableSource["spec"], config: TrainingConfig): TableNetwork {
  const network = new TableNetwork(architecture(spec, config));
  if (config.activation !== "identity") return network;
  const layers = new nn.Sequential();
  for (const layer of network.layers) layers.append(layer instanceof nn.ReLU ? new nn.Identity() : layer);
  network.layers = layers;
  return network;
}

function partOf(reader: TableModel, { target }: TableSource["spec"], part: PartRows | undefined): PartData {
  if (part === undefined || part.rows.length === 0) return noRows;
  const { table, rows } = part;
  const { data, codes, inputs, embedded } = reader.inputs(table, rows);
  const x = fromTypedArray(data, [rows.length, inputs]);
  return {
    rows: rows.length,
    inputs: embedded > 0 ? [x, fromTypedArray(codes, [rows.length, embedded])] : [x],
    target: targetOf(target, part),
  };
}

/** Class numbers, or numbers as they are learned; null where the table has no such column or does not know all of it. */
function targetOf(target: TableModelSpec["target"], { table, rows }: PartRows): Tensor | null {
  if (!hasColumn(table, target.name)) return null;
  const column = columnNamed(table, target.name);
  if (target.task === "classification") return tensor(classNumbers(target, column, rows, table.source));
  const learned = toLearned(target, targetNumbers(column, rows, table.source));
  return fromTypedArray(learned, [rows.length, 1]);
}

function truthOf(target: TableModelSpec["target"], part: PartRows | undefined): Float64Array {
  if (part === undefined) return new Float64Array(0);
  const { table, rows } = part;
  if (!hasColumn(table, target.name)) return new Float64Array(rows.length).fill(Number.NaN);
  const column = columnNamed(table, target.name);
  return target.task === "classification"
    ? Float64Array.from(classNumbers(target, column, rows, table.source))
    : targetNumbers(column, rows, table.source);
}

function typedTarget(target: TableModelSpec["target"], wanted: number): Tensor {
  if (target.task === "classification")
    return tensor(Int32Array.of(typedClass(wanted, target.classes.length)));
  if (!Number.isFinite(wanted))
    throw refusal("argument", `The target is ${wanted}.`, "Give a finite number.");
  return fromTypedArray(toLearned(target, Float64Array.of(wanted)), [1, 1]);
}

/** The source of a plan, whose parts are those that training has. */
export const partsOfPlan = ({ table, split, test }: Plan): TableSource["parts"] => ({
  training: { table, rows: split.training },
  validation: { table, rows: split.validation },
  test,
});
