/** Functions that vector code calls in rare cases, each defined in a module once, when it is first needed. */
import type { ModuleBuilder } from "../assembler/index.ts";

export class Helpers {
  readonly #module: ModuleBuilder;
  readonly #defined = new Map<string, unknown>();

  constructor(module: ModuleBuilder) {
    this.#module = module;
  }

  /** The function that `define` adds to the module; `define` runs once for each name. */
  get<F>(name: string, define: (module: ModuleBuilder, helpers: Helpers) => F): F {
    if (!this.#defined.has(name)) this.#defined.set(name, define(this.#module, this));
    return this.#defined.get(name) as F;
  }
}
