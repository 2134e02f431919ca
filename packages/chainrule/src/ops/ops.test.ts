/** Tests generated from the op records: see testing/ for what each of them does. */
import { describe, expect, test } from "vitest";
import { allOps, apply } from "../core/op.ts";
import { Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import "../tensor/wiring.ts";
import "./index.ts";
import { counter } from "./testing/compare.ts";
import { checkEdge, checkGradients, checkSaves, constantInputs } from "./testing/derivatives.ts";
import { engines } from "./testing/engines.ts";
import { inputsOf, samplesOf } from "./testing/samples.ts";
import {
  checkBroadcast,
  checkEngine,
  checkExpanded,
  checkFloat32,
  checkIntegers,
  checkLayouts,
  checkRule,
} from "./testing/values.ts";

const positions = "gives positions, which are constant almost everywhere";
const stepwise = "constant almost everywhere: comparisons and counts have no derivative";

/** Inputs of real numbers that have no derivative, each with its reason. Anything else is a derivative forgotten. */
const withoutDerivative: Readonly<Record<string, string>> = {
  "eq.x": stepwise, "eq.other": stepwise, "ne.x": stepwise, "ne.other": stepwise,
  "gt.x": stepwise, "gt.other": stepwise, "ge.x": stepwise, "ge.other": stepwise,
  "lt.x": stepwise, "lt.other": stepwise, "le.x": stepwise, "le.other": stepwise,
  "argsort.x": positions, "argmax.x": positions, "argmin.x": positions,
  "isnan.x": stepwise, "isfinite.x": stepwise, "logicalNot.x": stepwise,
  "logicalAnd.x": stepwise, "logicalAnd.other": stepwise, "logicalOr.x": stepwise, "logicalOr.other": stepwise,
  "logicalXor.x": stepwise, "logicalXor.other": stepwise,
}; // biome-ignore format: pairs of operands

for (const op of allOps()) {
  describe(`op ${op.name}`, () => {
    const samples = samplesOf(op);
    const each = (body: (args: (typeof samples)[number]) => void) => () => {
      for (const args of samples) body(args);
    };

    test("has samples and a formula", () => {
      expect(samples.length).toBeGreaterThan(0);
      expect(op.formula).not.toBe("");
    });
    test(
      "result: announced shape and dtype, a new tensor, inputs untouched",
      each((args) => checkRule(op, args)),
    );
    test(
      "memory layouts",
      each((args) => checkLayouts(op, args)),
    );
    test(
      "expanded inputs",
      each((args) => checkExpanded(op, args)),
    );
    test(
      "broadcasting",
      each((args) => checkBroadcast(op, args)),
    );
    test(
      "float32 and float64",
      each((args) => checkFloat32(op, args)),
    );
    test(
      "int32",
      each((args) => void checkIntegers(op, args, "int32")),
    );
    test(
      "bool",
      each((args) => void checkIntegers(op, args, "bool")),
    );
    test.each(engines)("agrees with the reference: $name", (engine) => {
      for (const args of samples) checkEngine(engine, op, args);
    });
    test("every real input has a derivative, or a reason for none", () => {
      const missing = constantInputs(op, samples).filter((name) => !withoutDerivative[`${op.name}.${name}`]);
      expect(missing).toEqual([]);
    });
    if (Object.keys(op.vjp).length > 0) {
      test(
        "first and second derivatives",
        each((args) => checkGradients(op, args)),
      );
      test("saves what the derivatives read", () => checkSaves(op, samples));
    }
    if (op.edges.length > 0) {
      test("edge points", () => {
        for (const edge of op.edges) checkEdge(op, edge, samples);
      });
    }
  });
}

describe("all ops", () => {
  test("each is tried on nothing, or refuses it", () => {
    const isEmpty = (x: { shape: readonly number[] }): boolean => x.shape.includes(0);
    const never = allOps().filter(
      (op) =>
        !samplesOf(op).some(
          (args) =>
            isEmpty(op.result({ ...args })) || inputsOf(op, args).some(({ tensor }) => isEmpty(tensor)),
        ),
    );
    expect(never.map(({ name }) => name).sort()).toEqual(["max", "min"]);
    const nothing = Tensor.over(new Float32Array(0), [0], "float32");
    for (const op of never) expect(() => apply(op, { x: nothing })).toThrow(ChainruleError);
  });
  test("reasons are given for existing inputs only", () => {
    const constant = new Set(
      allOps().flatMap((op) => constantInputs(op, samplesOf(op)).map((name) => `${op.name}.${name}`)),
    );
    expect(Object.keys(withoutDerivative).filter((name) => !constant.has(name))).toEqual([]);
  });
  test("the count of checks", () => {
    const real = allOps().filter((op) =>
      samplesOf(op).some((args) => isFloating(op.result({ ...args }).dtype)),
    );
    console.log(`${counter.checks} checks of ${allOps().length} ops (${real.length} with real results)`);
    expect(counter.checks).toBeGreaterThan(100 * real.length);
  });
});
