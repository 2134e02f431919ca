import { modes, withMode } from "../core/modes.ts";
import { type Args, apply, type Op } from "../core/op.ts";
import { currentScope, type Scope } from "../core/scope.ts";
import { Tensor } from "../core/tensor.ts";
import { compare, type Differentiable, derivativeOf, type Tolerances } from "./differences.ts";

/** An op as it ran. */
interface Application {
  readonly op: Op;
  readonly args: Record<string, unknown>;
  readonly scope: Scope | null;
}

/** The first op of a function whose own derivative is wrong, with its layer and input; null when all are right. */
export function culprit(
  fn: Differentiable,
  inputs: readonly Tensor[],
  tolerances: Tolerances,
  order: 1 | 2,
): string | null {
  for (const { op, args, scope } of applicationsIn(fn, inputs)) {
    for (const name of op.inputs) {
      const value = args[name];
      if (!op.vjp[name]) continue;
      const list = Array.isArray(value) ? value : [value];
      for (const [k, item] of list.entries()) {
        if (!(item instanceof Tensor) || !item.requiresGrad || item.dtype !== "float64") continue;
        if (isWrong(op, args, name, item, tolerances, order))
          return `op ${op.name}${scope ? ` in ${scope.describe()}` : ""} with respect to ${inputName(op, args, name, Array.isArray(value) ? k : null)}`;
      }
    }
  }
  return null;
}

/** An input of an op in the words of whoever calls it; `k` is its place in a list that goes under the name, null where there is none. */
export function inputName(op: Op, args: unknown, name: string, k: number | null): string {
  if (op.custom) return `its argument ${(args as { places: readonly number[] }).places[k ?? 0]}`;
  return k === null ? `its "${name}"` : `number ${k} of its "${name}"`;
}

function applicationsIn(fn: Differentiable, inputs: readonly Tensor[]): Application[] {
  const found: Application[] = [];
  const applied = (op: Op, args: Args): void => {
    found.push({ op, args: { ...args }, scope: currentScope() });
  };
  withMode("observer", { applied }, () => fn(...inputs));
  return found;
}

function isWrong(
  op: Op,
  args: Record<string, unknown>,
  name: string,
  item: Tensor,
  tolerances: Tolerances,
  order: 1 | 2,
): boolean {
  const x = Tensor.over(Float64Array.from(item.data), item.shape, "float64").requiresGrad_();
  const alone: Differentiable = (moved) => {
    const value = args[name];
    return apply(op, {
      ...args,
      [name]: Array.isArray(value) ? value.map((other) => (other === item ? moved : other)) : moved,
    });
  };
  const options: Tolerances = { ...tolerances, directions: 3, skipKinks: true };
  const observer = modes.observer;
  modes.observer = null;
  try {
    if (order === 1) return compare(alone, [x], [0], options).mismatch !== null;
    const y = alone(x) as Tensor;
    const dy = Tensor.over(new Float64Array(y.numel).fill(1), y.shape, "float64").requiresGrad_();
    return compare(derivativeOf(alone, 1), [x, dy], [0, 1], options).mismatch !== null;
  } catch {
    return false; // cannot be run by itself
  } finally {
    modes.observer = observer;
  }
}
