/** The key of the method that runs when a {@link Callable} is called. A symbol, so that no subclass meets it by accident. */
export const called: unique symbol = Symbol("called");

/**
 * An object that can be called: the constructor returns a function whose prototype is the subclass's, so that fields and
 * methods are where a class puts them, and `object(...args)` runs the method {@link called}.
 *
 * The function's own `name` and `length` are removed: subclasses may use both names as they like. It has no `call`,
 * `apply` and `bind` of functions either.
 */
export abstract class Callable {
  constructor() {
    const self = (...args: unknown[]): unknown => (self as unknown as Callable)[called](args);
    Reflect.deleteProperty(self, "name");
    Reflect.deleteProperty(self, "length");
    // biome-ignore lint/correctness/noConstructorReturn: returning the function is what makes the object callable
    return Object.setPrototypeOf(self, new.target.prototype);
  }

  abstract [called](args: readonly unknown[]): unknown;
}
