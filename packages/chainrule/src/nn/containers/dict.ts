import { Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/parameter.ts";
import { checkName } from "../module/parts.ts";
import { checkItem, notCallable } from "./items.ts";

/**
 * What {@link ModuleDict} and {@link ParameterDict} have in common: items by name, in the order in which they were added.
 *
 * @throws ChainruleError `argument` for a name that is empty or has a point, or an item of the wrong kind
 *
 * @example
 * const dict = new nn.ParameterDict({ scale: ones([2]), shift: zeros([2]) });
 * dict.keys(); // → ['scale', 'shift']
 * dict.get("scale"); // → tensor([1., 1.], requiresGrad)
 * dict.get("slope"); // throws index: …It has "scale", "shift".
 */
export abstract class DictContainer<T, Given = T>
  extends Module
  implements Iterable<[name: string, item: T]>
{
  private readonly items = new Map<string, T>();

  constructor(items: Readonly<Record<string, Given>> | Iterable<readonly [string, Given]> = []) {
    super();
    const entries = Symbol.iterator in items ? items : Object.entries(items);
    for (const [name, item] of entries as Iterable<readonly [string, Given]>) this.set(name, item);
  }

  /** Checks an item, and makes of it what is kept. */
  protected abstract accept(item: Given, name: string): T;

  /** The number of items. */
  get size(): number {
    return this.items.size;
  }

  /** Whether there is an item of that name. */
  has(name: string): boolean {
    return this.items.has(name);
  }

  /**
   * The item of that name.
   *
   * @throws ChainruleError `index` when there is none
   */
  get(name: string): T {
    const item = this.items.get(name);
    if (item === undefined) {
      throw new ChainruleError(
        "index",
        `${this.scopeKind()} has no item "${name}".`,
        `It has ${[...this.items.keys()].map((known) => `"${known}"`).join(", ") || "none"}.`,
      );
    }
    return item;
  }

  /**
   * Adds an item, or puts it in the place of the one of that name.
   *
   * @throws ChainruleError `argument` for a name that is empty or has a point, or an item of the wrong kind
   */
  set(name: string, item: Given): this {
    checkName(name);
    this.items.set(name, this.accept(item, name));
    return this;
  }

  /** Removes an item; false when there was none of that name. */
  delete(name: string): boolean {
    return this.items.delete(name);
  }

  /** The names, in order. */
  keys(): string[] {
    return [...this.items.keys()];
  }

  /** The items, in order. */
  values(): T[] {
    return [...this.items.values()];
  }

  /** The pairs of name and item, in order. */
  [Symbol.iterator](): Iterator<[string, T]> {
    return this.items[Symbol.iterator]();
  }

  /** @throws ChainruleError `argument` always: a dictionary is not called */
  override forward(): never {
    throw notCallable(this.scopeKind());
  }

  protected override parts(): (readonly [name: string, value: unknown])[] {
    return [...this.items, ...super.parts()];
  }
}

/**
 * Modules by name, whose parameters the module around it finds. It is not callable. As `torch.nn.ModuleDict`.
 *
 * @throws ChainruleError `argument` for an item that is no module, or a name that is empty or has a point
 *
 * @example
 * class Heads extends nn.Module {
 *   heads = new nn.ModuleDict({ mean: new nn.Linear(4, 1), spread: new nn.Linear(4, 1) });
 *   forward(x: Tensor, name: string) {
 *     return this.heads.get(name)(x);
 *   }
 * }
 * const model = new Heads();
 * model(zeros([3, 4]), "mean").shape; // → [3, 1]
 * model.namedParameters().at(-1)?.[0]; // → 'heads.spread.bias'
 */
export class ModuleDict<M extends Module = Module> extends DictContainer<M> {
  static override readonly name: string = "ModuleDict";

  protected override accept(item: M, name: string): M {
    checkItem(item instanceof Module, item, `"${name}"`, "ModuleDict", "module");
    return item;
  }
}

/**
 * Parameters by name, found by the module around it. Plain tensors become parameters. It is not callable. As
 * `torch.nn.ParameterDict`.
 *
 * @throws ChainruleError `argument` for an item that is no tensor, or a name that is empty or has a point; `dtype` for whole
 *   numbers, which have no gradient
 *
 * @example
 * class Affine extends nn.Module {
 *   terms = new nn.ParameterDict({ scale: full([2], 3), shift: ones([2]) });
 *   forward(x: Tensor) {
 *     return x.mul(this.terms.get("scale")).add(this.terms.get("shift"));
 *   }
 * }
 * const model = new Affine();
 * model(tensor([1, 2])); // → tensor([4., 7.], gradFn=<add>)
 */
export class ParameterDict extends DictContainer<Parameter, Tensor> {
  static override readonly name: string = "ParameterDict";

  protected override accept(item: Tensor, name: string): Parameter {
    checkItem(item instanceof Tensor, item, `"${name}"`, "ParameterDict", "tensor");
    return item instanceof Parameter ? item : new Parameter(item);
  }
}
