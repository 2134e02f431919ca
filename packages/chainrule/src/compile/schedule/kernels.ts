import type { Source, Value } from "../../core/graph.ts";
import type { Interpreter } from "../../core/primitives.ts";
import type { Buffer, HostKernel, Kernel, LoopKernel, Store } from "../../core/schedule.ts";
import { runSource } from "../run.ts";
import { viewsOf } from "../sources.ts";
import { rowMajor } from "../views.ts";
import { Expressions, placed } from "./express.ts";
import type { Group } from "./group.ts";
import { labelOf } from "./label.ts";
import { along, foldedAccess, keptShape, scatterAccess } from "./reads.ts";
import { convert, foldType } from "./types.ts";

/** The kernel of a group. */
export function kernelOf(
  group: Group,
  host: Interpreter,
  onHost: boolean,
  bufferOf: (value: Value) => Buffer,
): Kernel {
  const { anchor } = group;
  const label = labelOf(group);
  if (anchor && onHost) return hostKernel(anchor, label, host, bufferOf);
  const expressions = new Expressions(group, bufferOf);
  const source: Source | undefined = anchor?.source;
  switch (source?.kind) {
    case "reduce": {
      const { op, x, dims } = source;
      const value = expressions.ofInput(x, "folded", foldedAccess(x, dims));
      return {
        kind: "fold",
        label,
        op,
        shape: keptShape(anchor as Value),
        folded: dims.map((d) => x.shape[d]),
        value: convert(value, foldType(op, x.value.dtype, (anchor as Value).dtype)),
        stores: stores(),
      };
    }
    case "matmul": {
      const { a, b } = source;
      const [batch, m, k] = a.shape;
      const factors = { a: expressions.ofInput(a, "a", a), b: expressions.ofInput(b, "b", b) };
      const { dtype } = anchor as Value;
      return { kind: "product", label, dtype, batch, m, n: b.shape[2], k, ...factors, stores: stores() };
    }
    case "scatter": {
      const { mode, x, dim, index } = source;
      const { dtype } = anchor as Value;
      const from = typeof source.source === "number" ? { offset: 0, strides: [] } : source.source;
      return {
        kind: "scatter",
        label,
        mode,
        shape: group.shape,
        to: placed(bufferOf(anchor as Value), scatterAccess(x.shape, dim)),
        ...along(x.shape, rowMajor(x.shape).strides, dim),
        index: expressions.ofInput(index, "point", index),
        source: convert(expressions.ofInput(source.source, "point", from), dtype),
      };
    }
    default:
      return { kind: "loop", label, shape: group.shape, stores: stores() };
  }

  function stores(): Store[] {
    return [...group.stored].reverse().map(([value, position]) => ({
      to: expressions.access(value, "point", position),
      value: expressions.of(value, "point", position),
    }));
  }
}

/** A loop that copies a block. */
export function copyKernel(value: Value, from: Buffer, to: Buffer): LoopKernel {
  const whole = rowMajor([from.length]);
  const load = { kind: "load", dtype: from.dtype, access: placed(from, whole) } as const;
  const layer = value.scope?.describe();
  const label = layer ? `copy, ${layer}` : "copy";
  return { kind: "loop", label, shape: [from.length], stores: [{ to: placed(to, whole), value: load }] };
}

/** What the reference interpreter does between kernels. */
function hostKernel(
  value: Value,
  label: string,
  host: Interpreter,
  bufferOf: (value: Value) => Buffer,
): HostKernel {
  const { source } = value;
  const out = bufferOf(value);
  const reads = [...new Set(viewsOf(source).map((view) => bufferOf(view.value)))];
  return {
    kind: "host",
    label,
    reads,
    writes: [out],
    run: (elements) => {
      const result = runSource(source, value, host, (view) => elements(bufferOf(view.value)));
      elements(out).set(result);
    },
  };
}
