import { expect, test } from "vitest";
import { checkChoice, checkList, checkOptions, withDefaults } from "./options.ts";
import { thrown } from "./testing/thrown.ts";
import { shown } from "./wording.ts";

const known = { weightDecay: 0, lr: 0, validation: 0 };

test.each<[string, unknown, string]>([
  ["a name in snake case", { weight_decay: 1 }, 'SGD has no option "weight_decay". Did you mean weightDecay?'],
  ["a longer name", { validationData: 1 }, 'SGD has no option "validationData". Did you mean validation?'],
  ["another name", { rate: 1 }, 'SGD has no option "rate". There are { weightDecay, lr, validation }.'],
  ["a number", 0.1, "SGD was given 0.1 where its options stand. Give options by name, of { weightDecay, lr, validation }."],
  ["a text", "sum", 'SGD was given "sum" where its options stand.'],
  ["null", null, "SGD was given null where its options stand."],
  ["an array", [1], "SGD was given an array where its options stand."],
  ["an instance", new Map([[1, 2]]).set(3, 4), ""],
  ["an instance with fields", new (class Rate { step = 1; })(), "SGD was given a Rate where its options stand."],
])("%s among options", (_, options, message) => {
  const check = (): void => checkOptions("SGD", options, known);
  if (message === "") expect(check).not.toThrow(); // without fields it says nothing
  else expect(thrown(check).message).toContain(message);
}); // biome-ignore format: a table

test("options that are known, undefined or left out pass", () => {
  for (const options of [undefined, {}, { lr: 1 }, { rate: undefined }])
    expect(() => checkOptions("SGD", options, known)).not.toThrow();
});

test("what is undefined is as in the defaults", () => {
  const options: { lr?: number; dtype?: string } = { lr: undefined, dtype: "float64" };
  expect(withDefaults("SGD", options, { lr: 0.1, dtype: undefined })).toEqual({ lr: 0.1, dtype: "float64" });
  expect(withDefaults("SGD", undefined, { lr: 0.1 })).toEqual({ lr: 0.1 });
});

test("texts and arrays are named with what can stand there", () => {
  expect(thrown(() => checkChoice("mode", "exp_range", ["up", "down", "expRange"])).message).toBe(
    'mode is "exp_range". Use "up", "down" or "expRange".',
  );
  expect(() => checkChoice("mode", undefined, ["up"])).not.toThrow();
  expect(thrown(() => checkList("Dimensions must be an array", 2, "flip([0])")).message).toBe(
    "Dimensions must be an array, not 2. Write flip([0]), with brackets.",
  );
});

test("values are shown by their kind", () => {
  const values = ["a", 1, null, undefined, {}, [], Math.max, new Map(), new (class Adam {})()];
  expect(values.map((value) => shown(value))).toEqual([
    '"a"', "1", "null", "undefined", "an object", "an array", "a function", "a Map", "an Adam",
  ]); // biome-ignore format: in the order of the values
  expect(shown([], "A")).toBe("An array");
});
