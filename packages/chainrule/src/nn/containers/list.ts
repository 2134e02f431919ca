import { Tensor } from "../../tensor/index.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/parameter.ts";
import { checkItem, notCallable, placeOf } from "./items.ts";

/**
 * What {@link ModuleList} and {@link ParameterList} have in common: items by number, under the names 0, 1, 2, …
 *
 * @example
 * const list = new nn.ParameterList([zeros([2]), ones([3])]);
 * list.append(full([1], 5)).length; // → 3
 * list.at(-1); // → tensor([5.], requiresGrad)
 * list.at(3); // throws index: ParameterList has no item 3
 */
export abstract class ListContainer<T, Given = T> extends Module implements Iterable<T> {
  private readonly items: T[] = [];

  constructor(items: Iterable<Given> = []) {
    super();
    this.extend(items);
  }

  /** Checks an item, and makes of it what is kept. */
  protected abstract accept(item: Given, place: number): T;

  /** The number of items. */
  override get length(): number {
    return this.items.length;
  }

  /**
   * The item at a place, from the end where it is negative.
   *
   * @throws ChainruleError `index` when there is no such place
   */
  at(index: number): T {
    return this.items[placeOf(index, this.length, this.scopeKind())];
  }

  /**
   * Puts an item in the place of another.
   *
   * @throws ChainruleError `index` when there is no such place, `argument` for an item of the wrong kind
   */
  set(index: number, item: Given): this {
    const place = placeOf(index, this.length, this.scopeKind());
    this.items[place] = this.accept(item, place);
    return this;
  }

  /**
   * Adds an item at the end.
   *
   * @throws ChainruleError `argument` for an item of the wrong kind
   */
  append(item: Given): this {
    return this.insert(this.length, item);
  }

  /**
   * Adds items at the end.
   *
   * @throws ChainruleError `argument` for an item of the wrong kind
   */
  extend(items: Iterable<Given>): this {
    for (const item of items) this.append(item);
    return this;
  }

  /**
   * Adds an item before the one at `index`; the names of those after it move up.
   *
   * @throws ChainruleError `index` when there is no such place, `argument` for an item of the wrong kind
   */
  insert(index: number, item: Given): this {
    const place = index === this.length ? index : placeOf(index, this.length, this.scopeKind());
    this.items.splice(place, 0, this.accept(item, place));
    return this;
  }

  /** The items in order. */
  [Symbol.iterator](): Iterator<T> {
    return this.items[Symbol.iterator]();
  }

  /** @throws ChainruleError `argument` always: a list is not called */
  override forward(): never {
    throw notCallable(this.scopeKind());
  }

  protected override parts(): (readonly [name: string, value: unknown])[] {
    return [...this.items.map((item, i): [string, T] => [String(i), item]), ...super.parts()];
  }
}

/**
 * Modules in a list, whose parameters the module around it finds (those in a plain array it does not). It is not callable. As
 * `torch.nn.ModuleList`.
 *
 * @throws ChainruleError `argument` for an item that is no module
 *
 * @example
 * class Deep extends nn.Module {
 *   layers = new nn.ModuleList(Array.from({ length: 10 }, () => new nn.Linear(8, 8)));
 *   forward(x: Tensor) {
 *     let y = x;
 *     for (const layer of this.layers) y = layer(y).relu();
 *     return y;
 *   }
 * }
 * const model = new Deep();
 * model.numParameters(); // → 720
 * model.namedParameters()[2][0]; // → 'layers.1.weight'
 */
export class ModuleList<M extends Module = Module> extends ListContainer<M> {
  static override readonly name: string = "ModuleList";

  protected override accept(item: M, place: number): M {
    checkItem(item instanceof Module, item, String(place), "ModuleList", "module");
    return item;
  }
}

/**
 * Parameters in a list, found by the module around it. Plain tensors become parameters. It is not callable. As
 * `torch.nn.ParameterList`.
 *
 * @throws ChainruleError `argument` for an item that is no tensor, `dtype` for whole numbers, which have no gradient
 *
 * @example
 * class Polynomial extends nn.Module {
 *   coefficients = new nn.ParameterList([zeros([]), ones([]), full([], 2)]);
 *   forward(x: Tensor) {
 *     const [a, b, c] = this.coefficients;
 *     return x.mul(c).add(b).mul(x).add(a);
 *   }
 * }
 * const model = new Polynomial();
 * model(tensor([1, 10])); // → tensor([3., 210.], gradFn=<add>)
 * model.parameters().length; // → 3
 */
export class ParameterList extends ListContainer<Parameter, Tensor> {
  static override readonly name: string = "ParameterList";

  protected override accept(item: Tensor, place: number): Parameter {
    checkItem(item instanceof Tensor, item, String(place), "ParameterList", "tensor");
    return item instanceof Parameter ? item : new Parameter(item);
  }
}
