import { ChainruleError } from "../../util/errors.ts";
import type { Module } from "./module.ts";

/** A module's fields by name. */
export const fieldsOf = (module: Module): Record<string, unknown> =>
  module as unknown as Record<string, unknown>;

/** Sets a field whose name is free, or whose old value is empty or of the kind that may be replaced. */
export function setPart<T>(module: Module, name: string, part: T, replaceable: (old: unknown) => boolean): T {
  const fields = fieldsOf(module);
  const old = fields[name];
  const free = !(name in module) || (Object.hasOwn(module, name) && (old == null || replaceable(old)));
  const problem =
    name === ""
      ? "A part of a module needs a name."
      : name.includes(".")
        ? `The name "${name}" contains a point, which separates names in paths.`
        : free
          ? null
          : `${module.scopeKind()} has a "${name}" already.`;
  if (problem) throw new ChainruleError("argument", problem, "Choose another name.");
  fields[name] = part;
  return part;
}
