/** The functions that run a program's segments, one export each, named `segment0`, `segment1`, … */
import {
  type Body,
  block,
  brIf,
  drop,
  type Expression,
  i32,
  type Label,
  type ModuleBuilder,
  ret,
  type Statement,
  select,
  when,
} from "../assembler/index.ts";
import type { Barrier } from "../threads/barrier.ts";
import type { Faults } from "./faults.ts";
import type { SegmentStage, Step } from "./plan.ts";

/** What a segment gives. */
export const stops = {
  /** It went through. */
  none: 0,
  /** A kernel met a fault. */
  fault: 1,
  /** A thread failed. */
  thread: 2,
} as const;

/**
 * Defines segment number `index`: `(thread, threads, control)` to one of {@link stops}. With 0 threads it does nothing but call
 * its phases, so that the engine compiles them.
 *
 * @param firstPhase the number of its first phase, counted through the program
 * @param barrier undefined where there is one thread only
 */
export function defineSegment(
  module: ModuleBuilder,
  index: number,
  { steps, threaded }: SegmentStage,
  firstPhase: number,
  faults: Faults,
  barrier: Barrier | undefined,
): void {
  const params = { thread: "i32", threads: "i32", at: "i32" } as const;
  module.func(
    `segment${index}`,
    { params, result: "i32" },
    ({ thread, threads, at }) => {
      const one = select(i32.const(1), 0, threads); // a phase on one thread, or none
      const body: (Statement | Body)[] = [];
      let number = firstPhase;
      // Behind the last step the main thread waits for the others' shares; they need not wait for its own.
      const meets = steps.map(
        (step, position) =>
          threaded && barrier !== undefined && (step.parallel || position < steps.length - 1),
      );
      const lastMeeting = meets.lastIndexOf(true);
      steps.forEach((step, position) => {
        const run = (exit: Label): Body =>
          step.phases.map(({ phase }, i) => [
            phase.faults ? faults.begin(number + i) : [],
            phase.run.call(step.parallel ? { thread, threads } : { thread: 0, threads: one }),
            phase.faults && !step.parallel ? brIf(exit, faults.metBy(number + i)) : [],
          ]);
        body.push(
          step.parallel ? run({ name: "none" }) : when(i32.eqz(thread), [block((exit) => run(exit))]),
        );
        const lastPhase = number + step.phases.length - 1;
        number = lastPhase + 1;
        const together = (then: (failed: Expression<"i32">) => Statement): Body =>
          meets[position] && barrier
            ? [when(i32.gtU(threads, 1), [then(barrier.call({ thread, threads, at }))])]
            : [];
        body.push(together((failed) => when(failed, [ret(i32.const(stops.thread))])));
        if (canFault(step)) {
          const met = faults.metBy(lastPhase);
          // All have looked before the first one leaves: the host clears the note. Behind the last meeting nothing holds the main
          // thread back: a worker that looked there could see a note of the next run, and would wait for nobody.
          body.push(
            position < lastMeeting
              ? when(met, [together(drop), ret(i32.const(stops.fault))])
              : when(i32.eqz(thread), [when(met, [ret(i32.const(stops.fault))])]),
          );
        }
      });
      return [faults.enter(thread), body, i32.const(stops.none)];
    },
    { export: true },
  );
}

const canFault = ({ phases }: Step): boolean => phases.some(({ phase }) => phase.faults);
