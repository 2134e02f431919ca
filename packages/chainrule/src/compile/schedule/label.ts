import type { Value } from "../../core/graph.ts";
import { opName } from "../sources.ts";
import type { Group } from "./group.ts";

/** Ops that a label names; more are counted. */
const MOST_NAMES = 8;

/** What a kernel does and for which layer: "matmul + add + relu, layer 0 (Linear)". */
export function labelOf({ members, anchor }: Group): string {
  const inOrder = members.toSorted((a, b) => a.id - b.id);
  // Nothing is computed before a product, whatever was recorded before it.
  const values =
    anchor?.source.kind === "matmul" ? [anchor, ...inOrder.filter((value) => value !== anchor)] : inOrder;
  const work = values.filter((value) => value.source.kind !== "copy" || values.length === 1);
  const names = (work.length > 0 ? work : values).map(({ source }) => opName(source));
  const rest = names.length - MOST_NAMES;
  const ops = rest > 1 ? [...names.slice(0, MOST_NAMES), `${rest} more`] : names;
  const layer = (anchor?.scope ? anchor : values.find(({ scope }: Value) => scope))?.scope?.describe();
  return layer ? `${ops.join(" + ")}, ${layer}` : ops.join(" + ");
}
