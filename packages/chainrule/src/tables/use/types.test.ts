import { describe, expect, test } from "vitest";
import { rowSchema } from "./schema.ts";
import { classTarget, numberTarget, sampleModel } from "./testing/model.ts";
import { typesModule } from "./types.ts";

describe("typesModule", () => {
  test("writes types of rows and predictions", () => {
    expect(typesModule(sampleModel().spec, "runs/plans-1")).toBe(`/**
 * The rows that a model of kind reads, and what it predicts. Made by \`chainrule types\`.
 *
 * import { load } from "chainrule";
 * const model = await load<Row, Prediction>("runs/plans-1");
 */
export interface Row {
  plan: "basic" | "pro" | "7" | (string & {}) | null;
  age: number | null;
  paid: boolean | null;
  since: Date | string | null;
  city: "Bonn" | "Ulm" | "Köln" | (string & {}) | null;
  constructor: number | null;
}

export type Label = "a" | "b" | "__proto__";

export interface Prediction {
  /** kind. */
  prediction: Label;
  probability: number;
  probabilities: Record<Label, number>;
}
`);
  });

  test("writes numbers as numbers", () => {
    const text = typesModule(sampleModel({ ...numberTarget, name: "price in */ €" }).spec, "x");
    expect(text).toContain("/** price in *\\/ €. */\n  prediction: number;\n}");
    const intervals = { rows: 9, levels: [{ level: 0.8, halfWidth: 1 }] };
    const withIntervals = typesModule({ ...sampleModel(numberTarget).spec, intervals }, "x");
    expect(withIntervals).toContain("  prediction: number;\n  low: number;\n  high: number;\n}");
    const classes = { ...classTarget, type: "number", classes: ["-1", "0", "2.5"] } as const;
    expect(typesModule(sampleModel(classes).spec, "x")).toContain("export type Label = -1 | 0 | 2.5;");
  });
});

test("rowSchema describes a row and the target", () => {
  expect(rowSchema(sampleModel().spec)).toEqual({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "a row from which kind is predicted",
    type: "object",
    properties: {
      plan: { type: ["string", "null"], examples: ["basic", "pro", "7"] },
      age: { type: ["number", "null"], examples: [41] },
      paid: { type: ["boolean", "null"] },
      since: { type: ["string", "null"], examples: ["2020-09-13T12:26:40.000Z"] },
      city: { type: ["string", "null"], examples: ["Bonn", "Ulm", "Köln"] },
      constructor: { type: ["number", "null"], examples: [0] },
    },
    required: ["plan", "age", "paid", "since", "city", "constructor"],
    additionalProperties: true,
    target: { name: "kind", task: "classification", classes: ["a", "b", "__proto__"] },
  });
  expect(rowSchema(sampleModel(numberTarget).spec).target).toEqual({
    name: "price",
    task: "regression",
    range: [100, 300],
    levels: [],
  });
});
