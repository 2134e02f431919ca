/** What an example says of itself. All of it is a pure function of its settings, so that a link shows the same to everyone. */
import type { nn, Tensor } from "chainrule";
import type { ExampleName, TrainingConfig } from "../protocol.ts";

interface Described {
  readonly name: ExampleName;
  readonly title: string;
  /** One line on what it is and where it comes from. */
  readonly about: string;
}

/** Rows of an example, as tensors that share their first dimension. */
export interface Rows {
  /** [rows, inputs], float. */
  readonly x: Tensor;
  /** Class numbers int32 [rows], or numbers as the model gives them. */
  readonly y: Tensor;
}

/** A network with data to learn from. */
export interface NetworkExample extends Described {
  readonly kind: "network";
  readonly task: "classification" | "regression";
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly target: string;
  readonly picture: { readonly width: number; readonly height: number } | null;
  /** The settings that it begins with. */
  readonly config: TrainingConfig;
  /** Steps a second at which one sees it learn. */
  readonly pace: number;
  /** Where inputs are functions of one number, as x² is of x: the inputs, and the true target, of that number. */
  readonly curve: {
    readonly inputs: (x: number) => readonly number[];
    readonly truth: (x: number) => number;
  } | null;
  /** The bundled file that `rows` needs the text of; null where rows are computed. */
  readonly file: string | null;
  /** The parts that there are: training rows, and rows held back. */
  rows(text: string): {
    readonly training: Rows;
    readonly validation: Rows | null;
    readonly test: Rows | null;
  };
  /** The model of some settings, with weights drawn from the default generator: seed it first. */
  model(config: TrainingConfig): nn.Module;
  /** Of outputs and targets: one number. */
  loss(): nn.Module;
}

/** An expression whose derivatives are looked at, without anything to learn from. */
export interface CircuitExample extends Described {
  readonly kind: "circuit";
  /** The leaves by name, float64. Those of several elements are vectors or matrices. */
  readonly inputs: readonly { readonly name: string; readonly value: Tensor }[];
  /** A function of tensors in the order of `inputs`, or a module. */
  compute(): nn.Module | ((...inputs: Tensor[]) => Tensor);
  /** For a loss: what is compared with the target. */
  readonly loss?: () => nn.Module;
  readonly target?: Tensor;
  /** ∂ℓ/∂(result), where the example gives it instead of a loss. */
  readonly gradient?: Tensor;
  readonly outputNames: readonly string[];
}

export type Example = NetworkExample | CircuitExample;
