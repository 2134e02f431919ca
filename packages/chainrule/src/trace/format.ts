/**
 * One forward and backward pass as plain data, version 1. Notation is the lecture's: z_j^(k) = Σ_i w_ij^(k) y_i^(k−1) with the bias as
 * the weight w_0j from the unit y_0 = 1, y_j^(k) = f_k(z_j^(k)), loss ℓ. Indices in symbols count from 1, places in arrays from 0.
 */
export const TRACE_VERSION = 1;

/** What a number of a trace is: an element of a value, of ∂ℓ/∂(value), or of a parameter after w ← w − η ∂ℓ/∂w. */
export type Quantity = "value" | "gradient" | "update";

/** One number of a trace: element `index` (row-major) of a quantity of the value with this id. */
export interface ElementRef {
  readonly value: number;
  readonly of: Quantity;
  readonly index: number;
}

/** A formula as a tree, for any renderer. Parts that are numbers of the trace say which. */
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
  /** Items with " = " between them. */
  | { readonly kind: "equals"; readonly items: readonly Expr[] }
  | { readonly kind: "plus"; readonly items: readonly Expr[] }
  | { readonly kind: "times"; readonly items: readonly Expr[] }
  | { readonly kind: "minus"; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "fraction"; readonly top: Expr; readonly bottom: Expr }
  | { readonly kind: "power"; readonly base: Expr; readonly exponent: Expr }
  /** Σ with the running index below it, such as "i". */
  | { readonly kind: "sum"; readonly over: string; readonly of: Expr }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  /** ∂of/∂by. */
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
  readonly value: number;
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
  readonly ref: ElementRef;
  readonly number: number;
  /** z_1^(1), or ∂ℓ/∂z_1^(1). */
  readonly symbol: Expr;
  /** Given (an input, a weight), a sum of terms, or another function of its operands. */
  readonly how: "given" | "sum" | "function";
  /** The formula in symbols, then with values; empty for what is given. Each reads "symbol = …". */
  readonly symbols: Expr | null;
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
   * Of a cross-entropy, whose numbers come from several small operations: ℓ = −ln p_t, and ∂ℓ/∂z_j = p_j − t_j, in symbols and in
   * values. Left out elsewhere.
   */
  readonly short?: { readonly symbols: Expr; readonly values: Expr };
  /** For gradients, when asked for. */
  readonly numeric: NumericCheck | null;
}

/** A tensor of the computation. */
export interface TraceValue {
  readonly id: number;
  readonly role: "input" | "target" | "parameter" | "buffer" | "constant" | "result";
  /** Without indices: z^(1), W^(1), x, ℓ. */
  readonly symbol: Expr;
  /** In the library's words: `0.weight`, `x`, `layer 0 (Linear)`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** The place in `layers` of the layer that computed it, or that it belongs to. */
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
  readonly part: "network" | "loss";
  /** Ids of the results computed here, in order; the last is what the layer gives. */
  readonly values: readonly number[];
  readonly parameters: readonly number[];
  /** Ids of the results of other layers (or inputs) that it reads. */
  readonly reads: readonly number[];
}

/** One pass without its numbers: what there is, and how it hangs together. */
export interface TraceData {
  readonly version: typeof TRACE_VERSION;
  /** The model as it prints itself. */
  readonly model: string;
  readonly mode: "train" | "eval";
  /** Rows that went through together. */
  readonly rows: number;
  readonly values: readonly TraceValue[];
  readonly layers: readonly TraceLayer[];
  /** Ids. `inputs` are those of the model; `output` is what the model gives, `loss` one number or null without a target. */
  readonly inputs: readonly number[];
  readonly target: number | null;
  readonly output: number;
  readonly loss: {
    readonly value: number;
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
