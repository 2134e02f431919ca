/**
 * What the emitters of kernels get and give. A kernel becomes one or more phases: functions of a module that split their work
 * over threads by themselves. The program calls the phases in order, with a barrier between them where threads could meet.
 */
import type { Buffer, Kernel } from "../../../core/schedule.ts";
import {
  type Expression,
  type FunctionReference,
  i32,
  type Local,
  type ModuleBuilder,
  type Operand,
  type Statement,
} from "../assembler/index.ts";
import type { Helpers } from "../math/helpers.ts";
import type { TierDescription } from "../tiers.ts";

/** What kernels are written into. */
export interface KernelContext {
  readonly module: ModuleBuilder;
  readonly helpers: Helpers;
  /** Tile and kind of instructions. `tier.tile.fused` is whether relaxed instructions may be used. */
  readonly tier: TierDescription;
  /**
   * Where a buffer starts, in bytes: a constant, or for an argument an expression that reads it from memory. Evaluate it once,
   * outside of loops. A multiple of 16, except for arguments, which are aligned to their elements only.
   */
  address(buffer: Buffer): Operand<"i32">;
  /** Where the float64 of a live number is, in bytes. */
  cell(index: number): number;
  /** Memory for a kernel while it runs, shared by its threads and phases: the address, a multiple of 64. Other kernels use it too. */
  scratch(bytes: number): number;
  /** Notes a fault and leaves the function: the host will throw an error that says so. */
  fault(kernel: Kernel, fault: Fault): Statement;
}

/** What can go wrong in a kernel. */
export type Fault =
  | { readonly kind: "index"; readonly index: Expression<"i32">; readonly size: number }
  | { readonly kind: "division" };

/** A part of a kernel that needs no barrier inside. */
export interface Phase {
  /**
   * Does the share of `thread` among `threads`. Where `threads` is 0 it does nothing: such a call makes the engine compile it.
   * A share is made of whole units, so that results do not depend on the number of threads.
   */
  readonly run: FunctionReference<{ thread: "i32"; threads: "i32" }, "void">;
  /** How many units the work has; 1 if it cannot be split. */
  readonly units: number;
  /** Expected time on one thread. */
  readonly nanoseconds: number;
  /** Whether it can end in a fault. */
  readonly faults: boolean;
}

/** Writes a kernel. */
export type KernelEmitter<K extends Kernel> = (kernel: K, context: KernelContext) => readonly Phase[];

/** Parameters of a phase. */
export const phaseParams = { thread: "i32", threads: "i32" } as const;

/** The first unit of a thread's share, and of the next one's: ⌊units · thread / threads⌋. `threads` must not be 0. */
export const firstOfShare = (
  units: number,
  thread: Operand<"i32">,
  threads: Local<"i32">,
): Expression<"i32"> => i32.divU(i32.mul(thread, units), threads);
