import { ChainruleError } from "../../util/errors.ts";
import type { Module } from "./base.ts";

/** A module's fields by name. */
export const fieldsOf = (module: Module): Record<string, unknown> =>
  module as unknown as Record<string, unknown>;

/** Refuses what cannot be a name in the path of a parameter or a module. */
export function checkName(name: string): void {
  if (name !== "" && !name.includes(".")) return;
  throw new ChainruleError(
    "argument",
    name === ""
      ? "A part of a module needs a name."
      : `The name "${name}" contains a point, which separates names in paths.`,
    "Choose another name.",
  );
}

/** Sets a field whose name is free, or whose old value is empty or of the kind that may be replaced. */
export function setPart<T>(module: Module, name: string, part: T, replaceable: (old: unknown) => boolean): T {
  const fields = fieldsOf(module);
  const old = fields[name];
  const free = !(name in module) || (Object.hasOwn(module, name) && (old == null || replaceable(old)));
  checkName(name);
  if (!free) {
    throw new ChainruleError(
      "argument",
      `${module.scopeKind()} has a "${name}" already.`,
      "Choose another name.",
    );
  }
  fields[name] = part;
  return part;
}

/** The entries whose value is of one kind. */
export function ofKind<T>(
  parts: Iterable<readonly [string, unknown]>,
  isKind: (value: unknown) => value is T,
): [string, T][] {
  const found: [string, T][] = [];
  for (const [name, value] of parts) if (isKind(value)) found.push([name, value]);
  return found;
}
