import { canFault } from "../../backends/wasm/program/expression.ts";
import { valuesOf } from "../../core/expressions.ts";
import type { Access, Buffer, Expr, Kernel, Schedule, Store } from "../../core/schedule.ts";
import { bytesPerElement, type DType } from "../../shape/dtype.ts";
import { numel, type Shape } from "../../shape/shape.ts";

/**
 * Throws unless a schedule keeps what its types promise: accesses inside their buffers, operands of one dtype, aligned
 * blocks, no change of state before what may fault.
 */
export function checkSchedule({ kernels, buffers, arena }: Schedule): void {
  for (const { home, dtype, length } of buffers) {
    if (home.kind !== "arena") continue;
    const end = home.at + length * bytesPerElement(dtype);
    require(home.at % 64 === 0 && end <= arena, `A block lies at ${home.at} to ${end} of ${arena}.`);
  }
  for (const kernel of kernels) checkKernel(kernel);
  const lastFault = kernels.findLastIndex(mayFault);
  const firstChange = kernels.findIndex((kernel) =>
    targetsOf(kernel).some(({ home }) => home.kind === "state"),
  );
  require(firstChange < 0 || lastFault < firstChange, "A state is changed before what may fault.");
}

const targetsOf = (kernel: Kernel): readonly Buffer[] => {
  if (kernel.kind === "host") return kernel.writes;
  return kernel.kind === "scatter" ? [kernel.to.buffer] : kernel.stores.map(({ to }) => to.buffer);
};

function mayFault(kernel: Kernel): boolean {
  switch (kernel.kind) {
    case "host":
      return false;
    case "scatter":
      return true;
    case "loop":
      return canFault(valuesOf(kernel.stores));
    case "fold":
      return canFault([kernel.value, ...valuesOf(kernel.stores)]);
    case "product":
      return canFault([kernel.a, kernel.b, ...valuesOf(kernel.stores)]);
  }
}

function require(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}

function checkKernel(kernel: Kernel): void {
  switch (kernel.kind) {
    case "host":
      return;
    case "loop":
      return checkStores(kernel.stores, kernel.shape);
    case "fold":
      checkExpr(kernel.value, [...kernel.shape, ...kernel.folded]);
      return checkStores(kernel.stores, kernel.shape);
    case "product": {
      const { batch, m, n, k, a, b, stores } = kernel;
      checkExpr(a, [batch, m, k]);
      checkExpr(b, [batch, k, n]);
      requireSame(a.dtype, b.dtype);
      return checkStores(stores, [batch, m, n]);
    }
    case "scatter":
      checkExpr(kernel.index, kernel.shape);
      checkExpr(kernel.source, kernel.shape);
      requireSame(kernel.source.dtype, kernel.to.buffer.dtype);
      return checkAccess(kernel.to, kernel.shape, kernel.along * (kernel.size - 1));
  }
}

function checkStores(stores: readonly Store[], shape: Shape): void {
  for (const { to, value } of stores) {
    requireSame(to.buffer.dtype, value.dtype);
    require(to.buffer.home.kind === "arena" || to.buffer.home.kind === "state", "What is given is written.");
    checkAccess(to, shape);
    checkExpr(value, shape);
  }
}

/** @param further how far beyond the access an index may lead */
function checkAccess({ buffer, offset, strides }: Access, space: Shape, further = 0): void {
  require(strides.length === space.length, `${strides.length} strides stand for ${space.length} dimensions.`);
  if (numel(space) === 0 || further < 0) return;
  const ends = strides.map((stride, d) => stride * (space[d] - 1));
  const least = ends.reduce((sum, end) => sum + Math.min(end, 0), offset);
  const most = ends.reduce((sum, end) => sum + Math.max(end, 0), offset) + further;
  require(least >= 0 && most < buffer.length, `Elements ${least} to ${most} of ${buffer.length} are met.`);
}

function requireSame(a: DType, b: DType): void {
  require(a === b, `A ${a} meets a ${b}.`);
}

function checkExpr(expr: Expr, space: Shape): void {
  switch (expr.kind) {
    case "load":
      requireSame(expr.dtype, expr.access.buffer.dtype);
      return checkAccess(expr.access, space);
    case "pick":
      requireSame(expr.dtype, expr.access.buffer.dtype);
      requireSame(expr.index.dtype, "int32");
      checkAccess(expr.access, space, expr.along * (expr.size - 1));
      return checkExpr(expr.index, space);
    case "unary":
    case "convert":
      return checkExpr(expr.x, space);
    case "binary":
      requireSame(expr.a.dtype, expr.b.dtype);
      checkExpr(expr.a, space);
      return checkExpr(expr.b, space);
    case "addScaled":
      requireSame(expr.x.dtype, expr.other.dtype);
      requireSame(expr.x.dtype, expr.alpha.dtype);
      for (const part of [expr.x, expr.other, expr.alpha]) checkExpr(part, space);
      return;
    case "where":
      requireSame(expr.a.dtype, expr.b.dtype);
      for (const part of [expr.condition, expr.a, expr.b]) checkExpr(part, space);
      return;
    case "number":
    case "live":
    case "accumulated":
      return;
  }
}
