/** The best-known derivative of a classifier, ∂ℓ/∂z = p − t, which hides in the derivative of log softmax. */
import type { Expr, Quantity } from "./format.ts";
import { dimsOf, groupOf } from "./meaning.ts";
import type { Slot, Step, Value } from "./record.ts";
import { equals, numberOf, product, total } from "./sums.ts";
import type { Symbols } from "./symbols.ts";

interface Known {
  readonly symbols: Symbols;
  number(value: Value, of: Quantity, index: number): number;
}

/**
 * ∂ℓ/∂z_i as s (p_i − t_i), where the gradients of log softmax are −s t: those of a cross-entropy with targets t and weight s. Null
 * where they are of another kind. p and t have the indices of z: here t is one number for each output, 0 or 1 for a class.
 */
export function probabilityMinusTarget(
  known: Known,
  slot: Slot,
  index: number,
): { symbols: Expr; values: Expr } | null {
  const { step } = slot;
  if (!isLogSoftmax(step)) return null;
  const group = groupOf(step, dimsOf(step) ?? [], index);
  const sent = group.map((j) => known.number(step.result, "gradient", j));
  const weight = -sent.reduce((sum, dy) => sum + dy, 0);
  const targets = sent.map((dy) => -dy / weight);
  if (!(weight > 0 && targets.every((t) => t >= 0))) return null;
  const i = group.indexOf(index);
  const z = slot.value && known.symbols.element(slot.value, "value", index);
  const places = z?.kind === "symbol" && z.sub !== undefined ? { sub: z.sub } : {};
  const scaled = (left: Expr, right: Expr): Expr => {
    const difference: Expr = { kind: "minus", left, right };
    // The share of a row in the mean of a batch
    return weight === 1
      ? difference
      : { kind: "times", items: [{ kind: "number", value: weight }, difference] };
  };
  const ref = { value: step.result.id, of: "value", index } as const;
  return {
    symbols: scaled({ kind: "symbol", base: "p", ...places, ref }, { kind: "symbol", base: "t", ...places }),
    values: scaled(
      { kind: "number", value: Math.exp(step.result.tensor.data[index]) },
      { kind: "number", value: targets[i] },
    ),
  };
}

/**
 * ℓ of a cross-entropy: −ln p_t for a class t, −Σ_j t_j ln p_j for shares t_j, and of a batch the mean. It is one where
 * ℓ = Σ ∂ℓ/∂y · y over the results y = ln p of the one log softmax that the loss has. Null for any other loss.
 */
export function crossEntropyAt(
  known: Known & { readonly values: readonly Value[] },
  loss: Value,
  most: number,
): { symbols: Expr; values: Expr } | null {
  const softmaxes = known.values.flatMap(({ step }) =>
    step?.part === "loss" && isLogSoftmax(step) ? [step] : [],
  );
  const [step] = softmaxes;
  if (softmaxes.length !== 1) return null;
  const { data, shape } = step.result.tensor;
  const classes = shape[shape.length - 1] ?? 1;
  const [dim] = dimsOf(step) ?? [];
  if (dim !== shape.length - 1 && dim !== -1) return null;
  const slope = Float64Array.from(data, (_, i) => known.number(step.result, "gradient", i));
  const sum = slope.reduce((total, dy, i) => (dy === 0 ? total : total + dy * data[i]), 0);
  const ℓ = loss.tensor.data[0];
  if (!(Math.abs(sum - ℓ) <= 1e-9 * Math.max(1, Math.abs(ℓ)))) return null;
  const rows = data.length / classes;
  const p = (index: number, sub: string) => {
    const ref = { value: step.result.id, of: "value", index } as const;
    return {
      symbol: { kind: "symbol", base: "p", sub, ref } as const,
      number: { kind: "number", value: Math.exp(data[index]), ref } as const,
    };
  };
  const truths = Array.from({ length: rows }, (_, row) => {
    const places = Array.from({ length: classes }, (_, j) => row * classes + j).filter((i) => slope[i] !== 0);
    return places.length === 1 && Math.abs(slope[places[0]] * rows + 1) < 1e-9 ? places[0] : null;
  });
  if (rows === 1) {
    const [truth] = truths;
    if (truth !== null) {
      const { symbol, number } = p(truth, String(truth + 1));
      return {
        symbols: equals(negative(ln(p(truth, "t").symbol)), negative(ln(symbol))),
        values: negative(ln(number)),
      };
    }
    const shares = Array.from(slope, (dy, j) => ({ t: -dy, ...p(j, String(j + 1)) })).slice(0, most);
    const sumOf = (items: readonly Expr[]): Expr => negative(total(items, classes > most));
    return {
      symbols: sumOf(
        shares.map(({ symbol }) => product([{ kind: "symbol", base: "t", sub: symbol.sub }, ln(symbol)])),
      ),
      values: sumOf(shares.map(({ t, number }) => product([numberOf(t), ln(number)]))),
    };
  }
  if (!truths.every((truth) => truth !== null)) return null;
  const shown = truths.slice(0, most).map((truth) => negative(ln(p(truth, "").number)));
  const share: Expr = { kind: "fraction", top: numberOf(1), bottom: numberOf(rows) };
  return {
    symbols: product([
      share,
      { kind: "sum", over: "n", of: negative(ln({ kind: "symbol", base: "p", sub: "nt" })) },
    ]),
    values: product([share, total(shown, rows > most)]),
  };
}

/** ∂y_j/∂x_i of log softmax */
const isLogSoftmax = (step: Step): boolean => step.op.derivative?.x === "δᵢⱼ − e^yᵢ";
const ln = (of: Expr): Expr => ({ kind: "call", name: "ln", args: [of] });
const negative = (of: Expr): Expr => ({ kind: "minus", left: { kind: "text", text: "" }, right: of });
