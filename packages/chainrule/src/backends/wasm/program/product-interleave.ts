/** Factors that lie the wrong way: what lies side by side along k goes to panels, and what lies along rows to rows along k. */
import { type Body, i32, type Operand, range, when } from "../assembler/index.ts";
import { defineInterleave } from "../pack.ts";
import { firstOfShare, type KernelContext, type Phase, phaseParams } from "./context.ts";
import type { Arithmetic } from "./product-arithmetic.ts";
import { turning } from "./product-costs.ts";

/** The kernel that interleaves lines; see pack.ts. */
const interleaveOf = ({ helpers }: KernelContext, { moved }: Arithmetic) =>
  helpers.get(`interleave_${moved}`, (module) => defineInterleave(module, moved, {}));

/** A call that moves nothing. It may touch the target: scratch memory is nobody's before the first phase. */
const nothing = (at: number) => ({
  source: at,
  sourceLine: 0,
  target: at,
  targetStep: 0,
  targetPanel: 0,
  k: 1,
  lines: 0,
  panels: 1,
});

/** target[b][panel][k][i] = source[b · sourceBatch + (panel · width + i) · sourceLine + k elements]. Distances are bytes. */
export interface Interleaving {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly source: Operand<"i32">;
  readonly target: number;
  readonly batch: number;
  readonly sourceBatch: number;
  readonly sourceLine: number;
  readonly k: number;
  /** Lines in all, and in a panel; the last panel may have room for more than it gets. */
  readonly lines: number;
  readonly width: number;
}

/** Elements of k that are interleaved at a time, such that a panel of them stays in the first-level cache. */
const interleaved = 128;

/** The phase that fills panels. A unit is a panel. */
export function emitInterleaving(what: Interleaving, context: KernelContext): Phase {
  const { name, arithmetic, source, target, batch, sourceBatch, sourceLine, k, lines, width } = what;
  const { bytes } = arithmetic;
  const panels = Math.ceil(lines / width);
  const rest = lines % width;
  const units = batch * panels;
  const interleave = interleaveOf(context, arithmetic);
  const run = context.module.func(name, { params: phaseParams }, ({ thread, threads }, local) => {
    const [unit, end, panel, linesHere, from, to, done] = [
      "unit",
      "end",
      "panel",
      "linesHere",
      "from",
      "to",
      "done",
    ].map((variable) => local("i32", variable));
    const part = (length: number) =>
      interleave.call({
        source: i32.add(from, i32.mul(done, bytes)),
        sourceLine,
        target: i32.add(to, i32.mul(done, width * bytes)),
        targetStep: width * bytes,
        targetPanel: 0,
        k: length,
        lines: linesHere,
        panels: 1,
      });
    const whole = k - (k % interleaved);
    const share: Body = [
      unit.set(firstOfShare(units, thread, threads)),
      end.set(firstOfShare(units, i32.add(thread, 1), threads)),
      range(unit, unit, end, 1, [
        panel.set(i32.remU(unit, panels)),
        linesHere.set(width),
        rest > 0 ? when(i32.eq(panel, panels - 1), [linesHere.set(rest)]) : [],
        from.set(i32.add(source, i32.mul(panel, width * sourceLine))),
        from.set(i32.add(from, i32.mul(i32.divU(unit, panels), sourceBatch))),
        to.set(i32.add(target, i32.mul(unit, k * width * bytes))),
        range(done, 0, whole, interleaved, [part(interleaved)]),
        whole < k ? [done.set(whole), part(k - whole)] : [],
      ]),
    ];
    return [when(threads, share, [interleave.call(nothing(target))])];
  });
  return { run, units, nanoseconds: batch * lines * k * turning * (bytes / 4), faults: false };
}

/** target[b][i][k] = source[b · sourceBatch + k · sourceK + i elements], rows `pitch` bytes apart. */
export interface Turning {
  readonly name: string;
  readonly arithmetic: Arithmetic;
  readonly source: Operand<"i32">;
  readonly target: number;
  readonly batch: number;
  readonly sourceBatch: number;
  readonly sourceK: number;
  readonly rows: number;
  readonly k: number;
  readonly pitch: number;
}

/** Elements of k that are turned at a time: a cache line of each row. */
const turnedTogether = 16;

/** The phase that fills rows. A unit is a piece of all rows. */
export function emitTurning(what: Turning, context: KernelContext): Phase {
  const { name, arithmetic, source, target, batch, sourceBatch, sourceK, rows, k, pitch } = what;
  const { bytes } = arithmetic;
  const parts = Math.ceil(k / turnedTogether);
  const units = batch * parts;
  const interleave = interleaveOf(context, arithmetic);
  const run = context.module.func(name, { params: phaseParams }, ({ thread, threads }, local) => {
    const [unit, end, part, index, kHere] = ["unit", "end", "part", "index", "kHere"].map((variable) =>
      local("i32", variable),
    );
    const share: Body = [
      unit.set(firstOfShare(units, thread, threads)),
      end.set(firstOfShare(units, i32.add(thread, 1), threads)),
      range(unit, unit, end, 1, [
        part.set(i32.remU(unit, parts)),
        index.set(i32.divU(unit, parts)),
        kHere.set(i32.sub(k, i32.mul(part, turnedTogether))),
        when(i32.gtS(kHere, turnedTogether), [kHere.set(turnedTogether)]),
        interleave.call({
          source: i32.add(
            i32.add(source, i32.mul(index, sourceBatch)),
            i32.mul(part, turnedTogether * sourceK),
          ),
          sourceLine: sourceK,
          target: i32.add(
            i32.add(target, i32.mul(index, rows * pitch)),
            i32.mul(part, turnedTogether * bytes),
          ),
          targetStep: pitch,
          targetPanel: 0,
          k: rows,
          lines: kHere,
          panels: 1,
        }),
      ]),
    ];
    return [when(threads, share, [interleave.call(nothing(target))])];
  });
  return { run, units, nanoseconds: batch * rows * k * turning * (bytes / 4), faults: false };
}
