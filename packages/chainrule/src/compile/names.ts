/** What the state of a recorded function is called: parameters by their layers, averages by their parameters. */
import type { Graph } from "../core/graph.ts";
import type { ScopeOwner } from "../core/scope.ts";
import type { Storage } from "../core/storage.ts";
import type { Session } from "./session.ts";

/** `2.weight` as `layer 2 weight`. */
function spoken(path: string): string {
  const at = path.lastIndexOf(".");
  return at < 0 ? path : `layer ${path.slice(0, at)} ${path.slice(at + 1)}`;
}

/** Names of storages, as far as models and optimizers that took part know them. To be asked before the recording is undone. */
export function stateNames(
  { found, changed, structures }: Session,
  { values }: Graph,
): ReadonlyMap<Storage, string> {
  const models = new Set<ScopeOwner>();
  for (const { scope } of values) if (scope) models.add(scope.root.owner);
  const names = new Map<Storage, string>();
  for (const model of models)
    for (const [path, { storage }] of model.scopeTensors?.() ?? []) names.set(storage, spoken(path));
  const name = (storage: Storage | null | undefined, what: string, of: Storage): void => {
    const owner = names.get(of);
    if (storage && owner !== undefined) names.set(storage, `${what} of ${owner}`);
  };
  for (const owner of structures.keys())
    for (const [what, parameter, { storage }] of owner.remembered?.() ?? [])
      name(storage, what, parameter.storage);
  for (const { tensor, storage } of found) name(storage, "gradient", tensor.storage);
  for (const [tensor, before] of changed) name(before?.storage, "gradient", tensor.storage);
  return names;
}
