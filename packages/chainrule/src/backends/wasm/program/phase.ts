/** Functions of phases, and how threads share their work. */
import type { Declare } from "../assembler/function.ts";
import { type Body, i32, type Local, ret, when } from "../assembler/index.ts";
import { firstOfShare, type KernelContext, type Phase, phaseParams } from "./context.ts";

/** The units that a thread does: `first`, …, `end` − 1. */
export interface Share {
  readonly first: Local<"i32">;
  readonly end: Local<"i32">;
  readonly local: Declare;
}

/** What is known about a phase before its code is written. */
export interface PhaseOptions {
  readonly name: string;
  readonly units: number;
  readonly nanoseconds: number;
  readonly faults: boolean;
}

/** A phase whose units threads share. */
export function sharedPhase(
  { module }: KernelContext,
  { name, units, nanoseconds, faults }: PhaseOptions,
  write: (share: Share) => Body,
): Phase {
  const run = module.func(name, { params: phaseParams }, ({ thread, threads }, local) => {
    const first = local("i32", "first");
    const end = local("i32", "end");
    return [
      when(i32.eqz(threads), [ret()]),
      first.set(firstOfShare(units, thread, threads)),
      end.set(firstOfShare(units, i32.add(thread, 1), threads)),
      when(i32.geU(first, end), [ret()]),
      write({ first, end, local }),
    ];
  });
  return { run, units, nanoseconds, faults };
}

/** A phase that the first thread does alone. */
export function serialPhase(
  { module }: KernelContext,
  { name, nanoseconds, faults }: Omit<PhaseOptions, "units">,
  write: (local: Declare) => Body,
): Phase {
  const run = module.func(name, { params: phaseParams }, ({ thread, threads }, local) => [
    when(i32.or(thread, i32.eqz(threads)), [ret()]),
    write(local),
  ]);
  return { run, units: 1, nanoseconds, faults };
}
