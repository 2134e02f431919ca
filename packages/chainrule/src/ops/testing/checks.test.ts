/** The generated checks notice each kind of mistake that an op record can contain. */
import { describe, expect, test } from "vitest";
import "../../tensor/wiring.ts";
import "../index.ts";
import { interpreter } from "../../core/interpreter.ts";
import { type Args, allOps, type Op, type Saved } from "../../core/op.ts";
import { Tensor } from "../../core/tensor.ts";
import { checkEdge, checkGradients, checkSaves, constantInputs } from "./derivatives.ts";
import { type Arguments, samplesOf } from "./samples.ts";
import {
  checkBroadcast,
  checkExpanded,
  checkFloat32,
  checkIntegers,
  checkLayouts,
  checkRule,
} from "./values.ts";

const named = (name: string): Op => allOps().find((op) => op.name === name) as Op;
const [tanh, mul, relu] = ["tanh", "mul", "relu"].map(named);

/** Runs a check on all samples of a faulty variant of an op. */
const over = (op: Op, change: Partial<Op>, check: (op: Op, args: Arguments) => unknown) => () => {
  const faulty: Op = { ...op, ...change };
  for (const args of samplesOf(op)) check(faulty, args);
};
const x = (args: Args): Tensor => (args as { x: Tensor }).x;
const y = (saved: Saved<Args>): Tensor => (saved as { y: Tensor }).y;

test("right records pass", () => {
  for (const check of [checkRule, checkLayouts, checkExpanded, checkBroadcast, checkFloat32, checkGradients])
    for (const op of [tanh, mul, relu]) expect(over(op, {}, check)).not.toThrow();
});

describe("values", () => {
  test("another shape or dtype than announced", () => {
    const lower: Op["lower"] = (args) => tanh.lower(args, x(args));
    expect(
      over(tanh, { lower, result: (args) => ({ shape: x(args).shape, dtype: "int32" }) }, checkRule),
    ).toThrow(/announced int32\[2, 3\], computed float64\[2, 3\]/);
    expect(over(tanh, { lower, result: () => ({ shape: [1], dtype: "float64" }) }, checkRule)).toThrow(
      /announced float64\[1\]/,
    );
  });
  test("an input as the result", () => {
    expect(over(tanh, { lower: x }, checkRule)).toThrow(/an input itself/);
  });
  test("writing to an input", () => {
    const lower: Op["lower"] = (args, out) =>
      interpreter.unary("tanh", x(args), out, x(args)).reshape(out.shape);
    expect(over(tanh, { lower }, checkRule)).toThrow(/input 0 was written to/);
  });
  test("reading the storage as if it were contiguous", () => {
    const lower: Op["lower"] = (args, out) => {
      const elements = Float64Array.from(x(args).storage.elements.subarray(0, x(args).numel), Math.tanh);
      return Tensor.over(elements, out.shape, "float64");
    };
    expect(over(tanh, { lower }, checkLayouts)).toThrow(/inputs (transposed|with an offset)/);
    expect(over(tanh, { lower }, checkExpanded)).toThrow(/expanded along/);
  });
  test("broadcasting the wrong way", () => {
    const lower: Op["lower"] = (args, out) => {
      const { other } = args as unknown as { other: Tensor | number };
      const stretched = other instanceof Tensor && other.ndim < out.shape.length;
      return interpreter.binary(stretched ? "add" : "mul", x(args), other, out);
    };
    expect(over(mul, { lower }, checkBroadcast)).toThrow(/broadcast/);
  });
  test("coarse float32, and whole numbers that differ", () => {
    const coarse: Op["lower"] = (args, out) =>
      out.dtype === "float64" ? tanh.lower(args, out) : tanh.lower(args, out).mul(1 + 1e-5);
    expect(over(tanh, { lower: coarse }, checkFloat32)).toThrow(/in float32/);
    const off: Op["lower"] = (args, out) =>
      out.dtype === "int32" ? mul.lower(args, out).add(1) : mul.lower(args, out);
    expect(over(mul, { lower: off }, (op, args) => checkIntegers(op, args, "int32"))).toThrow(/instead of/);
  });
});

describe("derivatives", () => {
  test("a wrong first derivative", () => {
    const vjp = { x: (dy: Tensor, saved: Saved<Args>) => dy.mul(y(saved).square().neg().add(1.001)) };
    expect(over(tanh, { vjp }, checkGradients)).toThrow(
      /first derivative: The derivative of element \[0, 0\] of the output.*op tanh with respect to its "x" is wrong/,
    );
  });
  test("a wrong second derivative", () => {
    const vjp = { x: (dy: Tensor, saved: Saved<Args>) => dy.mul(y(saved).detach().square().neg().add(1)) };
    expect(over(tanh, { vjp }, checkGradients)).toThrow(/second derivative/);
  });
  test("reading what is not saved, and saving what is not read", () => {
    const samples = samplesOf(tanh);
    const reading = { x: (dy: Tensor, saved: Saved<Args>) => (x(saved) ? dy : dy.mul(y(saved))) };
    expect(() => checkSaves({ ...tanh, vjp: reading }, samples)).toThrow(/reads "x", which is not in saves/);
    expect(() => checkSaves({ ...tanh, vjp: { x: (dy) => dy } }, samples)).toThrow(/no derivative reads "y"/);
    const greedy = { ...mul, reads: [3, 1] }; // the derivative for x would keep x too
    expect(() => checkSaves(greedy, samplesOf(mul))).toThrow(/for "x" does not read "x"/);
  });
  test("a forgotten derivative", () => {
    expect(constantInputs({ ...mul, vjp: { x: mul.vjp.x } }, samplesOf(mul))).toEqual(["other"]);
  });
  test("wrong edge points", () => {
    const samples = samplesOf(relu);
    expect(() => checkEdge(relu, [0, 0, 0], samples)).not.toThrow();
    expect(() => checkEdge(relu, [0, 0, 1], samples)).toThrow(/derivative for "x": 0 instead of 1/);
    expect(() => checkEdge(relu, [2, 1, 1], samples)).toThrow(/value: 2 instead of 1/);
    expect(() => checkEdge(relu, [2, 2], samples)).not.toThrow();
    expect(() => checkEdge(relu, [2, 2, 1, 1], samples)).toThrow(/has no 1 inputs/);
    expect(() => checkEdge(tanh, [Number.NaN, Number.NaN, Number.NaN], samples)).not.toThrow();
    expect(() => checkEdge(tanh, { inputs: { x: [0] }, y: [0], grads: { z: [1] } }, samples)).toThrow(
      /exist for x/,
    );
  });
});
