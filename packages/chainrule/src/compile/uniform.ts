import type { Input, View } from "../core/graph.ts";
import { isView } from "./views.ts";

/** The number that a view shows everywhere, when its value is known to have only one. */
export function uniformNumber(input: Input): number | undefined {
  if (!isView(input)) return input;
  const { source, dtype } = input.value;
  if (source.kind === "constant") return uniformElement(input, source.elements);
  if (source.kind !== "copy" || typeof source.x !== "number") return undefined;
  switch (dtype) {
    case "float32":
      return Math.fround(source.x);
    case "float64":
      return source.x;
    case "int32":
      return source.x | 0;
    case "bool":
      return Number(source.x !== 0);
  }
}

function uniformElement({ offset, strides, shape }: View, elements: ArrayLike<number>): number | undefined {
  const repeats = shape.every((size, d) => size === 1 || strides[d] === 0);
  return repeats && offset < elements.length ? elements[offset] : undefined;
}
