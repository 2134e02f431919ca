/**
 * Checks that run once per kernel and process, before its first use: small inputs of awkward sizes against plain loops in
 * float64, with guards around what the kernel may write. They overwrite the beginning of the workspace.
 */
import type { Copy, Interleave, Sweep } from "./kernels.ts";
import { elementBytes, type FloatType } from "./microkernels.ts";
import type { FloatArray, Workspace } from "./workspace.ts";

const unitRoundoff: Readonly<Record<FloatType, number>> = { float32: 2 ** -24, float64: 2 ** -53 };

/** A value that no kernel may touch. */
const guard = -12345;

/** Fills `view` with guards, and from `start` on with `count` irregular numbers in (−1, 1). */
function fill(view: FloatArray, start: number, count: number, guards: number): void {
  view.fill(guard, 0, guards);
  for (let i = 0; i < count; i++) view[start + i] = Math.sin(1 + 12.9898 * i) * (i % 7 === 0 ? 0.01 : 1);
}

/** Whether the sweep over tiles of `rows` × `columns` multiplies, with and without adding to what was there. */
export function checkSweep(
  sweep: Sweep,
  type: FloatType,
  rows: number,
  columns: number,
  workspace: Workspace,
): boolean {
  const view = workspace.view(type);
  const bytes = elementBytes[type];
  return [1, 7].every((k) => {
    const [tiles, panels] = [2, 3];
    const lengthA = tiles * k * rows;
    const lengthB = panels * k * columns;
    const stride = panels * columns + 3; // rows of C with a gap, which must survive
    const startB = lengthA;
    const startC = lengthA + lengthB;
    const length = startC + tiles * rows * stride;
    fill(view, 0, startC, length);
    const run = (accumulate: number): void =>
      sweep(
        0,
        rows * bytes,
        rows * k * bytes,
        startB * bytes,
        columns * bytes,
        columns * k * bytes,
        startC * bytes,
        stride * bytes,
        k,
        tiles,
        panels,
        accumulate,
      );
    run(0);
    run(1);
    for (let i = 0; i < tiles * rows; i++) {
      const a = Math.floor(i / rows) * k * rows + (i % rows);
      for (let j = 0; j < stride; j++) {
        const found = view[startC + i * stride + j];
        if (j >= panels * columns) {
          if (found !== guard) return false;
          continue;
        }
        const b = startB + Math.floor(j / columns) * k * columns + (j % columns);
        let sum = 0;
        let size = 0;
        for (let p = 0; p < k; p++) {
          const product = view[a + p * rows] * view[b + p * columns];
          sum += product;
          size += Math.abs(product);
        }
        // Twice the sum; each of at most k + 1 roundings is off by a unit roundoff of what is summed.
        if (!(Math.abs(found - 2 * sum) <= 2 * (k + 1) * unitRoundoff[type] * 2 * size)) return false;
      }
    }
    return true;
  });
}

/** Whether the copy into panels `width` wide moves the right elements, and no others. */
export function checkCopy(copy: Copy, type: FloatType, width: number, workspace: Workspace): boolean {
  const view = workspace.view(type);
  const bytes = elementBytes[type];
  const [k, panels] = [3, 2];
  const line = panels * width + 1;
  const start = k * line;
  const panel = k * width + 2;
  fill(view, 0, start, start + panels * panel);
  copy(0, line * bytes, start * bytes, panel * bytes, k, panels);
  return holds(view, start, panels * panel, (at) => {
    const p = Math.floor(at / panel);
    const within = at % panel;
    return within < k * width ? Math.floor(within / width) * line + p * width + (within % width) : undefined;
  });
}

/** Whether `interleave` moves the right elements, and no others, with whole groups of lines and single ones. */
export function checkInterleave(interleave: Interleave, type: FloatType, workspace: Workspace): boolean {
  const view = workspace.view(type);
  const bytes = elementBytes[type];
  return [3, 6].every((lines) => {
    const [k, panels, step] = [5, 2, 7];
    const line = k + 1;
    const start = panels * lines * line;
    const panel = k * step + 1;
    fill(view, 0, start, start + panels * panel);
    interleave(0, line * bytes, start * bytes, step * bytes, panel * bytes, k, lines, panels);
    return holds(view, start, panels * panel, (at) => {
      const p = Math.floor(at / panel);
      const within = at % panel;
      const i = within % step;
      const moved = i < lines && within < k * step;
      return moved ? (p * lines + i) * line + Math.floor(within / step) : undefined;
    });
  });
}

/** Whether element `start + at` equals the one that `source(at)` names, or is untouched where it names none. */
function holds(
  view: FloatArray,
  start: number,
  length: number,
  source: (at: number) => number | undefined,
): boolean {
  for (let at = 0; at < length; at++) {
    const from = source(at);
    if (view[start + at] !== (from === undefined ? guard : view[from])) return false;
  }
  return true;
}
