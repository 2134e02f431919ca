/** Calls ops as the golden files write them down: `inputs[0][op](...args)`, or a function `op(...args)`. */
import * as chainrule from "chainrule";
import { type DType, type Generator, Tensor, tensor } from "chainrule";
import { expect } from "vitest";
import { expectClose, type GoldenTensor, toNumber } from "./golden.ts";

export interface Call {
  op: string;
  fn?: boolean;
  args: unknown[];
}

/** One call with what it gives. */
export interface OpCase extends Call {
  name: string;
  inputs: (GoldenTensor & { layout?: "transposed" | "stepped" | "expanded" })[];
  output: GoldenTensor | GoldenTensor[] | { values: GoldenTensor; indices: GoldenTensor } | boolean;
  cotangent?: GoldenTensor | GoldenTensor[];
  grads?: (GoldenTensor | null)[];
  throws?: true;
}

const isGolden = (x: unknown): x is GoldenTensor =>
  x !== null && typeof x === "object" && "data" in x && "shape" in x;

/** Makes a tensor in the memory layout that the case asks for, as a leaf. */
export function makeInput(g: OpCase["inputs"][number]): Tensor {
  const numbers = g.data.map(toNumber);
  const dense = tensor(numbers, { dtype: g.dtype }).reshape(g.shape).detach();
  if (g.layout === "transposed") return dense.transpose(-2, -1).clone().transpose(-2, -1).detach();
  if (g.layout === "stepped") {
    const wide = numbers.flatMap((x) => [x, 99]);
    const last = g.shape.length - 1;
    const shape = g.shape.map((size, d) => (d === last ? 2 * size : size));
    const slices = g.shape.map((_, d) => (d === last ? "::2" : ":"));
    return tensor(wide, { dtype: g.dtype })
      .reshape(shape)
      .at(...slices)
      .detach();
  }
  if (g.layout === "expanded") return dense.at("0:1").clone().expand(g.shape).detach();
  return dense;
}

/** Values that earlier calls gave, for `{"$v": i}`; generators by name, for `{"$g": name}`. */
export interface Context {
  inputs: readonly Tensor[];
  values?: readonly unknown[];
  generators?: Readonly<Record<string, Generator>>;
}

/** Replaces the stand-ins of the files by what they stand for. */
export function revive(value: unknown, context: Context): unknown {
  if (Array.isArray(value)) return value.map((v) => revive(v, context));
  if (value === null || typeof value !== "object") return value;
  if ("$t" in value) return context.inputs[value.$t as number];
  if ("$ts" in value) return (value.$ts as number[]).map((i) => context.inputs[i]);
  if ("$n" in value) return toNumber(value.$n as string);
  if ("$v" in value) return context.values?.[value.$v as number];
  if ("$g" in value) return context.generators?.[value.$g as string];
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v, context)]));
}

/** Methods take a boolean beside a tensor as a bool operand in PyTorch; here that is a bool tensor without dimensions. */
const operand = (value: unknown): unknown => (typeof value === "boolean" ? tensor(value) : value);

/** Runs one call. */
export function call({ op, fn, args }: Call, context: Context): unknown {
  const plain = args.map((a) => revive(a, context));
  const revived = (fn ? plain : plain.map(operand)).map((a) => (a === null ? undefined : a));
  // In `at`, null inserts a dimension; elsewhere it is an argument left out.
  const given = op === "at" ? plain : revived;
  const own = fn ? (chainrule as Record<string, unknown>)[op] : methodOf(args, context, op);
  if (typeof own !== "function") throw new Error(`there is no ${op}`);
  return own(...given);
}

/** The method of the receiver: the first input, or for programs the first argument. */
function methodOf(args: unknown[], context: Context, op: string): unknown {
  const receiver = context.values && args.length > 0 ? null : context.inputs[0];
  if (!receiver) throw new Error(`${op} has no receiver`);
  const method = (receiver as unknown as Record<string, unknown>)[op];
  if (typeof method === "function") return method.bind(receiver);
  const like = (chainrule as Record<string, unknown>)[op]; // zerosLike and kin are functions
  return typeof like === "function" ? like.bind(null, receiver) : undefined;
}

/** Runs a step of a program, in which every operand stands in the arguments: the first is the receiver. */
export function callStep({ op, fn, args }: Call, context: Context): Tensor {
  const [receiver, ...rest] = args.map((a) => revive(a, context));
  if (fn) return (chainrule as unknown as Record<string, (...a: unknown[]) => Tensor>)[op](receiver, ...rest);
  return (receiver as unknown as Record<string, (...a: unknown[]) => Tensor>)[op](...rest);
}

/** Tolerances for one op, relative and absolute. */
const limits: Record<DType, number> = { float32: 4e-6, float64: 1e-12, int32: 0, bool: 0 };

/** Compares whatever a call gave with what the file wants. */
export function expectResult(found: unknown, wanted: OpCase["output"]): void {
  if (typeof wanted === "boolean") return expect(found).toBe(wanted);
  if (Array.isArray(wanted)) {
    expect((found as Tensor[]).length).toBe(wanted.length);
    wanted.forEach((w, i) => {
      expectResult((found as Tensor[])[i], w);
    });
    return;
  }
  if (isGolden(wanted)) {
    expect(found).toBeInstanceOf(Tensor);
    return expectClose(found as Tensor, wanted, limits[wanted.dtype], limits[wanted.dtype], "output");
  }
  const pair = found as { values: Tensor; indices: Tensor };
  expectResult(pair.values, wanted.values);
  expectResult(pair.indices, wanted.indices);
}

/** Checks a whole case: the result, and the gradients of Σ output · cotangent. */
export function expectCase(c: OpCase, generators?: Context["generators"]): void {
  const inputs = c.inputs.map(makeInput);
  if (c.throws) {
    expect(() => call(c, { inputs, generators })).toThrow(chainrule.ChainruleError);
    return;
  }
  c.grads?.forEach((g, i) => {
    if (g) inputs[i].requiresGrad_();
  });
  const result = call(c, { inputs, generators });
  expectResult(result, c.output);
  if (!c.grads?.some((g) => g)) return;
  const outputs = Array.isArray(result) ? (result as Tensor[]) : [pairValues(result)];
  const cotangents = Array.isArray(c.cotangent) ? c.cotangent : [c.cotangent as GoldenTensor];
  const total = outputs.map((y, i) => y.mul(makeInput(cotangents[i])).sum()).reduce((a, b) => a.add(b));
  if (!total.requiresGrad) {
    for (const g of c.grads)
      expect(g === null || g.data.every((x) => x === 0), "no gradient, where one is wanted").toBe(true);
    return;
  }
  total.backward();
  const coarsest = Math.max(...inputs.map((x) => limits[x.dtype]));
  c.grads.forEach((wanted, i) => {
    if (!wanted) return;
    const limit = coarsest * 10;
    const grad = inputs[i].grad ?? chainrule.zerosLike(inputs[i]);
    expectClose(grad, wanted, limit, limit, `gradient of input ${i}`);
  });
}

const pairValues = (result: unknown): Tensor =>
  result instanceof Tensor ? result : (result as { values: Tensor }).values;
