/** The layers of a trace: runs of operations in one call of a module. */
import type { Scope } from "../tensor/index.ts";
import type { TraceLayer } from "./format.ts";
import type { Step, Value } from "./record.ts";
import type { Symbols } from "./symbols.ts";

/** Groups the operations, and tells of each value which layer it belongs to. */
export function layersOf(
  steps: readonly Step[],
  values: readonly Value[],
  symbols: Symbols,
  lossKind: string,
): { layers: TraceLayer[]; layerOf: Map<Value, number> } {
  const layerOf = new Map<Value, number>();
  const runs: Step[][] = [];
  for (const step of steps) {
    const last = runs.at(-1)?.[0];
    if (last && last.scope === step.scope && last.part === step.part) runs.at(-1)?.push(step);
    else runs.push([step]);
    layerOf.set(step.result, runs.length - 1);
  }
  for (const value of values) {
    if (value.step || value.role === "input" || value.role === "target") continue;
    const first = value.uses.find(({ step }) => layerOf.has(step.result));
    if (first) layerOf.set(value, layerOf.get(first.step.result) as number);
  }
  const layers = runs.map((run, k): TraceLayer => {
    const [{ scope, part }] = run;
    const about = scope?.owner.scopeAbout?.();
    const own = new Set(run.map(({ result }) => result));
    const read = new Set(run.flatMap(({ slots }) => slots.flatMap(({ value }) => (value ? [value] : []))));
    const ids = (keep: (value: Value) => boolean): number[] =>
      [...read]
        .filter(keep)
        .map(({ id }) => id)
        .sort((a, b) => a - b);
    return {
      path: pathOf(scope),
      kind: scope?.owner.scopeKind() ?? (part === "loss" ? lossKind : ""),
      ...(about && { about }),
      k: Math.max(0, ...run.map(({ result }) => symbols.level.get(result) ?? 0)),
      part,
      values: run.map(({ result }) => result.id),
      parameters: ids((value) => value.role === "parameter" && layerOf.get(value) === k),
      reads: ids((value) =>
        value.role === "result" ? !own.has(value) : value.role === "input" || value.role === "target",
      ),
    };
  });
  return { layers, layerOf };
}

/** The path of the module that runs, from the outermost one. */
export function pathOf(scope: Scope | null): string {
  if (!scope) return "";
  return scope.root.owner.scopePathOf(scope.owner) ?? "";
}
