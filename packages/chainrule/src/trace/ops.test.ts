/** Every op of the library, traced: each number is the sum of its terms, and formulas give what was computed. */
import { describe, expect, test } from "vitest";
import { type Arguments, differentiableOf, inputsOf, samplesOf, withInputs } from "../ops/testing/samples.ts";
import { allOps, apply, isFloating, type Op, Tensor } from "../tensor/index.ts";
import type { Explained } from "./format.ts";
import { type Bound, evaluate, type Formula, readFormula } from "./formula.ts";
import { rowOf } from "./local.ts";
import { meaningOf, type Place, placeAt } from "./meaning.ts";
import type { Step } from "./record.ts";
import { run } from "./run.ts";
import type { Symbols } from "./symbols.ts";
import { trace } from "./trace.ts";

/** What the terms (or, for what is no sum, the number itself) add up to. */
const total = ({ how, terms, rest, number }: Explained): number =>
  how === "sum" ? terms.reduce((sum, { product }) => sum + product, rest) : number;

function close(actual: number, expected: number, what: () => string): void {
  const scale = Math.max(1, Math.abs(expected));
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-11 * scale) return;
  expect.fail(`${what()}: ${actual} instead of ${expected}`);
}

const wave = (i: number): number => Math.sin(3 * i + 1) + 0.3;

/** Ops with derivatives as formulas whose own formula is prose, or names a function that formulas do not know. */
const inWords = [
  "sign", "floor", "ceil", "trunc", "round", "truncDivide", "erf", "erfinv", "lgamma", "digamma", "atan2",
]; // biome-ignore format: names

/** The one step of an op on some arguments. */
function stepOf(op: Op, args: Arguments): Step {
  const setup = {
    model: (...given: Tensor[]) => {
      let next = 0;
      return apply(op, { ...withInputs(op, args, () => given[next++]) });
    },
    inputs: inputsOf(op, args).map(({ tensor }) => tensor),
    inputNames: [], target: null, loss: null, gradient: null, random: [],
  }; // biome-ignore format: nothing else
  return run(setup).steps[0];
}

const unnamed = { operand: () => ({ kind: "text", text: "" }) } as unknown as Symbols;

describe("formulas of records", () => {
  test("an op with derivatives as formulas has a formula that reads", () => {
    const silent = allOps().filter((op) => op.derivative && readFormula(op.formula) === null);
    expect(silent.map(({ name }) => name).sort()).toEqual([
      "atan2",
      "ceil",
      "digamma",
      "erf",
      "erfinv",
      "floor",
      "lgamma",
    ]);
  });

  for (const op of allOps().filter(({ derivative }) => derivative)) {
    test(`${op.name}: its derivatives, and its formula, give what is computed`, () => {
      let compared = 0;
      for (const args of samplesOf(op)) {
        const step = stepOf(op, args);
        const { data } = step.result.tensor;
        if (op.name === "norm" && !Number.isFinite((args.p as number) || Number.NaN)) continue; // largest, smallest, count
        for (let j = 0; j < data.length; j++) {
          const place = placeAt(step, j) as Place;
          const own = readFormula(op.formula);
          if (own && !inWords.includes(op.name))
            close(evaluate(own, meaningOf(place, unnamed, 9)), data[j], () => op.formula);
          for (const slot of step.slots) {
            const text = slot.value && isFloating(slot.value.tensor.dtype) && op.derivative?.[slot.name];
            if (!text) continue;
            const { at, derivative } = rowOf(step, slot, j);
            at.forEach((i, k) => {
              const { group } = place;
              const bound: Bound = group ? { i: group.indexOf(i), j: group.indexOf(j) } : {};
              const formula = readFormula(text) as Formula;
              if (text === "ψ′(x)") return; // no function of formulas
              close(evaluate(formula, meaningOf({ ...place, bound }, unnamed, 9)), derivative[k], () => text);
              compared++;
            });
          }
        }
      }
      if (
        !["digamma", "floorDivide", "truncDivide", "sign", "floor", "ceil", "trunc", "round"].includes(
          op.name,
        )
      )
        expect(compared).toBeGreaterThan(0);
    });
  }
});

for (const op of allOps()) {
  describe(`op ${op.name}`, () => {
    test("every element is explained", () => {
      let explained = 0;
      for (const args of samplesOf(op)) {
        const tensors = inputsOf(op, args).map(({ tensor }) => tensor);
        const y = apply(op, { ...withInputs(op, args, (x) => x) });
        const differentiable = differentiableOf(op, args).length > 0 && isFloating(y.dtype);
        const t = trace(
          (...given: Tensor[]) => {
            let next = 0;
            return apply(op, { ...withInputs(op, args, () => given[next++]) });
          },
          tensors,
          differentiable && y.numel > 0
            ? {
                gradient: Tensor.over(
                  Float64Array.from({ length: y.numel }, (_, i) => wave(i)),
                  y.shape,
                  "float64",
                ),
              }
            : {},
        );
        for (const { id, hasGradient } of t.data.values) {
          for (const of of hasGradient ? (["value", "gradient"] as const) : (["value"] as const)) {
            const all = t.read(id, of);
            for (let index = 0; index < all.length; index++) {
              const found = t.explain({ value: id, of, index }, { terms: 3, numeric: true });
              const what = (): string =>
                `${op.name}, ${of} ${index} of value ${id}, ${JSON.stringify(found)}`;
              close(found.number, all[index], what);
              close(total(found), all[index], what);
              if (found.numeric && !found.numeric.kink && op.name !== "scatter")
                expect(found.numeric.error, what()).toBeLessThan(1e-6);
              explained++;
            }
          }
        }
      }
      expect(explained).toBeGreaterThan(0);
    });
  });
}
