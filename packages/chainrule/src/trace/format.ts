/**
 * One forward and backward pass as plain data, version 1. Notation is the lecture's: z_j^(k) = Σ_i w_ij^(k) y_i^(k−1) with the bias as
 * the weight w_0j from the unit y_0 = 1, y_j^(k) = f_k(z_j^(k)), loss ℓ. Indices in symbols count from 1, places in arrays from 0.
 */
export const TRACE_VERSION = 1;

/** What a number of a trace is: an element of a value, of ∂ℓ/∂(value), or of a parameter after w ← w − η ∂ℓ/∂w. */
export type Quantity = "value" | "gradient" | "update";

/** One number of a trace: element `index` (row-major) of a quantity of the value with this id. */
export interface ElementRef {
  /** The value's id: its place in `TraceData.values`. */
  readonly value: number;
  /** Whether the element itself is meant, its gradient, or what an update makes of it. */
  readonly of: Quantity;
  /** The element's place, row-major, from 0. */
  readonly index: number;
}

/**
 * A formula as a tree, for any renderer ({@link exprText} is one). Parts that are numbers of the trace say which, by `ref`.
 *
 * - `symbol`: a letter with what stands below and above it, such as w_21^(1)
 * - `equals`, `plus`, `times`: items with the sign between them; `minus`, `fraction`, `power`: of two parts
 * - `sum`: Σ with the running index below it, such as "i"
 * - `derivative`: ∂of/∂by
 */
export type Expr =
  | {
      readonly kind: "symbol";
      readonly base: string;
      readonly sub?: string;
      readonly sup?: string;
      readonly ref?: ElementRef;
    }
  | { readonly kind: "number"; readonly value: number; readonly ref?: ElementRef }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "equals"; readonly items: readonly Expr[] }
  | { readonly kind: "plus"; readonly items: readonly Expr[] }
  | { readonly kind: "times"; readonly items: readonly Expr[] }
  | { readonly kind: "minus"; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "fraction"; readonly top: Expr; readonly bottom: Expr }
  | { readonly kind: "power"; readonly base: Expr; readonly exponent: Expr }
  | { readonly kind: "sum"; readonly over: string; readonly of: Expr }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "derivative"; readonly of: Expr; readonly by: Expr; readonly ref?: ElementRef };

/** A product that is one summand of a number, such as w_21 · y_2. */
export interface Term {
  /** Factors with what they are; the last of a backward term is a local derivative. */
  readonly factors: readonly { readonly symbol: Expr; readonly value: number; readonly ref?: ElementRef }[];
  /** The product of the factors. */
  readonly product: number;
}

/** The centred difference (ℓ(v + h) − ℓ(v − h)) / 2h beside an analytic derivative, in float64. */
export interface NumericCheck {
  /** The centred difference; NaN where it cannot be taken. */
  readonly value: number;
  /** How far v was moved to either side. */
  readonly h: number;
  /**
   * |analytic − numeric| / max(|analytic|, |numeric|, 1e-4 · max(1, |ℓ|)): at most about 1e-6 where all is well. Below the last of these,
   * rounding of ℓ drowns a difference.
   */
  readonly error: number;
  /**
   * Whether the two one-sided differences disagree (the function has a kink there) or there are none (`value` is then NaN): the comparison
   * says nothing.
   */
  readonly kink: boolean;
}

/** One number, explained. */
export interface Explained {
  /** Which number it is. */
  readonly ref: ElementRef;
  /** The number itself. */
  readonly number: number;
  /** z_1^(1), or ∂ℓ/∂z_1^(1). */
  readonly symbol: Expr;
  /** Given (an input, a weight), a sum of terms, or another function of its operands. */
  readonly how: "given" | "sum" | "function";
  /** The formula in symbols, which reads "symbol = …"; null for what is given. */
  readonly symbols: Expr | null;
  /** The same with values in the places of the symbols; null for what is given. */
  readonly values: Expr | null;
  /** The largest terms by |product|, in their own order. Empty where the number is no sum. */
  readonly terms: readonly Term[];
  /** All terms, shown or not. */
  readonly termCount: number;
  /** The sum of the terms that are not shown. */
  readonly rest: number;
  /** What the op says of itself, such as "y = tanh x"; null for what is given. */
  readonly source: { readonly op: string; readonly formula: string; readonly layer: string } | null;
  /**
   * Of a cross-entropy or a squared error, whose numbers come from several small operations, in symbols and in values: ℓ = −ln p_t
   * with ∂ℓ/∂z_j = p_j − t_j, and ℓ = Σ (y_j − t_j)² with ∂ℓ/∂y_j = 2 (y_j − t_j). Left out elsewhere.
   */
  readonly short?: { readonly symbols: Expr; readonly values: Expr };
  /** For gradients, when asked for. */
  readonly numeric: NumericCheck | null;
}

/** A tensor of the computation. */
export interface TraceValue {
  /** Its place in `TraceData.values`. */
  readonly id: number;
  /** What it is to the pass: given, in one of five ways, or computed (result). */
  readonly role: "input" | "target" | "parameter" | "buffer" | "constant" | "result";
  /** Without indices: z^(1), W^(1), x, ℓ. */
  readonly symbol: Expr;
  /** In the library's words: `0.weight`, `x`, `layer 0 (Linear)`. */
  readonly name: string;
  /** Sizes of its dimensions. */
  readonly shape: readonly number[];
  /** In the trace: float64, int32 or bool. */
  readonly dtype: string;
  /** The place in `layers` of the layer that computed it, or that it belongs to; null for inputs and other values of no layer. */
  readonly layer: number | null;
  /** Null for what is given. */
  readonly op: {
    readonly name: string;
    readonly formula: string;
    /** What it does here in words, such as "takes columns 1–8 of x"; left out where the formula says it. */
    readonly about?: string;
  } | null;
  /** Of the op, by name. A list of tensors gives several entries of one name. */
  readonly inputs: readonly { readonly name: string; readonly value: number }[];
  /** Results that are computed from it. */
  readonly usedBy: readonly number[];
  /** Whether ∂ℓ/∂(value) is there to be read. */
  readonly hasGradient: boolean;
}

/** A run of operations in one call of a module, in the order of computation. */
export interface TraceLayer {
  /** `0`, `fc1`; empty for the model itself or for what no module does. */
  readonly path: string;
  /** `Linear`, `Tanh`; for the loss `CrossEntropyLoss`. */
  readonly kind: string;
  /** What layers of this kind do, in one line; left out where the kind says nothing. */
  readonly about?: string;
  /** The lecture's number k, which goes up by one at each layer of weighted sums; 0 before the first. */
  readonly k: number;
  /** Whether it belongs to the model or to the loss. */
  readonly part: "network" | "loss";
  /** Ids of the results computed here, in order; the last is what the layer gives. */
  readonly values: readonly number[];
  /** Ids of its parameters. */
  readonly parameters: readonly number[];
  /** Ids of the results of other layers (or inputs) that it reads. */
  readonly reads: readonly number[];
}

/** One pass without its numbers: what there is, and how it hangs together. */
export interface TraceData {
  /** Of the format. */
  readonly version: typeof TRACE_VERSION;
  /** The model as it prints itself. */
  readonly model: string;
  /** The mode in which the model ran. */
  readonly mode: "train" | "eval";
  /** Rows that went through together. */
  readonly rows: number;
  /** All tensors that lead to the result, in the order of computation. An id is a place here. */
  readonly values: readonly TraceValue[];
  /** Runs of operations in one call of a module, in the order of computation. */
  readonly layers: readonly TraceLayer[];
  /** Ids of the model's inputs, in their order. */
  readonly inputs: readonly number[];
  /** Id of the target; null without one. */
  readonly target: number | null;
  /** Id of what the model gives. */
  readonly output: number;
  /** ℓ: what the loss gives, or an output of one number; null where there is neither. */
  readonly loss: {
    /** Its id. */
    readonly value: number;
    /** ℓ itself. */
    readonly number: number;
    /** ℓ of the same rows after all w ← w − η ∂ℓ/∂w at once; null where no η was given. */
    readonly after: number | null;
  } | null;
  /** η of the update; null where none was given. */
  readonly lr: number | null;
  /** Names of the units of a value where they have some: input columns, classes. By id. */
  readonly unitNames: Readonly<Record<number, readonly string[]>>;
}

/** Reads the numbers of a trace, wherever they are. All that shows a trace is written against this. */
export interface TraceReader {
  /** What there is to read, without the numbers. */
  readonly data: TraceData;
  /** Elements of a quantity, row-major, from `start` on; by default all. */
  read(value: number, of: Quantity, range?: { start: number; count: number }): Float64Array;
  /** One number with its formula. `terms` is how many are listed (default 12); `numeric` asks for the check (default false). */
  explain(ref: ElementRef, options?: { terms?: number; numeric?: boolean }): Explained;
  /** ∂(result)/∂(input) of one op for one row: [outputs, inputs], such as a softmax's full Jacobian. */
  jacobian(
    result: number,
    input: number,
    row?: number,
  ): { rows: number; columns: number; data: Float64Array };
}

/** A trace as a file: what `toJSON` gives and the JSON Schema describes. Large tensors are cut to what matters. */
export interface TraceFile extends TraceData {
  /** By id: all elements of small tensors; of large ones those listed in `indices`. */
  readonly numbers: Readonly<
    Record<
      number,
      {
        readonly indices: readonly number[] | null;
        readonly value: readonly number[];
        readonly gradient: readonly number[] | null;
        readonly update: readonly number[] | null;
      }
    >
  >;
  /**
   * The explanations of the elements above, in the order of computation, then backwards. `symbols` and `values` are null also where they
   * say no more than the terms of a sum; `traceFromFile` has them again.
   */
  readonly explained: readonly Explained[];
}
