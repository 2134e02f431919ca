/**
 * The words in shared memory by which threads meet, as byte offsets into a block of a pool's own. Words that different threads
 * write lie on cache lines (pairs of them, as processors fetch two at a time) of their own.
 */
export const control = {
  /** Counts whatever a worker should look at; idle workers sleep on it. */
  signal: 0,
  /** Counts jobs. */
  job: 4,
  /** Counts messages that were posted to each worker. */
  posted: 8,
  /** The program of the current job, by its number in the pool. */
  program: 12,
  /** Which of its segments. */
  segment: 16,
  /** 1 if the main thread must not sleep, as that of a page. */
  restless: 20,
  /** How many workers sleep until the next signal. */
  idle: 128,
  /** Counts messages that workers have dealt with, all workers together. */
  received: 132,
  /** How many threads sleep in a barrier. */
  waiting: 256,
  /** Not 0 when a thread failed, and those that wait for it must leave: see {@link failures}. */
  failed: 260,
  /** For each thread, the barrier that it has reached. */
  reached: 384,
} as const;

/** Bytes from one thread's `reached` to the next one's. */
export const reachedStride = 128;

/** More than any processor has that programs of this size would profit from. */
export const mostThreads = 32;

/** Bytes of the block. */
export const controlBytes: number = control.reached + mostThreads * reachedStride;

/** What `failed` says. */
export const failures = {
  /** A thread's code ended in an exception. */
  exception: 1,
  /** A thread did not come to a barrier. */
  missing: 2,
} as const;
