/** What charts show, as plain data. */

/** A curve, with a band around it where there is one. */
export interface Curve {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Whether points are joined. Default true. */
  readonly line?: boolean;
  /** Points are marked. */
  readonly points?: boolean;
  /** What is said of each point under the pointer. */
  readonly titles?: readonly string[];
}

export interface ChartOptions {
  /** Names of the axes, with their units. */
  readonly x: string;
  readonly y: string;
  /** Equal factors are equally far apart. What is not positive leaves a gap. */
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** The range of both axes: the default is what there is. */
  readonly spanX?: readonly [number, number];
  readonly spanY?: readonly [number, number];
  /** A dashed line to compare with, from its first to its second point. */
  readonly reference?: readonly [from: readonly [number, number], to: readonly [number, number]];
  /** A range of y that is shaded, such as what is healthy. */
  readonly bandY?: readonly [number, number];
  /** Where the x axis has labels: the default is round numbers. */
  readonly ticksX?: readonly number[];
  readonly labelX?: (x: number) => string;
  readonly labelY?: (y: number) => string;
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** Counts of numbers in bins: `counts[i]` of them between `edges[i]` and `edges[i + 1]`. */
export interface Bins {
  readonly edges: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/** A cell of a table: texts stand at the left, numbers at the right; null is "–". */
export type Cell = string | number | null;

export interface TableData {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}
