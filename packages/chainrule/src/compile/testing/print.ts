/** Graphs and schedules as text. */
import type { Graph, Input, Source, Value, View } from "../../core/graph.ts";
import type { Access, Expr, Kernel, Schedule, Store } from "../../core/schedule.ts";
import { sameShape } from "../../shape/shape.ts";
import { showBuffer } from "../explain.ts";
import { opName } from "../sources.ts";
import { isWhole } from "../views.ts";

/**
 * A graph, a value a line: `%5 f32[64,128] = relu %4   (layer 0)`. `%4[128,64]` is a value in another shape,
 * `%4[128,64 by 1,128 from 3]` a view with strides and an offset.
 */
export function printGraph(graph: Graph): string {
  const storages = storageNames(graph);
  const lines = graph.values.map((value) => {
    const line = `%${value.id} ${showSpec(value)} = ${showSource(value.source)}`;
    return value.scope ? `${line}   (${value.scope.describe()})` : line;
  });
  if (graph.results.length > 0) lines.push(`return ${graph.results.map(showView).join(", ")}`);
  for (const { storage, value } of graph.effects) lines.push(`${storages.get(storage)} ← %${value.id}`);
  return lines.join("\n");

  function showSource(source: Source): string {
    if (source.kind === "state") return storages.get(source.storage) as string;
    return [opName(source), ...operands(source)].join(" ");
  }
}

const shortTypes = { float32: "f32", float64: "f64", int32: "i32", bool: "bool" } as const;

const showSpec = ({ shape, dtype }: Pick<Value, "shape" | "dtype">): string =>
  `${shortTypes[dtype]}[${shape.join(",")}]`;

function showView(view: View): string {
  const name = `%${view.value.id}`;
  if (isWhole(view))
    return sameShape(view.shape, view.value.shape) ? name : `${name}[${view.shape.join(",")}]`;
  const from = view.offset === 0 ? "" : ` from ${view.offset}`;
  return `${name}[${view.shape.join(",")} by ${view.strides.join(",")}${from}]`;
}

const showInput = (input: Input): string => (typeof input === "number" ? showNumber(input) : showView(input));

const showNumber = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

function operands(source: Source): string[] {
  switch (source.kind) {
    case "argument":
      return [String(source.index)];
    case "live":
      return [String(source.cell)];
    case "constant": {
      const { length } = source.elements;
      return [`{${[...source.elements.slice(0, 6)].map(showNumber).join(", ")}${length > 6 ? ", …" : ""}}`];
    }
    case "state":
      return [];
    case "unary":
      return [showView(source.x)];
    case "scan":
      return [showView(source.x), `along ${source.dim}`];
    case "argsort":
      return [showView(source.x), `along ${source.dim}`, ...(source.descending ? ["descending"] : [])];
    case "binary":
      return [showInput(source.a), showInput(source.b)];
    case "addScaled":
      return [showInput(source.x), showInput(source.other), "·", showInput(source.alpha)];
    case "where":
      return [showView(source.condition), showInput(source.a), showInput(source.b)];
    case "copy":
      return [showInput(source.x)];
    case "write": {
      const { base, part, strides, offset } = source;
      return [`%${base.id}`, `at ${offset} by ${strides.join(",")}:`, showView(part)];
    }
    case "reduce":
      return [showView(source.x), `over ${source.dims.join(",")}`];
    case "matmul":
      return [showView(source.a), showView(source.b)];
    case "gather":
      return [showView(source.x), `along ${source.dim} at`, showView(source.index)];
    case "scatter":
      return [
        showView(source.x),
        `along ${source.dim} at`,
        showView(source.index),
        "from",
        showInput(source.source),
      ];
    case "random":
      return source.p === null ? [] : [showInput(source.p)];
  }
}

function storageNames({ values, effects }: Graph): Map<unknown, string> {
  const names = new Map<unknown, string>();
  const name = (storage: unknown): void => {
    if (!names.has(storage)) names.set(storage, `state${names.size}`);
  };
  for (const { source } of values) if (source.kind === "state") name(source.storage);
  for (const { storage } of effects) name(storage);
  return names;
}

/**
 * A schedule, a kernel a paragraph: what it runs over, then its stores. `b3` is a buffer, `b3[128,1 from 5]` an access with the
 * strides of its space; a buffer alone is read or written in row-major order.
 */
export function printSchedule(schedule: Schedule): string {
  const kernels = schedule.kernels.map((kernel) => [showKernel(kernel), ...storesOf(kernel)].join("\n  "));
  const results = schedule.results.map(({ buffer, shape }) => `${showBuffer(buffer)}[${shape.join(",")}]`);
  return [...kernels, ...(results.length > 0 ? [`return ${results.join(", ")}`] : [])].join("\n");
}

function showKernel(kernel: Kernel): string {
  const { kind, label } = kernel;
  switch (kind) {
    case "loop":
      return `loop [${kernel.shape.join(",")}]: ${label}`;
    case "fold":
      return `fold ${kernel.op} [${kernel.shape.join(",")}] over [${kernel.folded.join(",")}] of ${showExpr(kernel.value)}: ${label}`;
    case "product": {
      const { batch, m, n, k, a, b } = kernel;
      return `product [${batch},${m},${n}] over ${k} of ${showExpr(a)} · ${showExpr(b)}: ${label}`;
    }
    case "scatter":
      return `scatter ${kernel.mode} [${kernel.shape.join(",")}]: ${label}`;
    case "host":
      return `host (${kernel.reads.map(showBuffer).join(", ")}) → ${kernel.writes.map(showBuffer).join(", ")}: ${label}`;
  }
}

function storesOf(kernel: Kernel): string[] {
  switch (kernel.kind) {
    case "host":
      return [];
    case "scatter":
      return [
        `${showAccess(kernel.to)} at ${showExpr(kernel.index)} · ${kernel.along} < ${kernel.size} ← ${showExpr(kernel.source)}`,
      ];
    default:
      return kernel.stores.map(showStore);
  }
}

const showStore = ({ to, value }: Store): string => `${showAccess(to)} ← ${showExpr(value)}`;

function showAccess({ buffer, offset, strides }: Access): string {
  const from = offset === 0 ? "" : ` from ${offset}`;
  return `${showBuffer(buffer)}[${strides.join(",")}${from}]`;
}

/** An expression, shared parts written out each time. */
function showExpr(expr: Expr): string {
  switch (expr.kind) {
    case "load":
      return showAccess(expr.access);
    case "pick":
      return `pick(${showAccess(expr.access)}, ${showExpr(expr.index)} · ${expr.along} < ${expr.size})`;
    case "number":
      return showNumber(expr.value);
    case "live":
      return `live${expr.cell}`;
    case "accumulated":
      return "Σ";
    case "unary":
      return `${expr.op}(${showExpr(expr.x)})`;
    case "binary":
      return `${expr.op}(${showExpr(expr.a)}, ${showExpr(expr.b)})`;
    case "addScaled":
      return `addScaled(${showExpr(expr.x)}, ${showExpr(expr.other)}, ${showExpr(expr.alpha)})`;
    case "where":
      return `where(${showExpr(expr.condition)}, ${showExpr(expr.a)}, ${showExpr(expr.b)})`;
    case "convert":
      return `${shortTypes[expr.dtype]}(${showExpr(expr.x)})`;
  }
}
