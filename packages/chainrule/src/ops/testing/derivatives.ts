/** Generated checks of an op's derivatives. */
import type { Differentiable } from "../../autograd/differences.ts";
import { grad } from "../../autograd/grad.ts";
import { gradcheck, gradgradcheck } from "../../autograd/gradcheck.ts";
import { noGrad } from "../../core/modes.ts";
import type { Node } from "../../core/node.ts";
import { type Args, apply, inputOf, type Op, type Saved } from "../../core/op.ts";
import type { Edge, Values } from "../../core/samples.ts";
import { Tensor } from "../../core/tensor.ts";
import { allocate, type DType, isFloating } from "../../shape/dtype.ts";
import { numel, sameShape, showShape } from "../../shape/shape.ts";
import { counter, must, mustAgree, show } from "./compare.ts";
import { type Arguments, contiguous, differentiableOf, inputsOf, withDifferentiable } from "./samples.ts";

/** The op as a function of its differentiable inputs, and fresh leaves to call it with. */
function asFunction(op: Op, args: Arguments): { fn: Differentiable; leaves: Tensor[] } {
  const leaves = differentiableOf(op, args).map(({ tensor }) => contiguous.apply(tensor).requiresGrad_());
  return { leaves, fn: (...xs) => apply(op, { ...withDifferentiable(op, args, xs) }) };
}

/** First and second derivatives agree with differences along random directions. */
export function checkGradients(op: Op, args: Arguments): void {
  const { fn, leaves } = asFunction(op, args);
  if (leaves.length === 0) return;
  const y = fn(...leaves) as Tensor;
  if (!y.requiresGrad) return;
  if (y.numel === 0 || leaves.every((x) => x.numel === 0)) {
    const found = grad(y, leaves, { gradOutputs: [onesLike(y)], createGraph: true, allowUnused: true });
    found.forEach((g, i) => {
      must(
        g !== null && sameShape(g.shape, leaves[i].shape) && [...g.data].every((v) => v === 0),
        () => `${show(args)}: the gradient of empty results is ${g ? showShape(g.shape) : "missing"}`,
      );
    });
    return;
  }
  const options = { fast: true, directions: 2, atol: 1e-7, rtol: 1e-6 };
  const of = (order: string, check: typeof gradcheck): void => {
    try {
      counter.checks += check(fn, leaves, options).checks;
    } catch (error) {
      throw new Error(`${show(args)}, ${order} derivative: ${(error as Error).message}`, { cause: error });
    }
  };
  of("first", gradcheck);
  of("second", gradgradcheck);
}

const onesLike = (x: Tensor): Tensor => Tensor.over(allocate(x.dtype, x.numel).fill(1), x.shape, x.dtype);

/** What the derivatives of an op read of its inputs and result, seen over all samples: `input → names`. */
export function readsOf(op: Op, samples: readonly Arguments[]): Map<string, Set<string>> {
  const reads = new Map(op.inputs.filter((name) => op.vjp[name]).map((name) => [name, new Set<string>()]));
  for (const args of samples) {
    const { fn, leaves } = asFunction(op, args);
    const y = leaves.length > 0 ? (fn(...leaves) as Tensor) : null;
    if (!y?.node) continue;
    const node: Node = y.node;
    node.edges.forEach((edge, i) => {
      if (!edge) return;
      const name = inputOf(op, i);
      const watched = new Proxy(node.saved as object, {
        get(target, key, receiver) {
          if (key === "y" || op.inputs.includes(String(key))) reads.get(name)?.add(String(key));
          return Reflect.get(target, key, receiver) as unknown;
        },
      });
      noGrad(() =>
        op.vjp[name](onesLike(y), watched as Saved<Args>, edge, Math.max(0, i - op.inputs.length + 1)),
      );
    });
  }
  return reads;
}

/** `saves` is what the derivatives read: not less, and not more; input by input where it is so listed. */
export function checkSaves(op: Op, samples: readonly Arguments[]): void {
  const reads = readsOf(op, samples);
  const byInput = new Set(op.reads).size > 1;
  for (const [name, read] of reads) {
    const announced = op.saves.filter((_, k) => (op.reads[op.inputs.indexOf(name)] & (1 << k)) !== 0);
    for (const saved of read)
      must(
        announced.includes(saved),
        () => `the derivative for "${name}" reads "${saved}", which is not in saves`,
      );
    for (const saved of byInput ? announced : [])
      must(
        read.has(saved),
        () => `the derivative for "${name}" does not read "${saved}", which is in its saves`,
      );
  }
  const all = new Set([...reads.values()].flatMap((read) => [...read]));
  for (const saved of op.saves)
    must(all.has(saved), () => `no derivative reads "${saved}", which is in saves`);
}

/** Inputs without a derivative, though their numbers are real. */
export const constantInputs = (op: Op, samples: readonly Arguments[]): string[] => [
  ...new Set(
    samples.flatMap((args) =>
      inputsOf(op, args).flatMap(({ name, tensor }) =>
        !op.vjp[name] && isFloating(tensor.dtype) ? [name] : [],
      ),
    ),
  ),
];

type NamedEdge = Exclude<Edge<Args>, readonly number[]>;

/** `[x, y, dy/dx]` as an edge with names. */
function named(op: Op, edge: Edge<Args>): NamedEdge {
  if (!isShort(edge)) return edge;
  const n = op.inputs.length;
  const differentiable = edge.length > n + 1;
  if (edge.length !== n + 1 && edge.length !== 2 * n + 1)
    throw new Error(`the edge [${edge.join(", ")}] has no ${n} inputs, a value and ${n} derivatives`);
  const of = (start: number): Record<string, number> =>
    Object.fromEntries(op.inputs.map((name, i) => [name, edge[start + i]]));
  return { inputs: of(0), y: edge[n], ...(differentiable ? { grads: of(n + 1) } : {}) };
}

const isShort = (edge: Edge<Args>): edge is readonly number[] => Array.isArray(edge);

/** A tensor of nested numbers. */
export function tensorOf(values: Values, dtype: DType): Tensor {
  const shape: number[] = [];
  for (let v = values; typeof v !== "number"; v = v[0]) {
    shape.push(v.length);
    if (v.length === 0) break;
  }
  const flat: number[] = [];
  const walk = (v: Values): void => {
    if (typeof v === "number") flat.push(v);
    else for (const item of v) walk(item);
  };
  walk(values);
  if (flat.length !== numel(shape)) throw new Error(`ragged values ${JSON.stringify(values)}`);
  const y = Tensor.over(allocate(dtype, flat.length), shape, dtype);
  y.storage.elements.set(flat);
  return y;
}

/** Values and derivatives at the op's edge points are the known ones, NaN and infinities included. */
export function checkEdge(op: Op, edge: Edge<Args>, samples: readonly Arguments[]): void {
  const { inputs, attributes, y: value, grads = {}, dtype } = named(op, edge);
  const args: Record<string, unknown> = { ...attributes };
  for (const name of op.inputs) {
    if (inputs[name] === undefined) {
      args[name] ??= null;
      continue;
    }
    const like = samples.map((sample) => sample[name]).find((x) => x instanceof Tensor || Array.isArray(x));
    const sampleType = like instanceof Tensor && !isFloating(like.dtype) ? like.dtype : undefined;
    const type = sampleType ?? dtype ?? "float64";
    const given = inputs[name];
    args[name] =
      Array.isArray(like) && typeof given !== "number"
        ? given.map((item) => tensorOf(item, type))
        : tensorOf(given, type);
  }
  const leaves = differentiableOf(op, args).map(({ tensor }) => tensor.requiresGrad_());
  const names = differentiableOf(op, args).map(({ name }) => name);
  const y = apply(op, { ...args });
  const where = (): string =>
    `at ${JSON.stringify(inputs, (_, v: unknown) => (typeof v === "number" ? String(v) : v))}`;
  mustAgree(y, tensorOf(value, y.dtype), 1e-12, () => `${where()}: value`);
  const wanted = names.filter((name) => grads[name] !== undefined);
  must(
    wanted.length === Object.keys(grads).length,
    () =>
      `${where()}: derivatives are given for ${Object.keys(grads).join(", ")}, and exist for ${names.join(", ")}`,
  );
  if (wanted.length === 0) return;
  const found = grad(y, leaves, { gradOutputs: [onesLike(y)] });
  for (const name of new Set(wanted)) {
    const actual = found.filter((_, i) => names[i] === name);
    const expected = grads[name];
    const isList = Array.isArray(args[name]) && typeof expected !== "number";
    actual.forEach((g, i) => {
      mustAgree(
        g,
        tensorOf(isList ? expected[i] : expected, "float64"),
        1e-12,
        () => `${where()}: derivative for "${name}"`,
      );
    });
  }
}
