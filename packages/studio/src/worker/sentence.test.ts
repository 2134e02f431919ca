import { expect, test } from "vitest";
import { plainError, refusal } from "./sentence.ts";

test("a remedy that names an option of the library names that of the command line in the page", () => {
  const remedy = (text: string) => plainError(refusal("data", "No.", text)).remedy;
  expect(remedy('Use it all the same by include: ["a \\"b\\""], or give more columns.')).toBe(
    'Use it all the same by `chainrule train --include "a \\"b\\""` in a terminal, or give more columns.',
  );
  expect(remedy('Choose task: "regression" to predict it as a number.')).toBe(
    "Choose `chainrule train --task regression` in a terminal to predict it as a number.",
  );
});
