/** What kinds of code there are: names that users see, apart from the assembler that makes them. */

/**
 * - `wide`: relaxed multiply–add, pairs of 128-bit operations fused to 256-bit ones by V8's revectorizer;
 * - `relaxed`: relaxed multiply–add on 128 bits;
 * - `simd`: plain 128-bit products and sums, which give the same bits on every machine;
 * - `none`: no WebAssembly SIMD; plain loops.
 */
export type GemmTier = "wide" | "relaxed" | "simd" | "none";

/** A tier that was passed over, and why. */
export interface RefusedTier {
  readonly tier: GemmTier;
  readonly reason: string;
}
