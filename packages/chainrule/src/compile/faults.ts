/**
 * What stopped a program, in the words of eager code. A program notes only that a kernel met a fault, and kernels run in another
 * order than the function; but a fault changes no state, so that the host can look again at everything that the function checks,
 * in the order of recording.
 */
import type { Source, Value, View } from "../core/graph.ts";
import type { Interpreter } from "../core/primitives.ts";
import type { Telling } from "../core/recording.ts";
import type { Tensor } from "../core/tensor.ts";
import { allocate, type TypedArray } from "../shape/dtype.ts";
import { numel } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { Evaluation, type Inputs } from "./evaluate.ts";
import { runSource } from "./run.ts";
import { isGiven, viewsOf } from "./sources.ts";
import { isView } from "./views.ts";

/** A value whose computation checks what it reads, and how the function tells of it, from the inside out. */
export interface Check {
  readonly value: Value;
  readonly told: { readonly telling: Telling; readonly about: View | null }[];
}

/** Whether computing a value may find what no program can go on with: an index out of range, a whole number divided by zero. */
export function mayStop({ source, dtype }: Pick<Value, "source" | "dtype">): boolean {
  switch (source.kind) {
    case "gather":
    case "scatter":
      return true;
    case "binary":
      return dtype === "int32" && (source.op === "div" || source.op === "remainder");
    default:
      return false;
  }
}

/** The error of the first check that fails; undefined where none does, or where draws decide, which cannot be repeated. */
export function findFault(
  checks: readonly Check[],
  inputs: Inputs,
  host: Interpreter,
): ChainruleError | undefined {
  const evaluation = new Evaluation(inputs, host);
  /** What a view shows in this run. */
  const shown = (view: View): Tensor | undefined => {
    const needed = originsOf(view.value);
    if (needed.some(({ source }) => source.kind === "random")) return undefined;
    for (const value of needed) evaluation.elements(value);
    return evaluation.shown(view);
  };
  for (const { value, told } of checks) {
    const checked = checkedBy(value.source);
    if (checked && !shown(checked)) continue;
    // The other operands decide nothing: those that would have to be computed are left at 0.
    const elements = (view: View): TypedArray => {
      const { source, dtype, shape } = view.value;
      const isKnown = view === checked || isGiven(source);
      return isKnown ? evaluation.elements(view.value) : allocate(dtype, numel(shape));
    };
    try {
      runSource(value.source, value, host, elements);
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      const found = told.reduce(
        (e, { telling, about }) => telling(e, about ? shown(about) : undefined),
        error,
      );
      return value.scope ? found.within(value.scope.describe()) : found;
    }
  }
  return undefined;
}

/** A value and all that it is computed from, in the order of recording. */
function originsOf(value: Value): Value[] {
  const found = new Set([value]);
  for (const { source } of found) for (const view of viewsOf(source)) found.add(view.value);
  return [...found].sort((a, b) => a.id - b.id);
}

/** The operand that a check is about: an index or a divisor. */
function checkedBy(source: Source): View | undefined {
  switch (source.kind) {
    case "gather":
    case "scatter":
      return source.index;
    case "binary":
      return isView(source.b) ? source.b : undefined;
    default:
      return undefined;
  }
}
