import { ChainruleError } from "../util/errors.ts";
import { shown } from "../util/wording.ts";

/** Throws unless value ≥ low. */
export function checkNumber(name: string, value: number, low: number): void {
  if (typeof value === "number" && value >= low) return;
  throw new ChainruleError("argument", `${name} is ${shown(value)}.`, `Give a number of at least ${low}.`);
}

/** Throws unless value is a whole number ≥ low. */
export function checkWhole(name: string, value: number, low: number): void {
  if (Number.isInteger(value) && value >= low) return;
  throw new ChainruleError(
    "argument",
    `${name} is ${shown(value)}.`,
    `Give a whole number of at least ${low}.`,
  );
}
