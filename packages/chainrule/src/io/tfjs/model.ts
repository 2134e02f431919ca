import { type Layer, Module, Sequential } from "../../nn/index.ts";
import { showShape, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { counted } from "../../util/wording.ts";
import type { Dims } from "./topology.ts";

/** An input of a {@link LayersModel}. */
export interface LayersInput {
  /** Its name there. */
  readonly name: string;
  /** Sizes, the batch first; null where they are open. */
  readonly shape: Dims;
}

/** One call of a layer: which values it takes, and which it gives. Values are numbered, inputs first. */
export interface Step {
  readonly layer: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** What a {@link LayersModel} is made of. */
export interface LayersPlan {
  readonly inputs: readonly LayersInput[];
  readonly layers: ReadonlyMap<string, Module>;
  readonly steps: readonly Step[];
  /** The values that are given back. */
  readonly outputs: readonly number[];
}

/**
 * A network that came from Keras or TensorFlow.js ({@link fromTfjs}): layers of this library under their names there, and the
 * order in which they are called. It takes one tensor for each of its `inputs` and gives a tensor, or an array of them where
 * the model has several outputs.
 *
 * @throws ChainruleError `argument` when it is called with another number of tensors than it has inputs, `shape` for one of another
 * shape than the input has
 *
 * @example
 * const made = new nn.Sequential(new nn.Linear(2, 4), new nn.ReLU(), new nn.Linear(4, 1));
 * const model = await fromTfjs(toTfjs(made)); // in evaluation mode, until train() is called
 * model(ones([3, 2])).shape; // → [3, 1]
 * model.keys(); // → ['dense_0', 'relu_1', 'dense_2']
 * model(ones([3, 5])); // throws shape: … has shape [3, 5]. Give [any, 2]
 */
export class LayersModel<Out extends Tensor | readonly Tensor[] = Tensor> extends Module {
  static override readonly name: string = "LayersModel";
  /** The inputs, in the order in which the model is called with them. */
  readonly inputs: readonly LayersInput[];
  private readonly layers: ReadonlyMap<string, Module>;
  private readonly steps: readonly Step[];
  private readonly outputs: readonly number[];

  constructor(plan: LayersPlan) {
    super();
    this.inputs = plan.inputs;
    this.layers = plan.layers;
    this.steps = plan.steps;
    this.outputs = plan.outputs;
  }

  /** @throws ChainruleError `argument` for another number of tensors than there are inputs, `shape` for one of another shape */
  override forward(...inputs: Tensor[]): Out {
    this.check(inputs);
    const values = [...inputs];
    for (const step of this.steps) {
      const layer = this.layers.get(step.layer) as Module & ((...xs: Tensor[]) => Tensor | Tensor[]);
      const given = [layer(...step.inputs.map((i) => values[i]))].flat();
      step.outputs.forEach((place, i) => {
        values[place] = given[i];
      });
    }
    const outputs = this.outputs.map((i) => values[i]);
    return (outputs.length === 1 ? outputs[0] : outputs) as Out;
  }

  private check(given: readonly Tensor[]): void {
    if (given.length !== this.inputs.length) {
      throw new ChainruleError(
        "argument",
        `The model got ${counted(given.length, "tensor")} for ${counted(this.inputs.length, "input")}.`,
        `Give ${this.inputs.map(({ name }) => name).join(", ")}, in this order.`,
      );
    }
    this.inputs.forEach(({ name, shape }, i) => {
      const sizes = given[i].shape;
      if (sizes.length === shape.length && shape.every((size, d) => size === null || size === sizes[d]))
        return;
      throw new ChainruleError(
        "shape",
        `The input ${name} has shape ${showShape(sizes)}.`,
        `Give ${showDims(shape)}.`,
      );
    });
  }

  /** The names of the layers, in the order in which they are first called. */
  keys(): string[] {
    return [...this.layers.keys()];
  }

  /**
   * The layer of that name.
   *
   * @throws ChainruleError `index` where there is none, naming those that there are
   */
  at(name: string): Module {
    const layer = this.layers.get(name);
    if (layer) return layer;
    throw new ChainruleError(
      "index",
      `The model has no layer "${name}".`,
      `Its layers are ${this.keys()
        .map((known) => `"${known}"`)
        .join(", ")}.`,
    );
  }

  /**
   * The layers as a Sequential that shares them, for a model that is a chain from one input to one output.
   *
   * @throws ChainruleError `argument` for a model that branches, merges or calls a layer twice
   *
   * @example
   * const made = new nn.Sequential(new nn.Linear(2, 4), new nn.ReLU(), new nn.Linear(4, 1));
   * const model = await fromTfjs(toTfjs(made));
   * model.toSequential().slice(0, 2)(ones([3, 2])).shape; // → [3, 4]
   */
  toSequential(): Sequential {
    const chain = this.steps.every(
      ({ layer, inputs, outputs }, i) =>
        inputs.length === 1 &&
        inputs[0] === i &&
        outputs.length === 1 &&
        outputs[0] === i + 1 &&
        this.steps.findIndex((step) => step.layer === layer) === i,
    );
    if (
      !chain ||
      this.inputs.length !== 1 ||
      this.outputs.length !== 1 ||
      this.outputs[0] !== this.steps.length
    ) {
      throw new ChainruleError(
        "argument",
        "The model is no chain of layers.",
        "Call the model itself, or take its layers by at(name).",
      );
    }
    // Names of Keras may have points, which separate names in paths, or be numbers, which an object puts first.
    const named = this.keys().every((name) => !/\.|^\d+$/.test(name));
    return named
      ? new Sequential(Object.fromEntries(this.layers) as Record<string, Layer>)
      : new Sequential(...([...this.layers.values()] as Layer[]));
  }

  protected override parts(): (readonly [name: string, value: unknown])[] {
    return [...this.layers, ...super.parts()];
  }
}

export const showDims = (dims: Dims): string => `[${dims.map((size) => size ?? "any").join(", ")}]`;
