/** The best-known derivative of a classifier, ∂ℓ/∂z = p − t, which hides in the derivative of log softmax. */
import type { Expr, Quantity } from "./format.ts";
import { dimsOf, groupOf } from "./meaning.ts";
import type { Slot, Value } from "./record.ts";
import type { Symbols } from "./symbols.ts";

/**
 * ∂ℓ/∂z_i as s (p_i − t_i), where the gradients of log softmax are −s t: those of a cross-entropy with targets t and weight s. Null
 * where they are of another kind. p and t have the indices of z: here t is one number for each output, 0 or 1 for a class.
 */
export function probabilityMinusTarget(
  known: { readonly symbols: Symbols; number(value: Value, of: Quantity, index: number): number },
  slot: Slot,
  index: number,
): { symbols: Expr; values: Expr } | null {
  const { step } = slot;
  // ∂y_j/∂x_i of log softmax
  if (step.op.derivative?.x !== "δᵢⱼ − e^yᵢ") return null;
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
