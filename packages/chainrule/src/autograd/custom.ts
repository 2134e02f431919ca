import { interpreter } from "../core/interpreter.ts";
import { apply, type Op } from "../core/op.ts";
import { type Spec, Tensor } from "../core/tensor.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { counted } from "../util/wording.ts";

/** What a custom function's forward gives back when its derivative needs something: the result, and what to remember. */
export interface Remembering<S extends object> {
  /** The result. */
  readonly output: Tensor;
  /** What backward needs, by name: tensors and plain values. */
  readonly save: S;
}

/** What {@link customFunction} is made of. */
export interface CustomFunction<A extends readonly unknown[], S extends object> {
  /** How errors, traces and anomaly detection call it. */
  readonly name: string;
  /** One line in the field's notation, for traces. Default "y = name(…)". */
  readonly formula?: string;
  /**
   * Computes the result from the arguments: tensors, numbers, anything. What happens inside is not differentiated. Return
   * the result, or `{ output, save }` with whatever backward needs, by name.
   */
  readonly forward: (...inputs: A) => Tensor | Remembering<S>;
  /**
   * ∂ℓ/∂input for each argument, in order, from ∂ℓ/∂output: null for those without derivative; a single tensor where there
   * is one argument. Written with tensor operations, it can be differentiated again; then save inputs and the output, and
   * compute from them, because other saved tensors count as constants.
   */
  readonly backward: (gradient: Tensor, saved: S) => Tensor | null | readonly (Tensor | null)[];
}

interface Call<S> {
  /** The tensors among the arguments, which gradients lead to. */
  readonly inputs: readonly Tensor[];
  /** The place of each of them among the arguments, and all other arguments in their places. */
  readonly places: readonly number[];
  readonly others: readonly unknown[];
  /** What is remembered, by name, and the tensors of it, so that changes in place are noticed. */
  memory: S;
  kept: readonly Tensor[];
  /** Gradients of one visit: the derivatives of the inputs are asked for one by one. */
  readonly gradients: WeakMap<Tensor, readonly (Tensor | null)[]>;
}

/**
 * A function with a derivative of your own, as `torch.autograd.Function`: for what is cheaper, more accurate or other than
 * the derivative of its parts. Check it by {@link gradcheck}.
 *
 * @throws ChainruleError `autograd` when forward returns neither a tensor nor `{ output, save }`, and in the backward pass when
 * backward returns another number of gradients than there are arguments, or one of another shape than its argument
 *
 * @example
 * const cube = customFunction({
 *   name: "cube",
 *   forward: (x: Tensor) => ({ output: x.mul(x).mul(x), save: { x } }),
 *   backward: (dy, { x }) => dy.mul(x).mul(x).mul(3), // ∂ℓ/∂x = ∂ℓ/∂y · 3x²
 * });
 * const x = tensor(2, { requiresGrad: true });
 * const y = cube(x); // → tensor(8., gradFn=<cube>)
 * grad(y, [x]); // → [tensor(12.)]
 */
export function customFunction<A extends readonly unknown[], S extends object = object>(
  definition: CustomFunction<A, S>,
): (...inputs: A) => Tensor {
  const op = operation(definition);
  return (...args) => {
    const places = args.flatMap((x, i) => (x instanceof Tensor ? [i] : []));
    const inputs = places.map((i) => args[i] as Tensor);
    const others = args.map((x) => (x instanceof Tensor ? undefined : x));
    return apply(op, { inputs, places, others, memory: {} as S, kept: [], gradients: new WeakMap() });
  };
}

function operation<A extends readonly unknown[], S extends object>({
  name,
  formula = `y = ${name}(…)`,
  forward,
  backward,
}: CustomFunction<A, S>): Op<Call<S>> {
  const unknown: Spec = { shape: [], dtype: "float32" };
  return {
    name,
    formula,
    inputs: ["inputs"],
    custom: true,
    // Shape and dtype are known only when the user's function has run.
    result: () => unknown,
    lower(call) {
      const args = [...call.others];
      call.places.forEach((place, i) => {
        args[place] = call.inputs[i];
      });
      const { output, save } = unpack(name, forward(...(args as unknown as A)));
      // Never an input or a tensor from elsewhere: the result has a history of its own.
      const y = interpreter.view(output, output.shape, output.strides, output.offset);
      const entries = Object.entries(save).map(
        ([key, value]) => [key, value === output ? y : value] as const,
      );
      call.memory = Object.fromEntries(entries) as S;
      call.kept = entries.flatMap(([, value]) => (value instanceof Tensor ? [value] : []));
      return y;
    },
    saves: ["kept"],
    reads: [1],
    vjp: {
      inputs(dy: Tensor, saved: object, input: Spec, index: number) {
        const { gradients, memory, others, places } = saved as Call<S>;
        let all = gradients.get(dy);
        if (!all) {
          all = listed(name, backward(dy, memory), others.length);
          gradients.set(dy, all);
        }
        const gradient = all[places[index]];
        if (gradient) checkShape(name, gradient, input, places[index]);
        return gradient;
      },
    },
    samples: () => [],
    edges: [],
  };
}

/** The result of forward and what it remembers. */
function unpack<S extends object>(name: string, returned: Tensor | Remembering<S>): Remembering<S | object> {
  const { output, save } = returned instanceof Tensor ? { output: returned, save: {} } : (returned ?? {});
  if (output instanceof Tensor && typeof save === "object" && save !== null) return { output, save };
  throw new ChainruleError(
    "autograd",
    `The forward of ${name} returned neither a tensor nor { output, save }.`,
    "Return the result, or { output, save } with what backward needs in save.",
  );
}

/** The gradients that backward returned, one for each argument. */
function listed(
  name: string,
  returned: Tensor | null | readonly (Tensor | null)[],
  count: number,
): readonly (Tensor | null)[] {
  const all = Array.isArray(returned)
    ? (returned as readonly (Tensor | null)[])
    : [returned as Tensor | null];
  if (all.length === count && all.every((g) => g === null || g === undefined || g instanceof Tensor))
    return all;
  throw new ChainruleError(
    "autograd",
    all.length === count
      ? `The backward of ${name} returned something that is neither a tensor nor null.`
      : `The backward of ${name} returned ${counted(all.length, "gradient")} for ${counted(count, "argument")}.`,
    "Return one gradient for each argument of forward, in order, and null where there is none.",
  );
}

function checkShape(name: string, gradient: Tensor, input: Spec, place: number): void {
  if (sameShape(gradient.shape, input.shape)) return;
  throw new ChainruleError(
    "autograd",
    `The backward of ${name} returned a gradient of shape ${showShape(gradient.shape)} for argument ${place} of shape ${showShape(input.shape)}.`,
    "A gradient has the shape of its argument: sum over what broadcasting stretched, by sumTo(shape).",
  );
}
