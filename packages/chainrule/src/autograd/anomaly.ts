import type { Observer } from "../core/events.ts";
import { modes, withMode } from "../core/modes.ts";
import type { Node } from "../core/node.ts";
import type { Args, Op } from "../core/op.ts";
import { currentScope } from "../core/scope.ts";
import { Tensor } from "../core/tensor.ts";
import { isFloating } from "../shape/dtype.ts";
import { type Shape, showShape, unravelIndex } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { withDefaults } from "../util/options.ts";
import { inputName } from "./blame.ts";

/** What {@link detectAnomaly} looks for. */
export interface AnomalyOptions {
  /** Look for NaN alone, where infinities are meant, as in masks of −∞. Default false. */
  allowInfinity?: boolean;
}

/**
 * Runs `fn`, a training step for instance, and stops at the first value that is not finite: the error, of code
 * "non-finite", names the op and the layer that made it, in the forward pass; or, in the backward pass, the forward op and
 * layer whose derivative did. Every result is searched, so use it to find a fault, not always. Returns what `fn` returns. As
 * `torch.autograd.detect_anomaly`, which looks for NaN in the backward pass alone.
 *
 * @throws ChainruleError `non-finite` at the first such value; `argument` for an async function
 *
 * @example
 * const x = tensor([0, 1], { requiresGrad: true });
 * x.sqrt().sum().backward();
 * x.grad; // → tensor([inf, 0.5000])
 * detectAnomaly(() => x.sqrt().sum().backward()); // throws non-finite: … The derivative of op sqrt …
 */
export function detectAnomaly<R>(fn: () => R, options: AnomalyOptions = {}): R {
  const outer = modes.observer;
  const { allowInfinity } = withDefaults("detectAnomaly", options, { allowInfinity: false });
  const detector = new Detector(allowInfinity);
  const observer: Observer = {
    applied(op, args, result) {
      outer?.applied(op, args, result);
      detector.applied(op, args, result);
    },
    derived(node, input, gradient, index) {
      outer?.derived?.(node, input, gradient, index);
      detector.derived(node, input, gradient, index);
    },
    changed(name, target) {
      outer?.changed?.(name, target);
      detector.changed(name, target);
    },
  };
  try {
    return withMode("observer", observer, fn);
  } catch (error) {
    // A module adds its layer as the error passes it; elsewhere the layer is added here.
    const { layer, error: ours } = detector;
    if (ours && error === ours && layer && !ours.where.includes(layer)) ours.within(layer);
    throw error;
  }
}

const remedy =
  "Keep its inputs inside its domain (a small ε, clamp()), lower the learning rate, or clip the gradients.";

class Detector {
  readonly allowInfinity: boolean;
  error: ChainruleError | null = null;
  /** The layer that was running. */
  layer: string | null = null;

  constructor(allowInfinity: boolean) {
    this.allowInfinity = allowInfinity;
  }

  applied(op: Op, args: Args, result: Tensor): void {
    const found = this.#search(result);
    if (!found) return;
    const inputs = op.inputs.flatMap((name) => {
      const value = (args as Record<string, unknown>)[name];
      return (Array.isArray(value) ? value : [value]).map((item) => [name, item] as const);
    });
    for (const [name, value] of inputs) {
      const given = value instanceof Tensor ? this.#search(value) : null;
      if (given) {
        this.#fail(
          `The op ${op.name} was given ${given.shown} in its "${name}".`,
          "No op made it: look at the data, the parameters and the numbers that the step starts from.",
          op.name,
        );
      }
    }
    const at = inputs.flatMap(([name, value]) => {
      const shown = valueAt(value, found.index, result.shape);
      return shown === null ? [] : [`${name} = ${shown}`];
    });
    this.#fail(
      `The op ${op.name} made the first value that is not finite: ${found.shown}, from ${at.length > 0 ? at.join(", ") : "finite inputs"}.`,
      remedy,
      op.name,
    );
  }

  derived(node: Node, input: string, gradient: Tensor, index: number): void {
    const found = this.#search(gradient);
    if (found) {
      const op = node.op as Op;
      const what = `${node.describe()} with respect to ${inputName(op, node.saved, input, op.custom ? index : null)}`;
      this.#fail(
        `The derivative of ${what} made the first value that is not finite: ${found.shown}.`,
        remedy,
        "backward",
      );
    }
  }

  changed(name: string, target: Tensor): void {
    const found = this.#search(target);
    if (!found) return;
    this.#fail(
      `${name}() wrote ${found.shown} into a tensor of shape ${showShape(target.shape)}.`,
      remedy,
      name,
    );
  }

  #fail(problem: string, whatToDo: string, place: string): never {
    this.error = new ChainruleError("non-finite", problem, whatToDo).within(place);
    this.layer = place === "backward" ? null : (currentScope()?.describe() ?? null);
    throw this.error;
  }

  /** The first element that is not finite. */
  #search(x: Tensor): { index: number[]; shown: string } | null {
    if (!isFloating(x.dtype)) return null;
    const { data } = x;
    for (let i = 0; i < data.length; i++) {
      if (Number.isFinite(data[i]) || (this.allowInfinity && !Number.isNaN(data[i]))) continue;
      const index = unravelIndex(i, x.shape);
      return { index, shown: `${data[i]}${index.length > 0 ? ` at ${showShape(index)}` : ""}` };
    }
    return null;
  }
}

/** The element of an operand that an elementwise op would have used for the result at `index`; null where there is none. */
function valueAt(value: unknown, index: readonly number[], shape: Shape): string | null {
  if (typeof value === "number") return String(value);
  if (!(value instanceof Tensor) || value.ndim > shape.length) return null;
  const lead = shape.length - value.ndim;
  let at = value.offset;
  for (let d = 0; d < value.ndim; d++) {
    const size = value.shape[d];
    if (size !== 1 && size !== shape[lead + d]) return null;
    if (size !== 1) at += index[lead + d] * value.strides[d];
  }
  return String(value.storage.elements[at]);
}
