/** Reads the golden numbers and compares with them. */
import { readFileSync } from "node:fs";
import { type DType, type Tensor, tensor } from "chainrule";
import { expect } from "vitest";

/** A tensor as the files hold it: flat data, with "nan", "inf" and "-inf" as texts. */
export interface GoldenTensor {
  shape: number[];
  dtype: DType;
  data: (number | boolean | string)[];
}

/** The contents of `tests/golden/data/NAME.json`. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./data/${name}.json`, import.meta.url), "utf8")) as T;
}

const special: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

/** A number as the files hold it. */
export const toNumber = (x: number | boolean | string): number =>
  typeof x === "string" ? special[x] : Number(x);

/** A tensor from its golden form. */
export function fromGolden(g: GoldenTensor, requiresGrad = false): Tensor {
  return tensor(g.data.map(toNumber), { dtype: g.dtype })
    .reshape(g.shape)
    .detach()
    .requiresGrad_(requiresGrad);
}

/** Numbers agree when they differ by at most atol + rtol · |wanted|; NaN and infinities must be the same. */
export function expectNumbers(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  rtol: number,
  atol = rtol,
  what = "value",
): void {
  expect(found.length, `${what}: count`).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [found[i], wanted[i]];
    if (Object.is(a, b) || a === b) continue;
    const limit = atol + rtol * Math.abs(b);
    if (!(Math.abs(a - b) <= limit)) expect.fail(`${what}[${i}] is ${a}, wanted ${b} within ${limit}`);
  }
}

/** A tensor has the shape, the dtype and the numbers of the golden one. */
export function expectClose(
  found: Tensor,
  wanted: GoldenTensor,
  rtol: number,
  atol = rtol,
  what = "value",
): void {
  expect(found.shape, `${what}: shape`).toEqual(wanted.shape);
  expect(found.dtype, `${what}: dtype`).toBe(wanted.dtype);
  expectNumbers(found.data, wanted.data.map(toNumber), rtol, atol, what);
}

/** Relative tolerance of each dtype for one pass. */
export const tolerance: Record<DType, number> = { float32: 2e-6, float64: 1e-12, int32: 0, bool: 0 };
