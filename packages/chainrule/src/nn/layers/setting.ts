import { ChainruleError } from "../../util/errors.ts";
import { checkOptions } from "../../util/options.ts";
import { shown } from "../../util/wording.ts";

/** The one number that sets a layer: given as it is, as PyTorch allows, or by name among options. */
export function setting<K extends string>(
  layer: string,
  given: number | Readonly<Partial<Record<K, number>>> | undefined,
  name: K,
  fallback: number,
): number {
  if (typeof given === "number") return given;
  checkOptions(layer, given, { [name]: fallback });
  return given?.[name] ?? fallback;
}

/** Refuses sizes that are not whole numbers ≥ 0. */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= 0) continue;
    throw new ChainruleError(
      "argument",
      `${name} of ${layer} is ${shown(size)}.`,
      "Give a whole number of at least 0.",
    );
  }
}
