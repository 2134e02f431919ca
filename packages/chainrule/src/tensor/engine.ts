/** What compiled programs run on here, for people who wonder why they are fast or slow. */

import { theHeap } from "../backends/wasm/heap.ts";
import { threadsOf } from "../backends/wasm/threads/pool.ts";
import type { GemmTier, RefusedTier } from "../backends/wasm/tier-names.ts";
import { theTiers } from "../backends/wasm/tiers.ts";

/** What {@link engineReport} tells. */
export interface EngineReport {
  /**
   * The kind of code that is generated: `wide` (pairs of 128-bit vectors fused to 256 bits), `relaxed` (128 bits, fused
   * multiply–add), `simd` (128 bits), `none` (no vectors, or no WebAssembly that is made at run time: nothing is compiled, everything runs eagerly).
   */
  readonly tier: GemmTier;
  /** Better tiers that were passed over, with the reason. */
  readonly refused: readonly RefusedTier[];
  /** Threads that programs use at most. */
  readonly threads: number;
  /** Whether memory can be shared with workers; without it everything runs on one thread. */
  readonly sharedMemory: boolean;
}

/**
 * The engine's tier and threads: what the programs of {@link compile} run on here.
 *
 * @example
 * const { tier, threads, sharedMemory } = engineReport();
 * ["wide", "relaxed", "simd", "none"].includes(tier); // → true
 * sharedMemory || threads === 1; // → true
 */
export function engineReport(): EngineReport {
  const tiers = theTiers();
  const tier = tiers.current()?.tier ?? "none";
  const sharedMemory = tier !== "none" && theHeap().shared;
  return { tier, refused: tiers.refused, threads: sharedMemory ? threadsOf(theHeap()) : 1, sharedMemory };
}
