import { ChainruleError } from "../../util/errors.ts";

/** The one number that sets a layer: given as it is, as PyTorch allows, or by name among options. */
export function setting<K extends string>(
  given: number | Readonly<Partial<Record<K, number>>> | undefined,
  name: K,
  fallback: number,
): number {
  return (typeof given === "number" ? given : given?.[name]) ?? fallback;
}

/** Refuses sizes that are not whole numbers ≥ 0. */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= 0) continue;
    throw new ChainruleError(
      "argument",
      `${name} of ${layer} is ${String(size)}.`,
      "Give a whole number of at least 0.",
    );
  }
}
