import type { Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { Fitting, Layer } from "../module/layer.ts";
import { Module } from "../module/module.ts";
import { checkName } from "../module/parts.ts";
import { checkItem, placeOf } from "./items.ts";

/**
 * Layers one after the other: y = layer_n(… layer_2(layer_1(x))). As `torch.nn.Sequential`.
 *
 * Layers are given one by one and then named 0, 1, 2, …, or named by an object. Where the widths of layers are literals,
 * TypeScript refuses a layer that does not fit the one before. With no layer at all, y = x.
 *
 * @throws ChainruleError `argument` for something that is no module, or a name that is empty or has a point
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
 * model(zeros([5, 2])).shape; // → [5, 1]
 * model.at(0).weight.shape; // → [3, 2]
 * const named = new nn.Sequential({ hidden: new nn.Linear(2, 3), out: new nn.Linear(3, 1) });
 * named.at("out"); // → Linear(inFeatures=3, outFeatures=1, bias=true)
 * Object.keys(named.stateDict()); // → ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
 */
export class Sequential<L extends readonly Layer[] = readonly Layer[]>
  extends Module
  implements Iterable<L[number]>
{
  static override readonly name: string = "Sequential";
  private readonly names: string[] = [];
  private readonly layers: Layer[] = [];

  constructor(...layers: L extends Fitting<L> ? L : Fitting<L>);
  constructor(layers: Readonly<Record<string, Layer>>);
  constructor(...given: readonly unknown[]) {
    super();
    const [first] = given;
    const named = given.length === 1 && typeof first === "object" && first !== null && !Array.isArray(first);
    for (const [name, layer] of Object.entries(named ? first : given)) this.add(name, layer);
  }

  override forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) y = layer(y);
    return y;
  }

  /** The number of layers. */
  override get length(): number {
    return this.layers.length;
  }

  /**
   * The layer at a place, from the end where it is negative, or under a name. Its type is known where the place is a literal.
   *
   * @throws ChainruleError `index` when there is none
   */
  at(index: -1): [never, ...L][L["length"]];
  at<I extends number>(index: `${I}` extends `-${string}` ? never : I): L[I];
  at(index: number | string): L[number];
  at(index: number | string): Layer {
    const place =
      typeof index === "string" ? this.names.indexOf(index) : placeOf(index, this.length, "Sequential");
    if (place < 0) {
      throw new ChainruleError(
        "index",
        `Sequential has no layer "${index}".`,
        `Its layers are ${this.names.map((name) => `"${name}"`).join(", ")}.`,
      );
    }
    return this.layers[place];
  }

  /**
   * Adds a layer at the end, under its place as its name, or the next number that no layer has.
   *
   * @throws ChainruleError `argument` for something that is no module
   */
  append(layer: Layer): this {
    let name = this.length;
    while (this.names.includes(String(name))) name++; // part of another model, whose layers keep their names
    this.add(String(name), layer);
    return this;
  }

  /**
   * A model of some of the layers, from `start` to before `end`, counted from the end where they are negative. It shares them with
   * this one, and they keep their names.
   *
   * @example
   * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
   * model.slice(0, -1)(zeros([5, 2])).shape; // → [5, 3]
   */
  slice(start?: number, end?: number): Sequential {
    const part = new Sequential();
    this.layers.slice(start, end).forEach((layer, i) => {
      part.add(this.names.slice(start, end)[i], layer);
    });
    return part;
  }

  /** The layers in order. */
  [Symbol.iterator](): Iterator<L[number]> {
    return this.layers[Symbol.iterator]();
  }

  protected override parts(): (readonly [name: string, value: unknown])[] {
    return [...this.layers.map((layer, i): [string, Layer] => [this.names[i], layer]), ...super.parts()];
  }

  private add(name: string, layer: unknown): void {
    checkName(name);
    checkItem(layer instanceof Module, layer, name, "Sequential", "module");
    this.names.push(name);
    this.layers.push(layer as Layer);
  }
}
