/** From graphs to schedules: passes, fusion, places, order, memory. */
import type { Graph, Value } from "../core/graph.ts";
import type { Interpreter } from "../core/primitives.ts";
import type { Buffer, Kernel, Schedule } from "../core/schedule.ts";
import { numel } from "../shape/shape.ts";
import { improve } from "./passes/index.ts";
import { fuse } from "./schedule/fuse.ts";
import type { Group } from "./schedule/group.ts";
import { copyKernel, kernelOf } from "./schedule/kernels.ts";
import { layOut } from "./schedule/layout.ts";
import { orderGroups } from "./schedule/order.ts";
import { type Block, type Copy, placeValues } from "./schedule/places.ts";
import { prepare } from "./schedule/prepare.ts";
import { isPointwise } from "./schedule/reads.ts";
import { isSupported, type Support } from "./schedule/types.ts";

export interface LowerOptions {
  /** No instruction whose result depends on the machine or the engine. */
  readonly strict: boolean;
  /** Runs what has no kernel. */
  readonly host: Interpreter;
  readonly supports: Support;
}

/** The program that computes a graph. */
export function lowerGraph(graph: Graph, options: LowerOptions): Schedule {
  return scheduleGraph(improve(graph, options.host), options);
}

/** The program of a graph as it is. */
export function scheduleGraph(graph: Graph, { strict, host, supports }: LowerOptions): Schedule {
  const onHost = ({ source, dtype }: Value): boolean =>
    isHostWork(source.kind) || (isPointwise(source) && !isSupported(source, dtype, supports));
  const prepared = prepare(graph, onHost);
  const fusion = fuse(prepared, onHost);
  const places = placeValues(prepared, fusion);
  const groups = orderGroups(fusion.groups, places);
  const layout = layOut(groups, places, prepared);
  const bufferOf = (value: Value): Buffer => layout.of(places.blocks.get(value) as Block);
  const copyOf = ({ value, from, to }: Copy): Kernel => copyKernel(value, layout.of(from), layout.of(to));
  const kernels = groups.flatMap((group) => {
    const copy = places.before.get(group);
    const kernel = kernelOf(group, host, isOnHost(group), bufferOf);
    return copy ? [copyOf(copy), kernel] : [kernel];
  });
  return {
    kernels: [...kernels, ...places.last.map(copyOf)].filter(doesSomething),
    buffers: layout.buffers,
    results: prepared.results.map(({ value, shape }) => ({ buffer: bufferOf(value), shape })),
    arena: layout.arena,
    cells: graph.cells,
    arguments: argumentsOf(graph),
    strict,
  };

  function isOnHost({ anchor }: Group): boolean {
    return anchor !== null && onHost(anchor);
  }
}

const hostWork: ReadonlySet<string> = new Set(["scan", "argsort", "random"]);

const isHostWork = (kind: string): boolean => hostWork.has(kind);

/** Loops over no points are left out. */
const doesSomething = (kernel: Kernel): boolean => {
  switch (kernel.kind) {
    case "product":
      return kernel.batch * kernel.m * kernel.n > 0;
    case "host":
      return true;
    default:
      return numel(kernel.shape) > 0;
  }
};

const argumentsOf = ({ values }: Graph): number =>
  values.reduce(
    (count, { source }) => (source.kind === "argument" ? Math.max(count, source.index + 1) : count),
    0,
  );
