import { isFloating } from "../shape/dtype.ts";
import { showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { modes } from "./modes.ts";
import { Node } from "./node.ts";
import { recording as recorder } from "./recording.ts";
import type { Edge, Samples } from "./samples.ts";
import { type Spec, Tensor } from "./tensor.ts";

/** An operand that may be a plain number, which broadcasts and hardly ever widens a dtype. */
export type Operand = Tensor | number;

/** An op's inputs and attributes by name. */
export type Args = object;

/** What a derivative sees: attributes and saved tensors by name, and the result as `y` when it is saved. */
export type Saved<A extends Args> = A & { readonly y: Tensor };

/**
 * The vector–Jacobian product for one input: from ∂ℓ/∂y to ∂ℓ/∂input, written with tensor methods, so that it can be
 * differentiated again. `input` gives the input's shape and dtype; `index` its place in a list of inputs. The result may
 * still be broadcast: `backward` sums it to the input's shape. Null means that the derivative is zero everywhere.
 */
export type Vjp<A extends Args> = (dy: Tensor, saved: Saved<A>, input: Spec, index: number) => Tensor | null;

type InputName<A extends Args> = {
  [K in keyof A]-?: NonNullable<A[K]> extends Operand | readonly Operand[] ? K : never;
}[keyof A] &
  string;

/** What the inputs of z_j = Σ_i w_ij y_i + w_0j are called. */
export interface WeightedSum<Name extends string = string> {
  readonly weights: Name;
  /** What the weights are multiplied with. */
  readonly units: Name;
  readonly bias?: Name;
  /** Whether the last but one dimension of the weights counts the results j (and the last the units i), or the other way round. */
  readonly rows: "results" | "units";
}

/** Everything that chainrule knows about an op, in one place. */
export interface OpDefinition<A extends Args> {
  /** PyTorch's name in camelCase. */
  readonly name: string;
  /** One line in the field's notation. */
  readonly formula: string;
  /** Names of the inputs, in order; the other arguments are attributes. A list of tensors counts as one input, the last. */
  readonly inputs: readonly InputName<A>[];
  /** Shape and dtype of the result; throws when the inputs do not fit. */
  result(args: A): Spec;
  /** Computes the result by primitives (or by other ops): a fresh tensor, never an input itself. */
  lower(args: A, out: Spec): Tensor;
  /**
   * Which inputs, and the result as "y", the derivatives read. Only these are remembered. Where derivatives of several
   * inputs read different things, list them by input: then a weight is not kept for the sake of data without gradient. Without it
   * nothing is remembered.
   */
  readonly saves?:
    | readonly (InputName<A> | "y")[]
    | { readonly [K in InputName<A>]?: readonly (InputName<A> | "y")[] };
  /** Derivatives by input; an input without one gets no gradient. Without any, results never require one. */
  readonly vjp?: { readonly [K in InputName<A>]?: Vjp<A> };
  /**
   * Inputs in which the result is linear, all together, when the others stay: y = Σ ∂y/∂input · input over their elements. Traces
   * show such a result as the sum of these terms. Without it they show a function of its operands.
   */
  readonly linearIn?: readonly InputName<A>[];
  /** For a product with a matrix of weights: which input is what. Left out by all other ops. */
  readonly weighted?: WeightedSum<InputName<A>>;
  /**
   * ∂y/∂input as formulas that traces read, of ops that work element by element, or (with subscripts, i for the input and j for
   * the result) along `dim` or `dims`. Such an op's `formula` reads by the same rules where it is no prose. Without it they write
   * ∂y/∂input, with its number.
   */
  readonly derivative?: { readonly [K in InputName<A>]?: string };
  /**
   * What it does with these arguments, in words, such as "takes columns 1–8 of x"; `read` names what it reads. Without it the formula
   * says it.
   */
  about?(args: A, read: string): string;
  /** Arguments inside the domain, away from kinks: generated tests run on them. */
  samples(s: Samples): A[];
  /** Points with a known value and known derivatives: kinks, limits, extremes. Default: none. */
  readonly edges?: readonly Edge<A>[];
}

/** A registered op. Methods keep ops of different arguments in one list. */
export interface Op<A extends Args = Args> {
  /** PyTorch's name in camelCase. */
  readonly name: string;
  /** One line in the field's notation. */
  readonly formula: string;
  /** Names of the inputs, in order. */
  readonly inputs: readonly string[];
  /** Shape and dtype of the result; throws when the inputs do not fit. */
  result(args: A): Spec;
  /** Computes the result: a fresh tensor. */
  lower(args: A, out: Spec): Tensor;
  /** All inputs (and "y") that some derivative reads. */
  readonly saves: readonly string[];
  /** For each input, what its derivative reads, as a set of bits: bit k stands for `saves[k]`. */
  readonly reads: readonly number[];
  /** Derivatives by input; empty where there is none. */
  readonly vjp: Readonly<Record<string, Vjp<Args>>>;
  /** Whether derivatives are a user's, who may keep the tensors that they return. Default false. */
  readonly custom?: boolean;
  /** Inputs in which the result is linear. Left out where there is none. */
  readonly linearIn?: readonly string[];
  /** Which input is what in a product with weights. Left out by all other ops. */
  readonly weighted?: WeightedSum;
  /** ∂y/∂input as formulas. Left out where traces are told none. */
  readonly derivative?: { readonly [input: string]: string | undefined };
  /** What it does with these arguments, in words. Left out where the formula says it. */
  about?(args: Args, read: string): string;
  /** Arguments for generated tests. Left out in the built package, as {@link edges} are: only tests read them, and these run the sources. */
  samples?(s: Samples): A[];
  /** Points with a known value and known derivatives. */
  readonly edges: readonly Edge<Args>[];
}

const registry = new Map<string, Op>();

/**
 * All ops that were defined so far, for generated tests and documentation.
 *
 * @example
 * allOps().find(({ name }) => name === "tanh")?.formula; // → 'y = tanh x'
 */
export const allOps = (): readonly Op[] => [...registry.values()];

/**
 * Registers an op, for {@link apply}. See {@link OpDefinition}; a function with a derivative of one's own is made by
 * {@link customFunction} with less.
 *
 * @throws ChainruleError `argument` when there is an op of that name
 *
 * @example
 * const cubed = defineOp<{ x: Tensor }>({
 *   name: "cubed",
 *   formula: "y = x³",
 *   inputs: ["x"],
 *   result: ({ x }) => x,
 *   lower: ({ x }) => x.mul(x).mul(x),
 *   saves: ["x"],
 *   vjp: { x: (dy, { x }) => dy.mul(x.mul(x).mul(3)) },
 *   samples: (s) => [{ x: s.real([2, 3]) }],
 * });
 * const x = tensor(2, { requiresGrad: true });
 * const y = apply(cubed, { x }); // → tensor(8., gradFn=<cubed>)
 * grad(y, [x]); // → [tensor(12.)]

 */
export function defineOp<A extends Args>(definition: OpDefinition<A>): Op<A> {
  if (registry.has(definition.name)) {
    throw new ChainruleError(
      "argument",
      `An op named ${definition.name} exists already.`,
      "Choose another name.",
    );
  }
  const op = {
    ...definition,
    ...readsOf(definition),
    vjp: (definition.vjp ?? {}) as Readonly<Record<string, Vjp<Args>>>,
    edges: (definition.edges ?? []) as readonly Edge<Args>[],
  };
  registry.set(op.name, op);
  return op;
}

function readsOf<A extends Args>(definition: OpDefinition<A>): Pick<Op, "saves" | "reads"> {
  const { inputs, saves = [] } = definition;
  const of = (name: InputName<A>): readonly string[] => (isList(saves) ? saves : (saves[name] ?? []));
  const all = [...new Set(inputs.flatMap(of))];
  return {
    saves: all,
    reads: inputs.map((name) => of(name).reduce((bits, s) => bits | (1 << all.indexOf(s)), 0)),
  };
}

const isList = <T>(x: readonly T[] | object): x is readonly T[] => Array.isArray(x);

/**
 * Runs an op: checks its arguments, computes the result, and records the derivative where one is wanted. Takes the object
 * `args` over: it becomes the record.
 *
 * @param method what errors name, by default the op
 *
 * @example
 * const halved = defineOp<{ x: Tensor }>({
 *   name: "halved",
 *   formula: "y = x / 2",
 *   inputs: ["x"],
 *   result: ({ x }) => x,
 *   lower: ({ x }) => x.div(2),
 *   vjp: { x: (dy) => dy.div(2) },
 *   samples: (s) => [{ x: s.real([2]) }],
 * });
 * const x = tensor(3, { requiresGrad: true });
 * const y = apply(halved, { x }); // → tensor(1.5000, gradFn=<halved>)
 * grad(y, [x]); // → [tensor(0.5000)]
 */
export function apply<A extends Args>(op: Op<A>, args: A, method: string = op.name): Tensor {
  const recording = modes.grad;
  const observer = modes.observer;
  let y: Tensor;
  try {
    const out = op.result(args);
    // What happens inside is covered by the op's own derivative, and by the op's own event.
    modes.grad = false;
    modes.observer = null;
    y = recorder
      ? recorder.telling(
          (error) => error.within(method),
          () => op.lower(args, out),
        )
      : op.lower(args, out);
  } catch (error) {
    throw error instanceof ChainruleError ? error.within(method) : error;
  } finally {
    modes.grad = recording;
    modes.observer = observer;
  }
  if (observer) observer.applied(op as Op, args, y);
  if (recording && isFloating(y.dtype)) {
    const edges = edgesOf(op, args as Record<string, unknown>);
    if (edges) record(op, args as Record<string, unknown>, edges, y);
  }
  return y;
}

/** The nodes of the differentiable inputs, or null when none of them requires a gradient. */
function edgesOf(op: Op, args: Record<string, unknown>): (Node | null)[] | null {
  let wanted = false;
  const edges: (Node | null)[] = [];
  for (let i = 0; i < op.inputs.length; i++) {
    const name = op.inputs[i];
    const value = args[name];
    const differentiable = op.vjp[name] !== undefined;
    if (Array.isArray(value)) {
      for (const item of value) {
        const node = differentiable && item instanceof Tensor ? item.node : null;
        if (node) wanted = true;
        edges.push(node);
      }
    } else {
      const node = differentiable && value instanceof Tensor ? value.node : null;
      if (node) wanted = true;
      edges.push(node);
    }
  }
  return wanted ? edges : null;
}

const noVersions: readonly number[] = [];

function record(op: Op, args: Record<string, unknown>, edges: readonly (Node | null)[], y: Tensor): void {
  const { inputs, saves, reads } = op;
  let needed = 0;
  for (let i = 0; i < edges.length; i++) if (edges[i]) needed |= reads[Math.min(i, inputs.length - 1)];
  // Inputs that no derivative will read are let go: the garbage collector may have them.
  for (let i = 0; i < inputs.length; i++) {
    const k = saves.indexOf(inputs[i]);
    if (k < 0 || (needed & (1 << k)) === 0) args[inputs[i]] = undefined;
  }
  if (needed === 0) {
    y.node = new Node(op, y, edges, args, noVersions);
    return;
  }
  const versions = new Array<number>(saves.length);
  for (let k = 0; k < saves.length; k++) {
    if (saves[k] === "y" && (needed & (1 << k)) !== 0) args.y = y;
    versions[k] = versionOf(args[saves[k]]);
  }
  y.node = new Node(op, y, edges, args, versions);
}

/** How often a saved tensor was changed in place; for a list, all of its tensors together. */
function versionOf(value: unknown): number {
  if (value instanceof Tensor) return value.storage.version;
  if (!Array.isArray(value)) return 0;
  let sum = 0;
  for (const item of value) sum += versionOf(item);
  return sum;
}

/** The name of the input that an edge of a node belongs to: the edges of a list come last. */
export const inputOf = (op: Op, edge: number): string => op.inputs[Math.min(edge, op.inputs.length - 1)];

/** The saved arguments of a node for its derivatives, once it is sure that they still hold what the forward pass saw. */
export function savedOf(node: Node): Saved<Args> {
  const op = node.op as Op;
  const saved = node.saved as Record<string, unknown> | null;
  if (!saved) {
    throw new ChainruleError(
      "autograd",
      `The backward pass went through ${node.describe()} before, and what its derivative remembered was freed.`,
      "Call backward({ retainGraph: true }) the first time, or run the forward pass again.",
    );
  }
  for (let k = 0; k < node.versions.length; k++) {
    const value = saved[op.saves[k]];
    if (versionOf(value) !== node.versions[k]) {
      const what =
        value instanceof Tensor ? `A tensor of shape ${showShape(value.shape)}` : "One of the tensors";
      throw new ChainruleError(
        "in-place",
        `${what} that the derivative of ${node.describe()} needs (its "${op.saves[k]}") was changed in place after the forward pass.`,
        "Change a copy (clone()), or make the change after backward().",
      );
    }
  }
  return saved as Saved<Args>;
}

/** Lets go of what a node's derivative remembered. A derivative that needs no tensors can run again, as in PyTorch. */
export function freeSaved(node: Node): void {
  if (node.versions.length > 0) node.saved = null;
}
