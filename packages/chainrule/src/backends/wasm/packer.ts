/** The way of a factor into panels: staged from the caller's array as it lies, then rearranged by kernels. */
import type { Panels } from "./blocking.ts";
import type { Factor } from "./factor.ts";
import type { Kernels } from "./kernels.ts";
import { elementBytes } from "./microkernels.ts";
import type { FloatArray, Workspace } from "./workspace.ts";

/** Which part of a factor goes where. Rows are what panels group; columns are k. */
export interface PackJob {
  readonly firstRow: number;
  readonly firstK: number;
  /** Elements of k. */
  readonly k: number;
  /** The length of runs of k: panels of one run lie together. */
  readonly run: number;
  readonly panels: readonly Panels[];
  /** Byte address of the first panel. */
  readonly target: number;
}

/** Bytes at the start of the workspace that lines pass through; half of a common second-level cache. */
export const stageBytes = 1 << 18;

/** What kernels may read beyond the last line that was staged. */
export const stageSlack = 1 << 10;

/** Moves factors into panels: target[run][panel][k][row], each run of k after the one before. */
export class Packer {
  readonly #kernels: Kernels;
  readonly #workspace: Workspace;
  readonly #bytes: number;
  /** Elements that fit the stage. */
  readonly #stage: number;

  constructor(kernels: Kernels, workspace: Workspace) {
    this.#kernels = kernels;
    this.#workspace = workspace;
    this.#bytes = elementBytes[kernels.type];
    this.#stage = stageBytes / this.#bytes;
  }

  /** Packs a part of a factor. */
  pack(factor: Factor, job: PackJob): void {
    if (factor.columnStride === 1) this.#packRows(factor, job);
    else this.#packColumns(factor, job, job.panels, 0, 0);
  }

  /** Rows lie in one piece each: they are staged row by row, then interleaved. */
  #packRows(factor: Factor, { firstRow, firstK, k, run, panels, target }: PackJob): void {
    const bytes = this.#bytes;
    const interleave = this.#kernels.interleave();
    const room = roomOf(panels);
    let row = firstRow;
    let place = 0;
    for (const { width, count, room: step } of panels) {
      // As many k as let one panel pass, as many panels as then fit.
      const wholeRuns = Math.max(1, Math.floor(this.#stage / (width * run))) * run;
      const chunkK = Math.min(k, wholeRuns);
      const chunkPanels = Math.max(1, Math.floor(this.#stage / (width * chunkK)));
      for (let first = 0; first < count; first += chunkPanels) {
        const now = Math.min(chunkPanels, count - first);
        for (let k0 = 0; k0 < k; k0 += chunkK) {
          const length = Math.min(chunkK, k - k0);
          const start = factor.offset + row * factor.rowStride + firstK + k0;
          this.#stageLines(factor.data, start, now * width, factor.rowStride, length, 1);
          for (let p = 0; p < length; p += run) {
            const kHere = Math.min(run, length - p);
            const to = target + (room * (k0 + p) + (place + first * step) * kHere) * bytes;
            interleave(p * bytes, length * bytes, to, step * bytes, step * kHere * bytes, kHere, width, now);
          }
        }
        row += now * width;
      }
      place += count * step;
    }
  }

  /**
   * Columns lie in one piece each, or nothing does: they are staged column by column, then copied. `panels` are those of the
   * job from row `skipped` and place `place` on.
   */
  #packColumns(
    factor: Factor,
    job: PackJob,
    panels: readonly Panels[],
    skipped: number,
    place: number,
  ): void {
    const { firstRow, firstK, k, run, target } = job;
    const rows = rowsOf(panels);
    // A column longer than an eighth of the stage goes through it in parts.
    if (rows * 8 > this.#stage && (panels.length > 1 || panels[0].count > 1)) {
      this.#packColumnsInParts(factor, job, panels, skipped, place);
      return;
    }
    const bytes = this.#bytes;
    const room = roomOf(job.panels);
    const chunk = Math.max(1, Math.floor(this.#stage / rows));
    // Made before anything is staged, as their checks use the stage.
    for (const { room: step } of panels) this.#kernels.copy(step);
    for (let runStart = 0; runStart < k; runStart += run) {
      const kHere = Math.min(run, k - runStart);
      for (let k0 = 0; k0 < kHere; k0 += chunk) {
        const length = Math.min(chunk, kHere - k0);
        const column = firstK + runStart + k0;
        const start = factor.offset + (firstRow + skipped) * factor.rowStride + column * factor.columnStride;
        this.#stageLines(factor.data, start, length, factor.columnStride, rows, factor.rowStride);
        let row = 0;
        let at = place;
        for (const { width, count, room: step } of panels) {
          const to = target + (room * runStart + at * kHere + step * k0) * bytes;
          this.#kernels.copy(step)(row * bytes, rows * bytes, to, step * kHere * bytes, length, count);
          row += width * count;
          at += step * count;
        }
      }
    }
  }

  #packColumnsInParts(
    factor: Factor,
    job: PackJob,
    panels: readonly Panels[],
    skipped: number,
    place: number,
  ): void {
    let row = skipped;
    let at = place;
    for (const { width, count, room } of panels) {
      const part = Math.max(1, Math.floor(this.#stage / 8 / width));
      for (let first = 0; first < count; first += part) {
        const now = Math.min(part, count - first);
        this.#packColumns(factor, job, [{ width, count: now, room }], row, at);
        row += now * width;
        at += now * room;
      }
    }
  }

  /** Brings lines of the caller's array to the stage, one after the other. */
  #stageLines(
    data: FloatArray,
    start: number,
    lines: number,
    lineStride: number,
    length: number,
    stride: number,
  ): void {
    const stage = this.#workspace.view(this.#kernels.type);
    if (stride === 1 && (lineStride === length || lines === 1)) {
      stage.set(data.subarray(start, start + lines * length), 0);
    } else if (stride === 1 && length >= longLine) {
      for (let i = 0; i < lines; i++) {
        const from = start + i * lineStride;
        stage.set(data.subarray(from, from + length), i * length);
      }
    } else {
      let to = 0;
      for (let i = 0; i < lines; i++) {
        let from = start + i * lineStride;
        for (let j = 0; j < length; j++, from += stride) stage[to++] = data[from];
      }
    }
  }
}

/** From this length on, a line is copied faster as a whole than element by element. */
const longLine = 48;

/** Elements that the panels have room for at each k. */
function roomOf(panels: readonly Panels[]): number {
  let room = 0;
  for (const { count, room: step } of panels) room += count * step;
  return room;
}

/** Rows that the panels hold. */
function rowsOf(panels: readonly Panels[]): number {
  let rows = 0;
  for (const { count, width } of panels) rows += count * width;
  return rows;
}
