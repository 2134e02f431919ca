import { Tensor } from "../../tensor/index.ts";
import { Callable } from "./callable.ts";
import { Hooks } from "./hooks.ts";
import { Parameter } from "./parameter.ts";

/**
 * A deep copy of a value with everything that belongs to a model: modules, parameters, buffers, arrays, maps, sets and plain
 * objects of them. What occurs twice is copied once. Everything else (functions, generators, objects of other classes) is
 * shared with the original.
 */
export function deepCopy<T>(value: T, copies: Map<unknown, unknown> = new Map()): T {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known as T;
  const copy = emptyCopy(value);
  if (copy === value) return value;
  copies.set(value, copy);
  fill(value, copy, copies);
  return copy as T;
}

/** A tensor is copied at once; of a container, only the container. What is shared with the original is given back itself. */
function emptyCopy(value: object): object {
  if (value instanceof Parameter) return new Parameter(value.detach().clone(), value.requiresGrad);
  if (value instanceof Tensor) return value.detach().clone();
  if (value instanceof Callable) return Reflect.construct(Callable, [], value.constructor);
  if (value instanceof Hooks) return value.copy();
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  return Object.getPrototypeOf(value) === Object.prototype ? {} : value;
}

function fill(value: object, copy: object, copies: Map<unknown, unknown>): void {
  if (value instanceof Tensor || value instanceof Hooks) return;
  if (value instanceof Map) {
    for (const [key, entry] of value) (copy as Map<unknown, unknown>).set(key, deepCopy(entry, copies));
  } else if (value instanceof Set) {
    for (const entry of value) (copy as Set<unknown>).add(deepCopy(entry, copies));
  } else {
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      if ("value" in property) property.value = deepCopy(property.value, copies);
      Object.defineProperty(copy, key, property);
    }
  }
}
