/** What a forward pass goes through, layer by layer: those with weights, and activations. */
import type { Observer } from "../core/events.ts";
import type { Module, Parameter } from "../nn/index.ts";
import {
  currentScope,
  enableGrad,
  grad,
  noGrad,
  type Op,
  onesLike,
  Tensor,
  withMode,
} from "../tensor/index.ts";
import { type Flatness, layerActivations, opActivations } from "./activations.ts";

/** One call of a layer with weights, or of an activation. */
export interface WatchedLayer {
  readonly path: string;
  readonly kind: string;
  /** The lecture's number: how many layers of weighted sums there are up to this one. */
  readonly k: number;
  /** The parameters that it took. */
  readonly parameters: ReadonlySet<Parameter>;
  /** What it gives. */
  readonly output: Tensor;
  /** Null where it is no activation. */
  readonly activation: Activation | null;
}

interface Activation extends Flatness {
  readonly input: Tensor;
  /** f' at the input, of the same shape. */
  slope(): Tensor;
}

interface Draft extends WatchedLayer {
  parameters: Set<Parameter>;
  output: Tensor;
}

type Scope = ReturnType<typeof currentScope>;

/** Ops that sum products of data with weights as `weighted` ones do, but of weights that are no matrix. */
const otherSums = new Set(["bilinear", "einsum"]);

/** Whether an op sums products of data with weights: each one that takes a parameter is a layer. */
const sumsProducts = (op: Op): boolean => op.weighted !== undefined || otherSums.has(op.name);

/** Runs the forward pass of a model; gives its result, and its layers in the order of computation. */
export function watchForward<R>(model: Module, forward: () => R): { result: R; layers: WatchedLayer[] } {
  const watcher = new Watcher(model);
  const result = withMode("observer", watcher, forward);
  return { result, layers: watcher.layers };
}

class Watcher implements Observer {
  readonly layers: Draft[] = [];
  readonly #modules: ReadonlyMap<unknown, readonly [path: string, module: Module]>;
  /** Parameters, and what is computed of them alone, such as a transposed weight. */
  readonly #origins = new Map<Tensor, readonly Parameter[]>();
  /** By module call the layer that takes in what the call computes next. */
  readonly #open = new Map<Scope, Draft>();
  #k = 0;

  constructor(model: Module) {
    this.#modules = new Map(model.namedModules().map((entry) => [entry[1], entry]));
    for (const parameter of model.parameters()) this.#origins.set(parameter, [parameter]);
  }

  applied(op: Op, args: object, result: Tensor): void {
    const inputs = tensorsIn(op, args);
    const parameters = inputs.flatMap((input) => this.#origins.get(input) ?? []);
    const input = inputs.find((one) => !this.#origins.has(one));
    if (input === undefined) {
      if (parameters.length > 0) this.#origins.set(result, parameters);
      return;
    }
    const layer = this.#layerOf(op, args, input, parameters.length > 0, result);
    if (layer === null) return;
    layer.output = result;
    for (const parameter of parameters) layer.parameters.add(parameter);
  }

  /** The layer that a result belongs to; null where it is of none. */
  #layerOf(op: Op, args: object, input: Tensor, takesWeights: boolean, result: Tensor): Draft | null {
    const scope = currentScope();
    const [path, module] = this.#modules.get(scope?.owner) ?? ["", null];
    const open = this.#open.get(scope) ?? null;
    const begin = (kind: string, activation: Activation | null): Draft => {
      const draft = { path, kind, k: this.#k, parameters: new Set<Parameter>(), output: result, activation };
      this.layers.push(draft);
      this.#open.set(scope, draft);
      return draft;
    };
    const kind = module?.scopeKind() ?? "";
    if (module !== null && kind in layerActivations) {
      const slope = (): Tensor => slopeOfLayer(module, input);
      return open ?? begin(kind, { ...layerActivations[kind], input, slope });
    }
    if (op.name in opActivations) {
      const kept = { ...args, y: result };
      const slope = (): Tensor => slopeOfOp(op, kept, input, result);
      const isLayer = module !== null && module.children().length === 0 && open === null;
      const draft = begin(isLayer ? kind : op.name, { ...opActivations[op.name], input, slope });
      // What its call does with it afterwards is no part of it.
      this.#open.delete(scope);
      return draft;
    }
    if (takesWeights && sumsProducts(op)) {
      this.#k++;
      return begin(kind, null);
    }
    return open ?? (takesWeights ? begin(kind, null) : null);
  }
}

function tensorsIn(op: Op, args: object): Tensor[] {
  const values = args as Readonly<Record<string, unknown>>;
  return op.inputs
    .flatMap((name) => values[name])
    .filter((value): value is Tensor => value instanceof Tensor);
}

/** The op's own derivative, for ∂ℓ/∂y = 1. */
const slopeOfOp = (op: Op, saved: object, { shape, dtype }: Tensor, y: Tensor): Tensor =>
  noGrad(() => {
    const slope = op.vjp.x(onesLike(y), saved as object & { y: Tensor }, { shape, dtype }, 0);
    return slope ?? y.mul(0);
  });

/** The derivative of a layer that works value by value. */
const slopeOfLayer = (layer: Module, input: Tensor): Tensor =>
  enableGrad(() => {
    const x = input.detach().requiresGrad_();
    const y = layer.forward(...([x] as never[])) as Tensor;
    return grad(y, [x], { gradOutputs: onesLike(y) })[0];
  });
