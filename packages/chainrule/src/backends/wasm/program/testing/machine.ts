/** Kernels of a few instructions that tests of programs, threads and faults are made of. */
import type { Buffer, LoopKernel, Schedule } from "../../../../core/schedule.ts";
import { type Body, brIf, i32, type Local, loop, unreachable, when } from "../../assembler/index.ts";
import { Heap } from "../../heap.ts";
import { strictTier } from "../../tiers.ts";
import type { KernelContext, Phase } from "../context.ts";
import type { CodeKernel, EmitKernel } from "../emit.ts";
import { sharedPhase } from "../phase.ts";
import { WasmProgram } from "../program.ts";

/** Writes a kernel. */
export type Emit = (context: KernelContext, kernel: CodeKernel) => readonly Phase[];

/** A kernel whose code is given; what it reads and writes does not matter to the program around it. */
export interface TestKernel extends LoopKernel {
  readonly emit: Emit;
}

export const kernel = (label: string, emit: Emit): TestKernel => ({
  kind: "loop",
  label,
  shape: [],
  stores: [],
  emit,
});

/** Numbers from the arena, one after the other. */
export const arena = (id: number, length: number, at: number): Buffer => ({
  id,
  dtype: "int32",
  length,
  home: { kind: "arena", at },
});

interface Options {
  /** Expected time, by which the program decides on threads. */
  readonly nanoseconds?: number;
  readonly faults?: boolean;
}

/** to[i] = from[(i + shift) mod n] + plus, by shares: wrong unless all of `from` was written before. */
export const shifted = (
  from: Buffer,
  to: Buffer,
  shift: number,
  plus: number,
  options: Options = {},
): TestKernel =>
  kernel(`shifted by ${shift}`, (context) => [
    eachUnit(context, to.length, options, (i) => [
      i32.store(
        i32.add(context.address(to), i32.shl(i, 2)),
        i32.add(
          i32.load(i32.add(context.address(from), i32.shl(i32.remU(i32.add(i, shift), from.length), 2))),
          plus,
        ),
      ),
    ]),
  ]);

/** Meets a fault at each element of `from` that is not in [0, size). */
export const checked = (from: Buffer, size: number, options: Options = {}): TestKernel =>
  kernel("checked", (context, self) => [
    eachUnit(context, from.length, { ...options, faults: true }, (i) => {
      const index = i32.load(i32.add(context.address(from), i32.shl(i, 2)));
      return [when(i32.geU(index, size), [context.fault(self, { kind: "index", index, size })])];
    }),
  ]);

/** Traps at unit `at`. */
export const trapping = (units: number, at: number): TestKernel =>
  kernel("trapping", (context) => [
    eachUnit(context, units, {}, (i) => [when(i32.eq(i, at), [unreachable()])]),
  ]);

function eachUnit(
  context: KernelContext,
  units: number,
  { nanoseconds = 1e6, faults = false }: Options,
  body: (i: Local<"i32">) => Body,
): Phase {
  return sharedPhase(context, { name: "each", units, nanoseconds, faults }, ({ first, end }) => {
    const next = first.tee(i32.add(first, 1));
    return [loop((again) => [body(first), brIf(again, i32.ltU(next, end))])];
  });
}

/** The emitter of test kernels. */
export const emitTest: EmitKernel = (kernel, context) => (kernel as TestKernel).emit(context, kernel);

/** A schedule with what is not given left empty; the arena is as large as its buffers need. */
export function schedule(parts: Partial<Schedule>): Schedule {
  const { buffers = [] } = parts;
  const ends = buffers.map(({ home, length }) => (home.kind === "arena" ? home.at + 8 * length : 0));
  return {
    kernels: [],
    buffers,
    results: [],
    arena: Math.max(0, ...ends),
    cells: 0,
    arguments: 0,
    strict: true,
    ...parts,
  };
}

/** A program of test kernels. */
export const programOf = (parts: Partial<Schedule>, heap: Heap = new Heap(true, 1024)): WasmProgram =>
  new WasmProgram(schedule(parts), { heap, tier: strictTier, emit: emitTest });
