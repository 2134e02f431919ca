/**
 * Tensors in arguments and results, which may stand in arrays and plain objects. A pattern is what a program was recorded for:
 * the places of tensors with their shapes, and everything else by value.
 */
import { Tensor } from "../core/tensor.ts";
import type { DType } from "../shape/dtype.ts";
import { type Shape, sameShape } from "../shape/shape.ts";
import { check } from "../util/errors.ts";

/** The form of a value with tensors in it. */
export type Pattern =
  | {
      readonly kind: "tensor";
      readonly shape: Shape;
      readonly dtype: DType;
      readonly requiresGrad: boolean;
      readonly isLeaf: boolean;
    }
  | { readonly kind: "list"; readonly items: readonly Pattern[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly items: readonly Pattern[] }
  /** Anything else: the same value, or the same object. */
  | { readonly kind: "other"; readonly value: unknown };

/**
 * The pattern of a value. Tensors are put into `tensors`, in the order in which {@link rebuilt} takes them.
 *
 * @param name of the value, for an error
 * @param around the lists and objects that the value stands in
 * @throws ChainruleError `argument` when a list or an object stands in itself
 */
export function patternOf(
  value: unknown,
  tensors: Tensor[],
  name: string,
  around: readonly unknown[] = [],
): Pattern {
  if (value instanceof Tensor) {
    tensors.push(value);
    const { shape, dtype, requiresGrad, isLeaf } = value;
    return { kind: "tensor", shape, dtype, requiresGrad, isLeaf };
  }
  const isList = Array.isArray(value);
  if (!isList && !isPlain(value)) return { kind: "other", value };
  check(
    !around.includes(value),
    "argument",
    () => `${name} refers to itself.`,
    () => "Pass tensors in arrays and plain objects that end somewhere.",
  );
  const inside = [...around, value];
  const itemOf = (item: unknown): Pattern => patternOf(item, tensors, name, inside);
  if (isList) return { kind: "list", items: value.map(itemOf) };
  const keys = Object.keys(value);
  return { kind: "record", keys, items: keys.map((key) => itemOf(value[key])) };
}

/** Whether a value has the pattern. Its tensors are put into `tensors` as far as it does. */
export function fits(pattern: Pattern, value: unknown, tensors: Tensor[]): boolean {
  switch (pattern.kind) {
    case "tensor":
      if (
        !(value instanceof Tensor) ||
        value.dtype !== pattern.dtype ||
        !sameShape(value.shape, pattern.shape)
      )
        return false;
      tensors.push(value);
      if (value.requiresGrad !== pattern.requiresGrad) return false;
      return !pattern.requiresGrad || value.isLeaf === pattern.isLeaf;
    case "list":
      return Array.isArray(value) && allFit(pattern.items, value, tensors);
    case "record": {
      if (!isPlain(value) || value instanceof Tensor) return false;
      const keys = Object.keys(value);
      return (
        keys.length === pattern.keys.length &&
        pattern.items.every((item, i) => keys[i] === pattern.keys[i] && fits(item, value[keys[i]], tensors))
      );
    }
    case "other":
      return Object.is(pattern.value, value);
  }
}

/** Whether the values of a list have the patterns, one by one. */
export function allFit(patterns: readonly Pattern[], values: readonly unknown[], tensors: Tensor[]): boolean {
  if (values.length !== patterns.length) return false;
  for (let i = 0; i < patterns.length; i++) if (!fits(patterns[i], values[i], tensors)) return false;
  return true;
}

/** A value of the pattern made of other tensors, which are taken in order. */
export function rebuilt(pattern: Pattern, next: () => Tensor): unknown {
  switch (pattern.kind) {
    case "tensor":
      return next();
    case "list":
      return pattern.items.map((item) => rebuilt(item, next));
    case "record":
      return Object.fromEntries(pattern.items.map((item, i) => [pattern.keys[i], rebuilt(item, next)]));
    case "other":
      return pattern.value;
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
