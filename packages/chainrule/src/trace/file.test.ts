import { describe, expect, test } from "vitest";
import { nn } from "../index.ts";
import { randn } from "../tensor/index.ts";
import { trace, traceFromFile } from "./index.ts";
import { mazur, named } from "./testing/check.ts";

describe("files", () => {
  const t = mazur(true);
  test("hold every number and explanation of a small trace", () => {
    const reader = traceFromFile(JSON.parse(JSON.stringify(t)));
    expect(reader.data).toEqual(JSON.parse(JSON.stringify(t.data)));
    for (const { id, hasGradient, role } of t.data.values) {
      for (const of of ["value", "gradient", "update"] as const) {
        if (of !== "value" && !hasGradient) continue;
        if (of === "update" && role !== "parameter") continue;
        expect(reader.read(id, of)).toEqual(t.read(id, of));
        t.read(id, of).forEach((_, index) => {
          const ref = { value: id, of, index };
          expect(reader.explain(ref)).toEqual(t.explain(ref, { terms: 8, numeric: true }));
        });
      }
    }
    expect(reader.jacobian(named(t, "y⁽¹⁾"), named(t, "z⁽¹⁾"))).toEqual(
      t.jacobian(named(t, "y⁽¹⁾"), named(t, "z⁽¹⁾")),
    );
  });
  test("cut large tensors to what matters, and say so", () => {
    const wide = trace(new nn.Linear(100, 2), randn([1, 100]), {
      target: randn([1, 2]),
      loss: new nn.MSELoss(),
    });
    const file = wide.toJSON({ most: 10, terms: 3 });
    const reader = traceFromFile(JSON.stringify(file));
    const weights = named(wide, "W⁽¹⁾");
    const kept = file.numbers[weights].indices ?? [];
    expect(kept).toHaveLength(10);
    const numbers = reader.read(weights, "gradient");
    expect(numbers.filter((x) => !Number.isNaN(x))).toHaveLength(10);
    expect(numbers[kept[4]]).toBe(wide.read(weights, "gradient")[kept[4]]);
    const absent = numbers.findIndex((x) => Number.isNaN(x));
    expect(() => reader.explain({ value: weights, of: "value", index: absent })).toThrow(/keeps 10 elements/);
  });
  test.each([
    ["the text of another kind", "hello", /no JSON/],
    ["null", null, /is no object/],
    ["a list", [], /is no object/],
    ["another version", { ...t.toJSON(), version: 2 }, /version is none of 1/],
    ["no values", { ...t.toJSON(), values: undefined }, /values is no list/],
    ["an id out of place", { ...t.toJSON(), output: 999 }, /names no value/],
    [
      "too few numbers",
      {
        ...t.toJSON(),
        numbers: { ...t.toJSON().numbers, 0: { indices: null, value: [1], gradient: [1], update: null } },
      },
      /numbers\.0\.value has 1/,
    ],
    ["no numbers of a value", { ...t.toJSON(), numbers: {} }, /has no "0"/],
    [
      "an endless formula",
      { ...t.toJSON(), explained: [{ ...t.toJSON().explained[0], symbol: nested(1000) }] },
      /nested too deeply/,
    ],
    [
      "an unknown formula",
      { ...t.toJSON(), explained: [{ ...t.toJSON().explained[0], symbol: { kind: "script" } }] },
      /no kind of formula/,
    ],
  ])("refuse %s", (_, json, message) => {
    expect(() => traceFromFile(json)).toThrow(message);
    expect(() => traceFromFile(json)).toThrow(expect.objectContaining({ code: "file" }));
  });
});

const nested = (depth: number): unknown => {
  let expr: unknown = { kind: "text", text: "x" };
  for (let i = 0; i < depth; i++) expr = { kind: "plus", items: [expr] };
  return expr;
};
