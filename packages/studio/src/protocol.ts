/**
 * What the page and the Worker say to each other. The model, its data and all computation live in the Worker; the page knows these
 * plain types and no engine. Large arrays are transferred.
 */
import type { ElementRef, Explained, Health, Quantity, TraceData } from "chainrule/trace";

/** Built-in projects. Those of the second line are circuits: expressions without training. */
export const exampleNames = [
  "lecture",
  "mazur",
  "xor",
  "moons",
  "spiral",
  "digits",
  "penguins",
  "cubic",
  "cs231n-product",
  "cs231n-neuron",
  "cs231n-max",
  "cs231n-quotient",
  "cs231n-softmax",
  "micrograd",
  "micrograd-sanity",
  "cmu-linear",
  "cmu-softmax",
] as const;
export type ExampleName = (typeof exampleNames)[number];

export type Part = "training" | "validation" | "test";

/** What is open, without its data. */
export interface Project {
  readonly title: string;
  readonly kind: "example" | "table" | "run" | "model";
  /** A "circuit" has a number as its result and nothing to learn from. */
  readonly task: "classification" | "regression" | "circuit";
  /** One line on what it is and where it comes from. */
  readonly about: string;
  /** Names of the network's inputs (columns as they are prepared). */
  readonly inputNames: readonly string[];
  /** Names of the outputs: classes, or the target. */
  readonly outputNames: readonly string[];
  readonly target: string;
  readonly rows: Readonly<Record<Part, number>>;
  /**
   * Whether inputs are pictures of so many pixels: digits are 8 × 8. Input i is the pixel `pixels[i]` (row by row), or the pixel i
   * where that is not there: the columns of a table may lack some.
   */
  readonly picture: {
    readonly width: number;
    readonly height: number;
    readonly pixels?: readonly number[];
  } | null;
  /** Of a table or run: its columns as they were read. */
  readonly columns: readonly ColumnPreview[];
  /** The first rows as texts, by the order of `columns`. */
  readonly head: readonly (readonly string[])[];
  /** Share of each class among all rows. */
  readonly balance: readonly { readonly label: string; readonly count: number }[];
  /** What deserves a look before training: leaks, identifiers, rare classes. */
  readonly warnings: readonly string[];
  /** False for a model file that came without data: it can be traced on typed inputs, not trained. */
  readonly trainable: boolean;
  /** Steps a second that training runs at, until another pace is set: 0 for as fast as it can. Small examples are slowed down to be seen. */
  readonly pace: number;
  /** How training starts: the defaults of this project. */
  readonly config: TrainingConfig;
}

export interface ColumnPreview {
  readonly name: string;
  readonly type: "number" | "boolean" | "date" | "text";
  readonly missing: number;
  readonly distinct: number;
  /** "0.1 – 7.9", or the most frequent texts. */
  readonly summary: string;
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] } | null;
  /** Why it is not used; empty where it is. */
  readonly dropped: string;
}

/** What was dropped or chosen as files. */
export interface OpenFile {
  /** With the folder, such as `digits-1/config.json`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A table waits for its target; anything else is open. */
export type Opened =
  | { readonly state: "open"; readonly project: Project }
  | {
      readonly state: "target";
      readonly name: string;
      readonly columns: readonly ColumnPreview[];
      readonly head: readonly (readonly string[])[];
      readonly rows: number;
      readonly guess: string;
    };

/** Columns to use although they look of no use, and columns not to use. */
export interface ColumnChoice {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export const activationNames = [
  "identity",
  "sigmoid",
  "tanh",
  "relu",
  "leakyRelu",
  "elu",
  "selu",
  "gelu",
  "silu",
  "mish",
] as const;
export type ActivationName = (typeof activationNames)[number];
export const optimizerNames = ["sgd", "momentum", "adam", "adamw", "rmsprop"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export interface TrainingConfig {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly optimizer: OptimizerName;
  readonly lr: number;
  /** Rows of a step; 0 for all. */
  readonly batchSize: number;
  readonly weightDecay: number;
  readonly dropout: number;
  readonly seed: number;
}

/** Said about 20 times a second while training runs, and after each pause or step. */
export interface Progress {
  readonly running: boolean;
  readonly step: number;
  readonly epoch: number;
  readonly stepsPerSecond: number;
  /** Steps a second that training is held to; 0 for as fast as it can. */
  readonly pace: number;
  readonly lr: number;
  /** The losses of the steps since the last message, the first of them being that of step `from`: they replace all from there on. */
  readonly from: number;
  readonly losses: Float64Array;
  /** The step of each of them, where not all steps from `from` on are told: of very many, some are kept. */
  readonly steps: Float64Array | null;
  /** Measured between steps, about twice a second: risk of both parts, and the score (accuracy, or R²). */
  readonly measured: readonly Measured[];
  /** Training went back: the steps from `from` on were forgotten, and curves are cut there. */
  readonly rewound: boolean;
  /** Training stopped by values that are not finite: the first such tensor, and what to do. */
  readonly fault: { readonly problem: string; readonly remedy: string } | null;
}

/** Nothing has been trained yet. A fresh one each time: its arrays are transferred. */
export const idle = (): Progress => ({
  running: false,
  step: 0,
  epoch: 0,
  stepsPerSecond: 0,
  pace: 0,
  lr: 0,
  from: 0,
  losses: new Float64Array(0),
  steps: null,
  measured: [],
  rewound: false,
  fault: null,
});

export interface Measured {
  readonly step: number;
  readonly training: { readonly loss: number; readonly score: number };
  readonly validation: { readonly loss: number; readonly score: number } | null;
  /** ‖∇L‖₂ of the risk on the training rows that were measured: 0 at a stationary point. Null where it was not taken. */
  readonly gradientNorm: number | null;
}

/** What the model says over a plane through data space: two inputs vary, the others stand at their medians (or at a row's values). */
export interface Boundary {
  readonly x: number;
  readonly y: number;
  readonly spanX: readonly [number, number];
  readonly spanY: readonly [number, number];
  readonly size: number;
  /** [size, size, outputs], rows from the lowest y: probabilities, or predicted numbers. */
  readonly values: Float32Array;
  /** Data points with their two coordinates and truth (class number, or number). */
  readonly points: { readonly x: Float32Array; readonly y: Float32Array; readonly truth: Float32Array };
}

/** What the model says along one input: the others stand at their medians, or follow it where they are functions of it (x² of x). */
export interface Response {
  readonly x: number;
  /** [size], rising. */
  readonly inputs: Float32Array;
  /** [size, outputs]: probabilities, or predicted numbers. */
  readonly values: Float32Array;
  /** The true function at `inputs`, where the example has one. */
  readonly truth: Float32Array | null;
  /** Training rows: their coordinate and truth (class number, or number; of several outputs the first). */
  readonly points: { readonly x: Float32Array; readonly truth: Float32Array };
}

/** The numbers that training runs on, prepared, for a program outside of the app. */
export interface PreparedData {
  readonly dtype: "float32" | "float64";
  /** [rows, inputs], row-major. */
  readonly x: Float64Array;
  /** [rows] class numbers, or [rows, outputs] numbers. */
  readonly y: Float64Array;
  readonly rows: number;
  /** Whether the network of the present settings is a plain one whose weights are drawn, and not one that was opened with its weights. */
  readonly plain: boolean;
}

/** Predictions on a part. */
export type Outcome =
  | {
      readonly task: "classification";
      readonly confusion: readonly (readonly number[])[];
      readonly accuracy: number;
      readonly truth: Int32Array;
      readonly predicted: Int32Array;
      readonly probability: Float32Array;
    }
  | {
      readonly task: "regression";
      readonly truth: Float32Array;
      readonly predicted: Float32Array;
      readonly r2: number;
    };

/** Rows that a trace runs on. */
export type TraceRows =
  /** One row of a part. */
  | { readonly kind: "row"; readonly part: Part; readonly row: number }
  /** The batch that a training step saw (or will see). */
  | { readonly kind: "batch"; readonly step: number }
  /** Typed numbers in the order of `inputNames`; the target by its number (class, or value), or null. */
  | { readonly kind: "typed"; readonly inputs: readonly number[]; readonly target: number | null };

export interface TraceRequest {
  /** The step whose weights are used: those before its update. -1 for the weights as they are now. */
  readonly step: number;
  readonly rows: TraceRows;
}

/** A change of one number of a given value: a weight, an input, the target. */
export interface Edit {
  readonly value: number;
  readonly index: number;
  readonly number: number;
}

export interface RowPreview {
  readonly row: number;
  /** As texts: the columns of a table; inputs of an example. */
  readonly cells: readonly { readonly name: string; readonly text: string }[];
  readonly inputs: Float64Array;
  readonly truth: string;
  readonly predicted: string;
}

/** A run in the comparison. */
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  /** Its settings; of a run that was opened those that it was trained with, as far as this app has names for them. */
  readonly config: Partial<TrainingConfig>;
  readonly steps: number;
  readonly weights: number;
  readonly score: number;
  readonly loss: number;
  readonly seconds: number;
  readonly curve: {
    readonly steps: readonly number[];
    readonly training: readonly number[];
    readonly validation: readonly number[];
  };
}

/** The Worker, as the page sees it through Comlink: every call gives a promise. Errors carry the sentence to show, with its remedy. */
export interface StudioWorker {
  openExample(name: ExampleName, config?: Partial<TrainingConfig>): Opened;
  openFiles(files: readonly OpenFile[]): Opened;
  /** Goes on with a table whose target is chosen. */
  chooseTarget(target: string, choice?: ColumnChoice): Opened;
  /** Starts anew with these settings. */
  configure(config: TrainingConfig): Project;
  run(): void;
  pause(): void;
  /** One step. */
  step(): void;
  /** Back (or forth) to the state before step `step`, exactly. */
  rewind(step: number): void;
  setRate(lr: number): void;
  /** Holds training to so many steps a second; 0 for as fast as it can. It stays for the next trainings of what is open. */
  setPace(stepsPerSecond: number): void;
  /** The page's listener, by Comlink.proxy. Called with the present state at once. */
  listen(listener: (progress: Progress) => void): void;
  boundary(x: number, y: number, size: number, row?: { part: Part; row: number }): Boundary;
  response(x: number, size: number): Response;
  outcome(part: Part): Outcome;
  preparedData(part: Part): PreparedData;
  row(part: Part, row: number): RowPreview;
  /** Opens a trace, which stays open until the next one. Edits of the last are dropped. */
  trace(request: TraceRequest): TraceData;
  traceRead(value: number, of: Quantity, range?: { start: number; count: number }): Float64Array;
  traceExplain(ref: ElementRef, options?: { terms?: number; numeric?: boolean }): Explained;
  traceJacobian(
    result: number,
    input: number,
    row?: number,
  ): { rows: number; columns: number; data: Float64Array };
  /** All edits that hold from now on; an empty list undoes them. The trace is computed anew. */
  traceEdit(edits: readonly Edit[]): TraceData;
  /** Health of the model now; while watched, it is also taken about 4 times a second into the history. */
  health(): Health;
  watchHealth(on: boolean): void;
  /** Its samples, of a long history thinned where there are many: by default all, or those after a step. */
  healthHistory(after?: number): readonly { readonly step: number; readonly health: Health }[];
  /** Keeps the present training for the comparison. */
  keepRun(name: string): RunSummary;
  runs(): readonly RunSummary[];
  /** Opens a kept run again as it was kept: its settings, its weights and its step; training can go on and back from there. */
  openRun(id: string): Project;
  dropRun(id: string): void;
  /** The model as a file that this app opens, and where it is a table's model, `load` of chainrule too. */
  modelFile(): { readonly name: string; readonly bytes: Uint8Array };
  /** A trace as a file, by `Trace.toJSON`: its schema is chainrule's trace.schema.json. */
  traceFile(request: TraceRequest): { readonly name: string; readonly json: string };
  /** The report of what is open, as one HTML file. */
  report(): { readonly name: string; readonly html: string };
}
