/** Where threads wait for each other between two phases of a program. */
import {
  block,
  brIf,
  drop,
  type FunctionReference,
  i32,
  i32Atomic,
  type Local,
  loop,
  type ModuleBuilder,
  memoryAtomic,
  type Operand,
  ret,
  type Statement,
  when,
} from "../assembler/index.ts";
import { control, failures, reachedStride } from "./control.ts";

/**
 * Looks at the other thread's count before a thread goes to sleep: around 150 microseconds, several times what it takes to wake
 * one. With less, a thread that once slept comes so late to the next barrier that the others sleep too, and so on for ever:
 * at 8,000, two halves of a product of 130 microseconds took 105 together, and two context switches a run; so they take 74.
 */
const turns = 100_000;

/** How long a sleep lasts before the thread looks around whether something is wrong. */
const sleepNanoseconds = 50_000_000n;

/**
 * After so many sleeps in a row, 5 seconds, a thread that does not come counts as dead, unless the program is a long one. They
 * are counted, not timed, so that a process that was halted for a while does not find its threads missing.
 */
const leastPatience = 100;

/** How many times a program's expected time a thread may take. */
const slowness = 20;

/** More than an hour. */
const mostPatience = 100_000;

/** Runs of `turns` that take as long as a sleep, or longer; they stand in for it where sleeping is not allowed. */
const runsPerSleep = 20_000;

/** A barrier: gives 1 if a thread failed, so that all must leave, else 0. `at` is the address of the control block. */
export type Barrier = FunctionReference<{ thread: "i32"; threads: "i32"; at: "i32" }, "i32">;

/**
 * Defines the barrier. Each thread counts the barriers that it has reached in a word of its own, and waits until no other
 * thread is behind. It spins at first, as the others are mostly a fraction of a microsecond away, and then sleeps; who
 * arrives wakes sleepers if there are any.
 *
 * All threads of a pool take part in all its barriers, so their counts never differ by more than one.
 *
 * @param nanoseconds the program's expected time
 */
export function defineBarrier(module: ModuleBuilder, nanoseconds: number): Barrier {
  const expected = (slowness * nanoseconds) / Number(sleepNanoseconds);
  const sleep = defineSleep(module, Math.ceil(Math.min(Math.max(expected, leastPatience), mostPatience)));
  const params = { thread: "i32", threads: "i32", at: "i32" } as const;
  return module.func("barrier", { params, result: "i32" }, ({ thread, threads, at }, local) => {
    const mine = local("i32", "mine");
    const count = local("i32", "count");
    const other = local("i32", "other");
    const end = local("i32", "end");
    const left = local("i32", "left");
    return [
      other.set(i32.add(at, control.reached)),
      end.set(i32.add(other, i32.mul(threads, reachedStride))),
      mine.set(i32.add(other, i32.mul(thread, reachedStride))),
      count.set(i32.add(i32Atomic.load(mine), 1)),
      i32Atomic.store(mine, count),
      when(i32Atomic.load(at, { offset: control.waiting }), [drop(memoryAtomic.notify(mine, -1))]),
      loop((nextThread) => [
        block((arrived) => [
          spin(left, other, count, arrived),
          when(sleep.call({ thread, at, other, count }), [ret(i32.const(1))]),
        ]),
        brIf(nextThread, i32.ltU(other.tee(i32.add(other, reachedStride)), end)),
      ]),
      i32.const(0),
    ];
  });
}

/** Whether the count at `other` has reached `count`; by the sign of the difference, as counts wrap around. */
const reached = (other: Local<"i32">, count: Operand<"i32">) =>
  i32.geS(i32.sub(i32Atomic.load(other), count), 0);

/** Looks at `other` until its count is reached, which branches to `arrived`, at most `turns` times. */
const spin = (
  left: Local<"i32">,
  other: Local<"i32">,
  count: Local<"i32">,
  arrived: Parameters<typeof brIf>[0],
): Statement =>
  block(() => [
    left.set(turns),
    loop((again) => [brIf(arrived, reached(other, count)), brIf(again, left.tee(i32.sub(left, 1)))]),
  ]);

/** Waits until the count at `other` is reached, asleep where that is allowed; gives 1 if it never will be. */
function defineSleep(module: ModuleBuilder, patience: number) {
  const params = { thread: "i32", at: "i32", other: "i32", count: "i32" } as const;
  return module.func("sleep", { params, result: "i32" }, ({ thread, at, other, count }, local) => {
    const left = local("i32", "left");
    const restless = local("i32", "restless");
    const rounds = local("i32", "rounds");
    const seen = local("i32", "seen");
    const waiting = { offset: control.waiting };
    const failed = { offset: control.failed };
    const leaveWhenReached = when(reached(other, count), [ret(i32.const(0))]);
    return [
      restless.set(i32.and(i32.eqz(thread), i32Atomic.load(at, { offset: control.restless }))),
      rounds.set(patience),
      when(restless, [rounds.set(patience * runsPerSleep)]),
      loop((again) => [
        when(
          restless,
          [block((arrived) => [spin(left, other, count, arrived)]), leaveWhenReached],
          [
            // Announced first, then looked at: the other thread counts first and then looks for sleepers.
            drop(i32Atomic.rmwAdd(at, 1, waiting)),
            seen.set(i32Atomic.load(other)),
            when(i32.ltS(i32.sub(seen, count), 0), [
              drop(memoryAtomic.wait32(other, seen, sleepNanoseconds)),
            ]),
            drop(i32Atomic.rmwSub(at, 1, waiting)),
            leaveWhenReached,
          ],
        ),
        when(i32Atomic.load(at, failed), [ret(i32.const(1))]),
        brIf(again, rounds.tee(i32.sub(rounds, 1))),
      ]),
      drop(i32Atomic.rmwCmpxchg(at, 0, failures.missing, failed)),
      i32.const(1),
    ];
  });
}
