import { Tensor } from "../../tensor/index.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/parameter.ts";
import { checkItem, notCallable, placeOf } from "./items.ts";

/** What {@link ModuleList} and {@link ParameterList} have in common: items by number, under the names 0, 1, 2, … */
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

  /** The item at a place, from the end where it is negative. */
  at(index: number): T {
    return this.items[placeOf(index, this.length, this.scopeKind())];
  }

  /** Puts an item in the place of another. */
  set(index: number, item: Given): this {
    const place = placeOf(index, this.length, this.scopeKind());
    this.items[place] = this.accept(item, place);
    return this;
  }

  /** Adds an item at the end. */
  append(item: Given): this {
    return this.insert(this.length, item);
  }

  /** Adds items at the end. */
  extend(items: Iterable<Given>): this {
    for (const item of items) this.append(item);
    return this;
  }

  /** Adds an item before the one at `index`; the names of those after it move up. */
  insert(index: number, item: Given): this {
    const place = index === this.length ? index : placeOf(index, this.length, this.scopeKind());
    this.items.splice(place, 0, this.accept(item, place));
    return this;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.items[Symbol.iterator]();
  }

  override forward(): never {
    throw notCallable(this.scopeKind());
  }

  protected override parts(): (readonly [name: string, value: unknown])[] {
    return [...this.items.map((item, i): [string, T] => [String(i), item]), ...super.parts()];
  }
}

/**
 * Modules in a list, whose parameters the module around it finds (those in a plain array it does not). It is not callable.
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
 */
export class ModuleList<M extends Module = Module> extends ListContainer<M> {
  static override readonly name: string = "ModuleList";

  protected override accept(item: M, place: number): M {
    checkItem(item instanceof Module, item, String(place), "ModuleList", "module");
    return item;
  }
}

/** Parameters in a list, found by the module around it. Plain tensors become parameters. It is not callable. */
export class ParameterList extends ListContainer<Parameter, Tensor> {
  static override readonly name: string = "ParameterList";

  protected override accept(item: Tensor, place: number): Parameter {
    checkItem(item instanceof Tensor, item, String(place), "ParameterList", "tensor");
    return item instanceof Parameter ? item : new Parameter(item);
  }
}
