/** Which phases run on all threads, and which are not worth a meeting. */
import type { HostKernel } from "../../../core/schedule.ts";
import type { Phase } from "./context.ts";

/** What two threads lose at a barrier: the barrier itself, and waiting for the slower one. */
const barrierNanoseconds = 400;

/** What it takes until workers that look for a job have begun one. */
const startNanoseconds = 1000;

/** A program that gains less than this part of its time leaves the other processors alone. */
const leastGain = 0.15;

/** A phase of a kernel of the schedule. */
export interface PlannedPhase {
  readonly phase: Phase;
  /** The kernel's position in the schedule. */
  readonly kernel: number;
}

/** Phases without a barrier between them: one on all threads, or several that follow each other on the main thread. */
export interface Step {
  readonly parallel: boolean;
  readonly phases: readonly PlannedPhase[];
}

/** Code without interruption; `threaded` is whether workers help. */
export interface SegmentStage {
  readonly kind: "segment";
  readonly threaded: boolean;
  readonly steps: readonly Step[];
}

/** What a program does in order. */
export type Stage = { readonly kind: "host"; readonly kernel: HostKernel } | SegmentStage;

/** The time of a phase on several threads: its units are dealt out whole. */
const nanosecondsOn = (threads: number, { units, nanoseconds }: Phase): number =>
  units === 0 ? nanoseconds : (nanoseconds * Math.ceil(units / threads)) / units;

/** Divides the phases of a segment into steps for a number of threads, 2 or more. */
export function planSegment(phases: readonly PlannedPhase[], threads: number): SegmentStage {
  const saved = ({ phase }: PlannedPhase): number =>
    phase.nanoseconds - nanosecondsOn(threads, phase) - 2 * barrierNanoseconds;
  const gain = phases.reduce((sum, phase) => sum + Math.max(0, saved(phase)), 0) - startNanoseconds;
  const total = phases.reduce((sum, { phase }) => sum + phase.nanoseconds, 0);
  const threaded = gain > leastGain * total;
  const steps: Step[] = [];
  for (const phase of phases) {
    const parallel = threaded && saved(phase) > 0;
    const last = steps.at(-1);
    if (last && !last.parallel && !parallel)
      steps[steps.length - 1] = { parallel, phases: [...last.phases, phase] };
    else steps.push({ parallel, phases: [phase] });
  }
  return { kind: "segment", threaded, steps };
}
