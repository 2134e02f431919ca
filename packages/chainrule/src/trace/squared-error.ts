/** The squared error, which hides in a difference, its square, and a sum or a mean. */
import type { Expr, Quantity } from "./format.ts";
import type { Slot, Step, Value } from "./record.ts";
import { largest, numberOf, product, total } from "./sums.ts";
import type { Symbols } from "./symbols.ts";

interface Known {
  readonly values: readonly Value[];
  readonly symbols: Symbols;
  /** The value that gradients start from. */
  readonly start: Value;
  number(value: Value, of: Quantity, index: number): number;
}

interface Written {
  readonly symbols: Expr;
  readonly values: Expr;
}

/** ℓ = c Σ_i (y_i − t_i)², 1/n of the mean over n numbers: in symbols and in values. Null for any other loss. */
export function squaredErrorAt(known: Known, loss: Value, most: number): Written | null {
  const differences = known.values.flatMap(({ step }) =>
    step?.part === "loss" && isDifference(step) ? [step] : [],
  );
  const [step] = differences;
  const scale = differences.length === 1 ? scaleOf(known, step) : null;
  if (scale === null || loss !== known.start) return null;
  const { data } = step.result.tensor;
  const { shown } = largest(
    Array.from(data, (d, i) => ({ product: d * d, i })),
    most,
  );
  const sum = (by: keyof Written): Expr =>
    product([
      ...coefficient(scale),
      total(
        shown.map(({ i }) => square(difference(known, step.slots, i)[by])),
        shown.length < data.length,
      ),
    ]);
  return { symbols: sum("symbols"), values: sum("values") };
}

/** ∂ℓ/∂y_i = 2 c (y_i − t_i) where ℓ = c Σ_i (y_i − t_i)², of either side. Null for any other loss. */
export function errorTimesTwo(known: Known, slot: Slot, index: number): Written | null {
  const { step } = slot;
  const scale = step.part === "loss" && isDifference(step) ? scaleOf(known, step) : null;
  if (scale === null) return null;
  const sides = slot === step.slots[0] ? step.slots : [step.slots[1], step.slots[0]];
  const written = difference(known, sides, index);
  const scaled = (by: keyof Written): Expr => product([...coefficient(2 * scale), written[by]]);
  return { symbols: scaled("symbols"), values: scaled("values") };
}

/** A difference of two tensors of one shape. */
function isDifference({ op, slots, result }: Step): boolean {
  const isWhole = ({ value }: Slot): boolean => value?.tensor.numel === result.tensor.numel;
  return op.name === "sub" && slots.length === 2 && slots.every(isWhole);
}

/** Found scales by the difference; each pass has values of its own. */
const scales = new WeakMap<Value, number | null>();

/** c where ℓ = c Σ d² over the results d of the difference, so that ∂ℓ/∂d = 2 c d; null where the loss is another one. */
function scaleOf(known: Known, { result }: Step): number | null {
  const found = scales.get(result);
  if (found !== undefined) return found;
  const data = Array.from(result.tensor.data);
  const squares = data.reduce((sum, d) => sum + d * d, 0);
  const ℓ = known.start.tensor.data[0];
  const scale = ℓ / squares;
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
  const holds =
    squares > 0 &&
    scale > 0 &&
    data.every((d, i) => isClose(known.number(result, "gradient", i), 2 * scale * d));
  scales.set(result, holds ? scale : null);
  return holds ? scale : null;
}

/** One side less the other, at an element. */
function difference(known: Known, [left, right]: readonly Slot[], index: number): Written {
  const side = ({ value }: Slot) => {
    const of = value as Value;
    const ref = { value: of.id, of: "value", index } as const;
    return {
      symbol: known.symbols.operand(of, index),
      number: numberOf(known.number(of, "value", index), ref),
    };
  };
  const [a, b] = [side(left), side(right)];
  return {
    symbols: { kind: "minus", left: a.symbol, right: b.symbol },
    values: { kind: "minus", left: a.number, right: b.number },
  };
}

const square = (base: Expr): Expr => ({ kind: "power", base, exponent: numberOf(2) });

/** A factor before a sum: none for 1, a fraction for 1/n and 2/n. */
function coefficient(scale: number): Expr[] {
  if (isNear(scale, 1)) return [];
  for (const top of [1, 2]) {
    const bottom = Math.round(top / scale);
    if (bottom > 1 && isNear(scale * bottom, top))
      return [{ kind: "fraction", top: numberOf(top), bottom: numberOf(bottom) }];
  }
  return [numberOf(scale)];
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * b;
