/** What the names in an op's formulas mean at one element of its result. */
import { unravelIndex } from "../tensor/index.ts";
import type { ElementRef, Expr } from "./format.ts";
import type { Bound, Meaning } from "./formula.ts";
import type { Slot, Step, Value } from "./record.ts";
import type { Symbols } from "./symbols.ts";

/** Where an op's elements come from: one by one, or a group along some dimensions. */
export interface Place {
  readonly step: Step;
  /** The element of the result. */
  readonly result: number;
  /** The elements of the input `x` in the group of the result; null for an op that works element by element. */
  readonly group: readonly number[] | null;
  /** The place in the group that `i` stands for; and of the result, `j`. */
  readonly bound: Bound;
}

/** The dimensions along which an op works; null for one that works element by element or otherwise. */
export function dimsOf(step: Step): readonly number[] | null {
  const { dim, dims } = step.args as { dim?: number; dims?: readonly number[] };
  const { ndim } = (step.slots[0]?.value as Value | null)?.tensor ?? { ndim: 0 };
  if (Array.isArray(dims)) return dims as readonly number[];
  if (typeof dim === "number") return ndim === 0 ? [] : [dim];
  const isReduced =
    "dim" in step.args || (step.slots.length === 1 && step.result.tensor.ndim === 0 && ndim > 0);
  return isReduced && step.op.vjp.x !== undefined ? Array.from({ length: ndim }, (_, d) => d) : null;
}

/** The elements of the first input that stand in one line with an element of the result. */
export function groupOf(step: Step, dims: readonly number[], result: number): number[] {
  const x = step.slots[0].value?.tensor.shape ?? [];
  const shape = step.result.tensor.shape;
  const places = unravelIndex(result, shape);
  // A reduction may have dropped its dimensions.
  const isDropped = shape.length === x.length - dims.length && dims.length > 0;
  let next = 0;
  const fixed = x.map((_, d) => {
    if (!dims.includes(d)) return places[isDropped ? next++ : d];
    return 0;
  });
  let group = [0];
  x.forEach((size, d) => {
    const along = dims.includes(d) ? Array.from({ length: size }, (_, k) => k) : [fixed[d]];
    group = group.flatMap((at) => along.map((k) => at * size + k));
  });
  return group;
}

/** The element of an input that stands at a place of the result, where it broadcasts to it; null where it does not. */
export function elementAt(slot: Slot, index: number, shape: readonly number[]): number | null {
  const own = slot.value?.tensor.shape ?? [];
  if (own.length > shape.length || isLeftOut(slot)) return null;
  const places = unravelIndex(index, shape).slice(shape.length - own.length);
  let at = 0;
  for (let d = 0; d < own.length; d++) {
    if (own[d] !== shape[shape.length - own.length + d] && own[d] !== 1) return null;
    at = at * own[d] + (own[d] === 1 ? 0 : places[d]);
  }
  return at;
}

/** Whether nothing was given for an input. */
export const isLeftOut = ({ value, number }: Slot): boolean => value === null && Number.isNaN(number);

/** Where an op that has formulas works: element by element, or along dimensions; null for any other. */
export function placeAt(step: Step, index: number): Place | null {
  const dims = dimsOf(step);
  if (dims) {
    const group = groupOf(step, dims, index);
    return { step, result: index, group, bound: isLine(step) ? { i: group.indexOf(index) } : {} };
  }
  const { shape } = step.result.tensor;
  const fits = step.slots.every((slot) => isLeftOut(slot) || elementAt(slot, index, shape) !== null);
  return fits ? { step, result: index, group: null, bound: {} } : null;
}

/** The names of an op's inputs, attributes and result at a place, and `n`, `x̄`, `δᵢⱼ`. */
export function meaningOf(place: Place, symbols: Symbols, most: number): Meaning {
  const { step, group } = place;

  /** The element that a name with subscripts means; null for no element. */
  const element = (name: string, sub: string, bound: Bound): { value: Value; index: number } | null => {
    if (name === "y") {
      const own = sub === "" || !group ? place.result : placeOf(sub, bound);
      return own === null ? null : { value: step.result, index: own };
    }
    const slot = step.slots.find((s) => s.name === name);
    if (!slot?.value) return null;
    if (sub !== "" && group) {
      const own = placeOf(sub, bound);
      return own === null ? null : { value: slot.value, index: own };
    }
    if (group) return null;
    const own = elementAt(slot, place.result, step.result.tensor.shape);
    return own === null ? null : { value: slot.value, index: own };
  };
  const placeOf = (sub: string, bound: Bound): number | null => {
    const k = bound[sub] ?? place.bound[sub];
    return typeof k === "number" && group ? group[k] : null;
  };
  const delta = (sub: string): number => Number(place.bound[sub[0]] === place.bound[sub[1]]);
  const mean = (): number => {
    const data = step.slots[0].value?.tensor.data ?? [];
    return (group ?? []).reduce((sum, at) => sum + data[at], 0) / (group?.length ?? 1);
  };

  const value = (name: string, sub: string, bound: Bound): number | null | undefined => {
    const found = element(name, sub, bound);
    if (found) return found.value.tensor.data[found.index];
    if (isRunning(sub, bound)) return 0;
    if (name === "δ") return delta(sub);
    if (name === "n" && group) return group.length;
    if (name === "x̄" && group) return mean();
    const slot = step.slots.find((s) => s.name === name);
    if (slot) return isLeftOut(slot) ? null : slot.value ? undefined : slot.number;
    const attribute = step.args[name];
    if (attribute === null) return null;
    if (typeof attribute === "number") return attribute;
    return undefined;
  };
  const numberExpr = (name: string, sub: string, bound: Bound): Expr => {
    const found = element(name, sub, bound);
    const ref: ElementRef | undefined = found
      ? { value: found.value.id, of: "value", index: found.index }
      : undefined;
    return { kind: "number", value: value(name, sub, bound) ?? Number.NaN, ...(ref && { ref }) };
  };
  return {
    value,
    number: numberExpr,
    symbol(name, sub, bound) {
      const found = element(name, sub, bound);
      if (found) return symbols.operand(found.value, found.index);
      if (isRunning(sub, bound)) {
        const x = name === "y" ? step.result : step.slots.find((s) => s.name === name)?.value;
        if (x) return symbols.running(x, group?.[0] ?? 0, dimsOf(step) ?? [], "k");
      }
      // What is only a number is written as one.
      return name === "x̄" ? { kind: "symbol", base: name } : numberExpr(name, sub, bound);
    },
    count: group?.length ?? 0,
    most,
  };
}

const isRunning = (sub: string, bound: Bound): boolean => sub !== "" && bound[sub] === "k";

/** Whether the result has an element for each one of the input, as a softmax has. */
export const isLine = (step: Step): boolean =>
  step.result.tensor.numel === (step.slots[0].value?.tensor.numel ?? -1);
