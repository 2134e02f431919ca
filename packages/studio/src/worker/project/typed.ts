/** Numbers that a person typed. */
import { wording } from "chainrule/tables";
import { refusal } from "../sentence.ts";

/** @throws ChainruleError `argument` for another count of numbers, and for one that is not finite */
export function typedNumbers(given: readonly number[], names: readonly string[]): number[] {
  if (given.length !== names.length) {
    throw refusal(
      "argument",
      `${wording.counted(given.length, "number")} were given where the network has ${wording.counted(names.length, "input")}.`,
      `Give one for each of ${wording.listed(names)}.`,
    );
  }
  const odd = given.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    throw refusal(
      "argument",
      `The input "${wording.clip(names[odd])}" is ${given[odd]}.`,
      "Give a finite number.",
    );
  }
  return [...given];
}

/** @throws ChainruleError `argument` for a number that is no class */
export function typedClass(given: number, classes: number): number {
  if (Number.isInteger(given) && given >= 0 && given < classes) return given;
  throw refusal("argument", `The class is ${given}.`, `Give a whole number from 0 to ${classes - 1}.`);
}
