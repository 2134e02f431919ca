/** What a session is about: data, a model to make, and a loss. Made from an example, a table, a run or a model's file. */
import type { nn, Tensor } from "chainrule";
import type { PlanEvaluation } from "chainrule/tables";
import type { NetworkExample } from "../../examples/index.ts";
import type { ExampleName, Part, Project, RowPreview, TrainingConfig } from "../../protocol.ts";

/** Rows as tensors that share their first dimension. */
export interface PartData {
  readonly rows: number;
  /** The model's inputs: x [rows, inputs], and codes int32 [rows, columns] where the model takes them. */
  readonly inputs: readonly Tensor[];
  /** Class numbers int32, or numbers as they are learned; null where nothing is known of the truth. */
  readonly target: Tensor | null;
}

export interface Problem {
  readonly task: "classification" | "regression";
  /** What the page is told, without what changes. */
  readonly told: Omit<Project, "config">;
  /** The settings to begin with. */
  readonly config: TrainingConfig;
  readonly parts: Readonly<Record<Part, PartData>>;
  /** The built-in example that it is; null for others. */
  readonly example: ExampleName | null;
  /** Scores on the test rows, with what they are to be held against; only a planned table has them. */
  evaluate?(model: nn.Module): PlanEvaluation;
  /** Whether the network of some settings is a plain one, whose weights are drawn or given by the example. */
  plain(config: TrainingConfig): boolean;
  /** Where inputs are functions of one number: see `NetworkExample`. */
  readonly curve?: NetworkExample["curve"];
  /** Numbers that the model gives for a row. */
  readonly outputs: number;
  /** The model of some settings, with weights drawn from the default generator, which has been seeded. */
  model(config: TrainingConfig): nn.Module;
  /** Module of (outputs, target): one number. */
  loss(): nn.Module;
  /** From outputs of the model, row by row: probabilities of the classes, or numbers in the target's own units. */
  answers(outputs: Float64Array): Float64Array;
  /** True numbers in the target's own units, or classes, row by row; NaN where they are not known. */
  truth(part: Part): Float64Array;
  /** The columns of a row as texts. */
  cells(part: Part, row: number): RowPreview["cells"];
  /** The model as a file. */
  file(model: nn.Module, config: TrainingConfig): Uint8Array;
  /** Tensors of typed numbers in the order of the input names, and of a target (a class, or a number in its own units). */
  typed(inputs: readonly number[], target: number | null): PartData;
}

export const partNames: readonly Part[] = ["training", "validation", "test"];

export const noRows: PartData = { rows: 0, inputs: [], target: null };
