/**
 * Every method and function of tensors, called with arguments of the right types and any values: it gives a sound tensor or
 * throws a ChainruleError, and nothing else happens.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as everything from "../index.ts";
import { ChainruleError, manualSeed, Tensor } from "../index.ts";
import { dtypes, type TypedArray } from "../shape/dtype.ts";
import { callsOf, declaredIn, type Signature, tensors } from "./testing/signatures.ts";

const chainrule = new Map(Object.entries(everything));
const ops = declaredIn(new URL("./", import.meta.url));
const creation = declaredIn(new URL("../tensor/", import.meta.url));
const autograd = declaredIn(new URL("../autograd/", import.meta.url));
const types = new Map([...ops.types, ...creation.types, ...autograd.types]);

const functions: Signature[] = [
  ["zeros", "shape: Shape, options?: CreationOptions"],
  ["ones", "shape: Shape, options?: CreationOptions"],
  ["full", "shape: Shape, value: number | boolean, options?: CreationOptions"],
  ["zerosLike", "x: Tensor, options?: CreationOptions"],
  ["onesLike", "x: Tensor, options?: CreationOptions"],
  ["fullLike", "x: Tensor, value: number | boolean, options?: CreationOptions"],
  ["arange", "start: number, end: number, step: number, options?: CreationOptions"],
  ["arange", "end: number, options?: CreationOptions"],
  ["linspace", "start: number, end: number, steps: number, options?: CreationOptions"],
  ["eye", "n: number, m: number, options?: CreationOptions"],
  ["tensor", "data: number | boolean | Tensor | (number | number[])[], options?: CreationOptions"],
  ["rand", "shape: Shape, options?: RandomOptions"],
  ["randn", "shape: Shape, options?: RandomOptions"],
  ["randint", "low: number, high: number, shape: Shape, options?: RandomOptions"],
  ["randperm", "n: number, options?: RandomOptions"],
  ["bernoulli", "p: Tensor, options?: GeneratorOptions"],
  ["normal", "mean: number, std: number, shape: Shape, options?: RandomOptions"],
  ["normal", "mean: Tensor, std: Tensor | number, options?: GeneratorOptions"],
  ["cat", "tensors: readonly Tensor[], dim?: number"],
  ["stack", "tensors: readonly Tensor[], dim?: number"],
  ["vstack", "tensors: readonly Tensor[]"],
  ["hstack", "tensors: readonly Tensor[]"],
  ["meshgrid", "tensors: readonly Tensor[]"],
  ["broadcastTensors", "...tensors: readonly Tensor[]"],
  ["linear", "x: Tensor, weight: Tensor, bias?: Tensor | null"],
  ["bilinear", "x1: Tensor, x2: Tensor, weight: Tensor, bias?: Tensor | null"],
  ["multinomial", "weights: Tensor, numSamples: number"],
].map(([name, parameters]) => ({ name, parameters }));

/** What may be too large to look through. */
const small = 1e5;

/** The tensors in a result. */
const tensorsIn = (result: unknown): Tensor[] =>
  result instanceof Tensor
    ? [result]
    : typeof result === "object" && result !== null
      ? Object.values(result).flatMap(tensorsIn)
      : [];

function expectSound(y: Tensor): void {
  const bad = (problem: string): never => expect.fail(`unsound tensor: ${problem}`);
  if (!y.shape.every((size) => Number.isInteger(size) && size >= 0)) bad(`shape [${y.shape}]`);
  if (!dtypes.includes(y.dtype) || y.strides.length !== y.ndim) bad(`${y.dtype}, strides [${y.strides}]`);
  if (y.numel === 0) return;
  const { elements } = y.storage;
  const last = y.shape.reduce((at, size, d) => at + (size - 1) * y.strides[d], y.offset);
  if (!(y.offset >= 0 && last < elements.length && y.strides.every((s) => Number.isInteger(s) && s >= 0)))
    bad(`reaches element ${last} of ${elements.length} by strides [${y.strides}] from ${y.offset}`);
  if (y.dtype === "bool" && y.numel < small && (y.data as TypedArray).some((v) => v > 1))
    bad("a bool that is neither 0 nor 1");
  if (y.requiresGrad && y.dtype !== "float32" && y.dtype !== "float64") bad(`a gradient for ${y.dtype}`);
}

/** Calls, and demands a sound result or a ChainruleError; then the backward pass too. */
function probe(what: string, call: () => unknown): boolean {
  let result: unknown;
  try {
    result = call();
    for (const y of tensorsIn(result)) {
      expectSound(y);
      if (y.requiresGrad && y.numel > 0 && y.numel < small) y.sum().backward();
    }
    return true;
  } catch (error) {
    if (error instanceof ChainruleError) {
      expect(error.message, what).not.toMatch(/undefined|\[object|function/);
      return false;
    }
    throw error;
  }
}

const runs = { numRuns: 60, seed: 3 };

/** Signatures that are narrower here than they are declared. */
const narrowed: Readonly<Record<string, string>> = { chunk: "count: Count, dim?: number" };

describe("methods with any arguments", () => {
  const accepted = new Set<string>();
  for (const { name, parameters: declared } of [...ops.methods, ...autograd.methods]) {
    const parameters = narrowed[name] ?? declared;
    test(`${name}(${parameters})`, () => {
      fc.assert(
        fc.property(tensors, callsOf(parameters, types), (x, args) => {
          manualSeed(0);
          const method = x[name as keyof Tensor] as (...given: unknown[]) => unknown;
          if (probe(name, () => method.apply(x, args))) accepted.add(name);
        }),
        runs,
      );
    });
  }
  test("nearly all methods were given something that they accept", () => {
    const names = [...ops.methods, ...autograd.methods].map(({ name }) => name);
    expect(names.filter((name) => !accepted.has(name)).length).toBeLessThan(names.length / 20);
  });
});

describe("functions with any arguments", () => {
  for (const { name, parameters } of functions) {
    test(`${name}(${parameters})`, () => {
      const target = chainrule.get(name) as (...given: unknown[]) => unknown;
      fc.assert(
        fc.property(callsOf(parameters, types), (args) => {
          manualSeed(0);
          probe(name, () => target(...args));
        }),
        runs,
      );
    });
  }
});
