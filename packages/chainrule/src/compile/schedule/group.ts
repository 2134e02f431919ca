import type { Value } from "../../core/graph.ts";
import { numel, type Shape } from "../../shape/shape.ts";
import type { Affine } from "../views.ts";

/**
 * Where in a kernel something is read: at the points at which it stores; inside the fold, whose points have the folded
 * dimensions behind; in the left or the right factor of a product; or by the host, in the shape of a view.
 */
export type Side = "point" | "folded" | "a" | "b" | "host";

/** How it is read: as a number that may be computed on the spot, from memory, or as what a kernel writes over. */
export type Use = "number" | "memory" | "base";

/** A value that a kernel reads from memory. */
export interface Load {
  readonly value: Value;
  readonly side: Side;
  readonly access: Affine;
  readonly use: Use;
}

/** Values that one kernel computes. */
export class Group {
  /** The reduction, product, scattering or host's work that the kernel is for; null in a plain loop. */
  anchor: Value | null;
  /** The shape of its points. */
  readonly shape: Shape;
  /** With an anchor of another shape that joined later: the point as a function of an index of the anchor. */
  fromAnchor: readonly Affine[] | null = null;
  /** Values computed here, the last ones first. */
  readonly members: Value[] = [];
  /** Values stored here, each with its row-major position at a point; of a write, where the part goes. */
  readonly stored = new Map<Value, Affine>();
  readonly loads: Load[] = [];
  /** Values that members read, computed here or not. */
  readonly wanted = new Set<Value>();
  /** Groups whose kernels come before this one's. */
  readonly after = new Set<Group>();
  readonly #members = new Set<Value>();

  constructor(shape: Shape, anchor: Value | null = null) {
    this.shape = shape;
    this.anchor = anchor;
  }

  has(value: Value): boolean {
    return this.#members.has(value);
  }

  add(value: Value): void {
    if (this.#members.has(value)) return;
    this.#members.add(value);
    this.members.push(value);
  }

  /** Number of points. */
  get points(): number {
    return numel(this.shape);
  }

  /** Whether `other` must have run before. */
  dependsOn(other: Group): boolean {
    const seen = new Set<Group>([this]);
    for (const group of seen) {
      if (group.after.has(other)) return true;
      for (const earlier of group.after) seen.add(earlier);
    }
    return false;
  }
}

/** The space whose points a side is read at. */
export function spaceOf(group: Group, side: Side): Shape {
  const source = group.anchor?.source;
  if (side === "point" || !source) return group.shape;
  if (source.kind === "reduce") {
    const { x, dims } = source;
    return [...x.shape.filter((_, d) => !dims.includes(d)), ...dims.map((d) => x.shape[d])];
  }
  if (source.kind === "matmul") return side === "a" ? source.a.shape : source.b.shape;
  return group.shape;
}
