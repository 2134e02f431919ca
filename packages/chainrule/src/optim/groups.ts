/** Which options of a parameter group choose what a step does, and noticing when they change. */
import { changes, recording } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";

/** Options that steps use as numbers alone, so that 0 is a number like all others. */
const rates: ReadonlySet<string> = new Set(["lr", "initialLr"]);

/** What code may depend on of an option: a number by whether it is 0, a list element by element, anything else by itself. */
function kindOf(option: unknown): string {
  if (typeof option === "number") return option === 0 ? "0" : "1";
  return Array.isArray(option) ? `[${option.map(kindOf).join()}]` : String(option);
}

/** All that chooses what a step does for a group, rather than by which numbers. */
export function structureOf(group: { readonly params: readonly unknown[] }): string {
  const { params, ...options } = group;
  const kinds = Object.entries(options).flatMap(([name, option]) =>
    rates.has(name) ? [] : [`${name}=${kindOf(option)}`],
  );
  return `${params.length} of list ${lists.get(unwatched(group)) ?? 0} ${kinds.join()}`;
}

/** How often the list of parameters of a group was replaced by another one. */
const lists = new WeakMap<object, number>();

const plain = new WeakMap<object, object>();

/**
 * The group, for users: assigning an option counts as a change for compiled steps if it changes their structure. Momentum 0.9
 * in place of 0.8 does not, in place of 0 it does. A compiled function cannot assign one: its runs would not.
 */
export function watched<G extends object>(group: G): G {
  const face = new Proxy(group, {
    set(target, name, value) {
      if (recording) {
        throw new ChainruleError(
          "record",
          `The option "${String(name)}" of an optimizer is set inside of a compiled function, which happens only while it is recorded.`,
          "Set it before or after the call: compiled steps read learning rates and other numbers anew each time.",
        );
      }
      const before: unknown = Reflect.get(target, name);
      const chooses = typeof name === "string" && !rates.has(name);
      const isOtherList = name === "params" && before !== value;
      if (isOtherList) lists.set(target, (lists.get(target) ?? 0) + 1);
      if (isOtherList || (chooses && name !== "params" && kindOf(before) !== kindOf(value))) changes.count++;
      return Reflect.set(target, name, value);
    },
  });
  plain.set(face, group);
  return face;
}

/** The group behind {@link watched}, whose options are read fast. */
export const unwatched = <G extends object>(group: G): G => (plain.get(group) ?? group) as G;
