import { describe, expect, test } from "vitest";
import { nn, tensor } from "../index.ts";
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
  test("of a network for digits have a sensible size", () => {
    const network = new nn.Sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
    const target = tensor([3], { dtype: "int32" });
    const wide = trace(network, randn([1, 784]), { target, loss: new nn.CrossEntropyLoss(), lr: 0.1 });
    expect(JSON.stringify(wide).length).toBeLessThan(500_000);
  });
  test("give room only for what can be asked at once", () => {
    const file = JSON.parse(JSON.stringify(t));
    file.values[0].shape = [2 ** 40];
    file.numbers[0].indices = [0, 2 ** 39];
    const reader = traceFromFile(file);
    expect(() => reader.read(0, "value")).toThrow(/at once/);
    expect([...reader.read(0, "value", { start: 2 ** 39, count: 2 })]).toEqual([0.1, Number.NaN]);
    expect(() => reader.read(0, "value", { start: -1, count: 2 })).toThrow(/has 1099511627776 elements/);
    expect(() => reader.jacobian(named(t, "z⁽¹⁾"), 0)).toThrow(/at once/);
    expect(() => reader.read(0, "indices" as never)).toThrow(/no indices/);
  });
  test.each([
    ["the text of another kind", "hello", /no JSON/],
    ["null", null, /the file is null where an object must be/],
    ["a list", [], /the file is \[\] where an object must be/],
    ["another version", { ...t.toJSON(), version: 2 }, /version is 2 where one of 1 must be/],
    ["no values", { ...t.toJSON(), values: undefined }, /values is missing where a list must be/],
    ["an id out of place", { ...t.toJSON(), output: 999 }, /names no value/],
    [
      "too few numbers",
      {
        ...t.toJSON(),
        numbers: { ...t.toJSON().numbers, 0: { indices: null, value: [1], gradient: [1], update: null } },
      },
      /numbers\.0\.value has 1/,
    ],
    ["no numbers of a value", { ...t.toJSON(), numbers: {} }, /numbers\.0 is missing/],
    ["a name of no value", { ...t.toJSON(), unitNames: { 99: ["a"] } }, /unitNames\[0\] names no value/],
    [
      "an element that is not there",
      {
        ...t.toJSON(),
        explained: [{ ...t.toJSON().explained[0], ref: { value: 0, of: "value", index: 2 } }],
      },
      /explained\[0\] refers to an element/,
    ],
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
