/** What a report tells, as plain data. Types alone: whoever gathers the data needs no page. */
import type {
  Baseline,
  CalibrationReport,
  Coverage,
  Importance,
  PartialDependence,
  Risk,
  Scores,
} from "chainrule/tables";
import type { Health, TraceFile } from "chainrule/trace";
import type { EpochReport } from "chainrule/train";
import type { Cell, ChartOptions, Curve } from "../parts/charts/types.d.ts";

export type { Bar, Cell, ChartOptions, Curve, TableData } from "../parts/charts/types.d.ts";

/** A report of a model. What is not known is left out. */
export interface ReportData {
  readonly title: string;
  /** Names and values: what was trained on what, and how. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The target's name. */
  readonly target: string;
  /** Of which rows the scores are. */
  readonly scored: string;
  /** Of a table's test rows; a model without a test has none. */
  readonly scores?: Scores;
  readonly baselines?: readonly Baseline[];
  readonly risk?: Risk;
  readonly coverage?: readonly Coverage[];
  readonly calibration?: CalibrationReport | null;
  readonly history?: readonly EpochReport[];
  /** Other curves of training. */
  readonly curves?: readonly Picture[];
  /** Where `scores` does not tell it: rows by true class and by predicted class. */
  readonly confusion?: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
  /** Rows with a number as their target: true and predicted. */
  readonly points?: { readonly truth: ArrayLike<number>; readonly predicted: ArrayLike<number> };
  readonly explanation?: Explanation;
  readonly health?: ReportHealth;
  readonly rows?: readonly ReportRow[];
  readonly reproduce?: Reproduction;
  /** Columns that are not used, with the reason. */
  readonly dropped?: readonly { readonly name: string; readonly detail: string }[];
}

/** Curves with their axes. */
export interface Picture extends ChartOptions {
  readonly title: string;
  readonly curves: readonly Curve[];
}

/** What a model's predictions depend on. */
export interface Explanation {
  /** Rows that the columns were shuffled over. */
  readonly rows: number;
  /** Columns that the model reads, and how many of them were shuffled: of very many those that move predictions most. */
  readonly columns: number;
  readonly tested: number;
  /** The most important columns, the most important first. */
  readonly importance: readonly Importance[];
  /** How predictions follow the first few of them. */
  readonly dependence: readonly PartialDependence[];
}

export interface ReportHealth {
  readonly health: Health;
  /** Which rows it was taken over: `validation rows`. */
  readonly part: string;
}

/** A row to look at closely. */
export interface ReportRow {
  /** `Row 17`. */
  readonly title: string;
  readonly verdict: "right" | "wrong" | "uncertain" | "near" | "far";
  readonly truth: string;
  readonly predicted: string;
  /** The probability of each class, the most probable first; none for numbers. */
  readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
  /** Columns with their values as texts. */
  readonly cells: readonly { readonly name: string; readonly text: string }[];
  /** Its pass through the network, to go through step by step. */
  readonly trace: TraceFile | null;
}

/** How to get the same model again. */
export interface Reproduction {
  /** Lines for a terminal. */
  readonly commands: readonly string[];
  /** Names and values: seed, versions, fingerprint of the data. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly note: string;
}

/** A search over settings. */
export interface SearchData {
  readonly title: string;
  readonly sentences: readonly string[];
  readonly notes: readonly string[];
  /** What mattered: a picture for each setting. */
  readonly mattersNote: string;
  readonly matters: readonly Picture[];
  readonly trials: { readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] };
}
