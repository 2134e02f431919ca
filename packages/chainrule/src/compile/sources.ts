/** What values read, listed and replaced, whatever made them. */
import type { Graph, Input, Source, Value, View } from "../core/graph.ts";
import { isView, wholeView } from "./views.ts";

/** The source with each view of another value replaced; `base` of a write by a value. */
export function mapViews(source: Source, view: (x: View) => View, base: (x: Value) => Value): Source {
  const input = (x: Input): Input => (typeof x === "number" ? x : view(x));
  switch (source.kind) {
    case "argument":
    case "state":
    case "live":
    case "constant":
      return source;
    case "unary":
    case "reduce":
    case "scan":
    case "argsort":
      return { ...source, x: view(source.x) };
    case "binary":
      return { ...source, a: input(source.a), b: input(source.b) };
    case "addScaled":
      return { ...source, x: input(source.x), other: input(source.other), alpha: input(source.alpha) };
    case "where":
      return { ...source, condition: view(source.condition), a: input(source.a), b: input(source.b) };
    case "copy":
      return { ...source, x: input(source.x) };
    case "write":
      return { ...source, base: base(source.base), part: view(source.part) };
    case "matmul":
      return { ...source, a: view(source.a), b: view(source.b) };
    case "gather":
      return { ...source, x: view(source.x), index: view(source.index) };
    case "scatter":
      return { ...source, x: view(source.x), index: view(source.index), source: input(source.source) };
    case "random":
      return { ...source, p: source.p === null ? null : input(source.p) };
  }
}

/** The operands of a function of single elements, which broadcast to its result; undefined for other sources. */
export function elementwiseOperands(source: Source): readonly Input[] | undefined {
  switch (source.kind) {
    case "unary":
    case "copy":
      return [source.x];
    case "binary":
      return [source.a, source.b];
    case "addScaled":
      return [source.x, source.other, source.alpha];
    case "where":
      return [source.condition, source.a, source.b];
    default:
      return undefined;
  }
}

/** All views that a source reads; the base of a write as a whole. */
export function viewsOf(source: Source): View[] {
  const found: View[] = [];
  const keep = (x: View): View => {
    found.push(x);
    return x;
  };
  mapViews(source, keep, (base) => keep(wholeView(base)).value);
  return found;
}

const given: ReadonlySet<string> = new Set(["argument", "state", "live", "constant"]);

/** Whether a value is there before a program runs. */
export const isGiven = ({ kind }: Source): boolean => given.has(kind);

/** The name of what made a value, as in the list of primitives. */
export function opName(source: Source): string {
  switch (source.kind) {
    case "unary":
    case "binary":
    case "reduce":
      return source.op;
    case "scan":
      return `scan ${source.op}`;
    case "scatter":
      return source.mode === "add" ? "scatterAdd" : "scatter";
    case "random":
      return source.draw.kind;
    default:
      return source.kind;
  }
}

/** A number that the host sets at each run. */
export const isLive = (input: Input | null): boolean =>
  isView(input) && input.value.source.kind === "live" && input.shape.length === 0;

/** A live number, or one that was brought to memory for the host. */
export function isHostNumber(view: View): boolean {
  const { source } = view.value;
  return isLive(view) || (source.kind === "copy" && isLive(source.x) && view.shape.length === 0);
}

/** How often each value is read: by values, results and effects. */
export function countUses({ values, results, effects }: Graph): Map<Value, number> {
  const uses = new Map<Value, number>();
  const use = (value: Value): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { source } of values) for (const view of viewsOf(source)) use(view.value);
  for (const { value } of results) use(value);
  for (const { value } of effects) use(value);
  return uses;
}
