import { isDeepStrictEqual } from "node:util";
import type { SplitKind } from "chainrule/tables";
import { Command, type Option } from "commander";
import { addLearning, addTest, addThreshold } from "../options/learning.ts";
import { gathers } from "../options/shared.ts";
import type { Asked } from "../runs/asked.ts";
import type { TypeOverride } from "../sources/index.ts";

/** The options of `train` on which the model depends. */
export const modelOptions = (): Command => addThreshold(addTest(addLearning(new Command("train"))));

/** The words of a command line that asks for the same: what is not the default. */
export function wordsOf(asked: Asked): string[] {
  const values = asked as unknown as Readonly<Record<string, unknown>>;
  const words = modelOptions().options.flatMap((option) =>
    optionWords(option, values[option.attributeName()]),
  );
  return asked.findLr ? [...words, "--find-lr"] : words;
}

function optionWords(option: Option, value: unknown): string[] {
  const { long, negate, defaultValue } = option;
  if (long == null || value === undefined) return [];
  if (negate) return value === false ? [long] : [];
  if (isDeepStrictEqual(value, defaultValue)) return [];
  if (option.isBoolean()) return value === true ? [long] : [];
  if (gathers(option)) {
    const given = (value as unknown[]).slice(Array.isArray(defaultValue) ? defaultValue.length : 0);
    return given.length === 0
      ? []
      : long === "--types" || long === "--missing"
        ? [long, listText(given)]
        : given.flatMap((one) => [long, String(one)]);
  }
  return [long, valueText(value)];
}

const listText = (values: readonly unknown[]): string =>
  values
    .map((value) => (Array.isArray(value) ? typeText(value as unknown as TypeOverride) : String(value)))
    .join(",");

const typeText = ([column, type]: TypeOverride): string => `${column}=${type === "text" ? "category" : type}`;

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(",");
  if (typeof value !== "object" || value === null) return String(value);
  const split = value as SplitKind;
  return "column" in split ? `${split.kind}:${split.column}` : split.kind;
}
