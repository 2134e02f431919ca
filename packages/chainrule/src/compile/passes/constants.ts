import type { Graph, Source, Value } from "../../core/graph.ts";
import type { Binary, Interpreter, Unary } from "../../core/primitives.ts";
import type { TypedArray } from "../../shape/dtype.ts";
import { numel } from "../../shape/shape.ts";
import { ChainruleError } from "../../util/errors.ts";
import { rewrite } from "../rewrite.ts";
import { runSource } from "../run.ts";
import { viewsOf } from "../sources.ts";

/** Larger values are computed by the program: a constant takes memory of its own. */
const SMALL = 64;

/** Computes what depends on constants alone, where it is small. */
export function foldConstants(graph: Graph, host: Interpreter): Graph {
  return rewrite(graph, (value) => {
    const elements = isFoldable(value) ? resultOf(value, host) : undefined;
    return elements ? { ...value, source: { kind: "constant", elements } } : value;
  });
}

const kept: ReadonlySet<Source["kind"]> = new Set([
  "argument",
  "state",
  "live",
  "constant",
  "random",
  "write",
]);

/** What the host computes by `Math`, whose last bits depend on the engine; programs compute them alike everywhere. */
const inexact: ReadonlySet<Unary | Binary> = new Set<Unary | Binary>([
  "acos", "asin", "atan", "atan2", "cos", "cosh", "exp", "expm1", "log", "log1p", "log2", "pow", "sigmoid", "sin", "sinh",
  "softplus", "tan", "tanh",
]); // biome-ignore format: a list

function isFoldable({ source, shape }: Value): boolean {
  if ((source.kind === "unary" || source.kind === "binary") && inexact.has(source.op)) return false;
  if (kept.has(source.kind) || numel(shape) > SMALL) return false;
  return viewsOf(source).every(({ value }) => value.source.kind === "constant");
}

/** Undefined where computing fails, a division by zero for instance: that error belongs to the run. */
function resultOf(value: Value, host: Interpreter): TypedArray | undefined {
  try {
    return runSource(value.source, value, host, (view) => {
      const { source } = view.value;
      return source.kind === "constant" ? source.elements : new Uint8Array();
    });
  } catch (error) {
    if (error instanceof ChainruleError) return undefined;
    throw error;
  }
}
