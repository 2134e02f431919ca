/**
 * Which code this engine gets. A tier is a kind of instruction with the register tile that suits it; the best available
 * one is taken, and a kernel that fails its check makes the process step down.
 */
import { ChainruleError } from "../../util/errors.ts";
import { host } from "../../util/host.ts";
import * as f32x4 from "./assembler/f32x4.ts";
import { ModuleBuilder } from "./assembler/module.ts";
import type { Tile } from "./microkernels.ts";
import type { GemmTier, RefusedTier } from "./tier-names.ts";

export type { GemmTier, RefusedTier } from "./tier-names.ts";

/** What it takes to use a tier. */
export interface TierDescription {
  readonly tier: Exclude<GemmTier, "none">;
  readonly tile: Tile;
  /** V8 flags that are on while its kernels compile, each with the flag that undoes it. */
  readonly flags: readonly (readonly [on: string, off: string])[];
  /** Why the engine cannot run it, or undefined. */
  readonly missing: () => string | undefined;
}

/** The major version of Node; 0 elsewhere, also in engines that pretend to be Node. */
const nodeMajor =
  host?.versions?.node && !host.versions.bun && !host.versions.deno
    ? Number.parseInt(host.versions.node, 10)
    : 0;

/**
 * By default V8 compiles a function with its baseline compiler first and optimizes later, in the background, when our flags
 * are off again. With all bits of this mask set, a function that is compiled gets optimized code at once. (Switching the
 * baseline compiler off instead crashes the process when another module's function is just being optimized.)
 */
const optimizeAtOnce = ["--wasm-tier-mask-for-testing=-1", "--wasm-tier-mask-for-testing=0"] as const;
const revectorize = ["--experimental-wasm-revectorize", "--no-experimental-wasm-revectorize"] as const;

/**
 * The mask above reaches the first 32 functions of a module. Programs have more; with these, V8 optimizes a function when it
 * is called for the second time, before that call returns. The budget that is restored is V8's own.
 */
const optimizeOnSecondCall = [
  ["--wasm-tiering-budget=1", "--wasm-tiering-budget=13000000"],
  ["--wasm-sync-tier-up", "--no-wasm-sync-tier-up"],
] as const;

const canSetFlags = nodeMajor >= 24;

// Tiles were measured (bench/gemm): enough sums to hide the latency of a multiply–add, few enough to stay in registers. On
// 128 bits, 6×8 is as fast as 4×8 under V8 13.6 and later, but spills under 12.4 (Node 22) and runs at half the speed.
const descriptions: readonly TierDescription[] = [
  {
    tier: "wide",
    tile: { rows: 6, vectors: 4, fused: true },
    flags: [revectorize, optimizeAtOnce],
    missing: () => {
      if (!canSetFlags || !host?.getBuiltinModule) return "It needs Node 24 or later.";
      if (host.arch !== "x64") return "It needs an x64 processor.";
      return missingVectors(true);
    },
  },
  {
    tier: "relaxed",
    tile: { rows: 4, vectors: 2, fused: true },
    flags: canSetFlags ? [optimizeAtOnce] : [],
    missing: () => missingVectors(true),
  },
  {
    tier: "simd",
    tile: { rows: 4, vectors: 2, fused: false },
    flags: canSetFlags ? [optimizeAtOnce] : [],
    missing: () => missingVectors(false),
  },
];

/** The tier of strict programs: no instruction whose result depends on the processor. */
export const strictTier: TierDescription = descriptions[descriptions.length - 1];

/** The flags under which programs are made and each of their functions is called {@link warmUpCalls} times. */
export const programFlags = ({ flags }: TierDescription): TierDescription["flags"] =>
  flags.length > 0 ? [...flags, ...optimizeOnSecondCall] : [];

/** The second call optimizes; the third one of a function meets optimized callees. */
export const warmUpCalls = 3;

/** Why the engine cannot run vectors, or relaxed multiply–add among them; undefined if it can. */
function missingVectors(relaxed: boolean): string | undefined {
  const name = relaxed ? "relaxed WebAssembly SIMD" : "WebAssembly SIMD";
  if (typeof WebAssembly !== "object") return `The engine has no ${name}.`;
  const module = new ModuleBuilder();
  module.func("probe", { params: { a: "v128" }, result: "v128" }, ({ a }) => [
    relaxed ? f32x4.relaxedMadd(a, a, a) : f32x4.mul(a, a),
  ]);
  const bytes = module.encode();
  if (!WebAssembly.validate(bytes)) return `The engine has no ${name}.`;
  try {
    new WebAssembly.Module(bytes);
  } catch (error) {
    // The policy of a page, or a server that takes no code at run time.
    return `The engine compiles no WebAssembly here (${String(error)}).`;
  }
  return undefined;
}

/** What the environment variable CHAINRULE_WASM asks for, as the tier to begin with; `strict` is what `simd` is for. */
const forced: Readonly<Record<string, GemmTier>> = {
  wide: "wide",
  relaxed: "relaxed",
  simd: "simd",
  strict: "simd",
};

/** The tier that is in use, and those that were passed over. */
export class TierChoice {
  readonly #candidates: TierDescription[];
  readonly #refused: RefusedTier[] = [];
  #settled = false;

  /** Begins with the best of `candidates`, or with the one that CHAINRULE_WASM names. */
  constructor(candidates: readonly TierDescription[] = descriptions, wish = host?.env?.CHAINRULE_WASM) {
    this.#candidates = [...candidates];
    if (!wish) return;
    const first = forced[wish];
    if (!first) {
      throw new ChainruleError(
        "backend",
        `CHAINRULE_WASM is "${wish}", which is no tier.`,
        "Set it to wide, relaxed, or simd (strict is the same), or unset it.",
      );
    }
    while (this.#candidates.length > 0 && this.#candidates[0].tier !== first) {
      this.#pass(`CHAINRULE_WASM=${wish} asks for less.`);
    }
  }

  /** The tier in use; undefined if the engine has none. */
  current(): TierDescription | undefined {
    while (!this.#settled && this.#candidates.length > 0) {
      const reason = this.#candidates[0].missing();
      if (reason === undefined) this.#settled = true;
      else this.#pass(reason);
    }
    return this.#candidates[0];
  }

  /** Tiers passed over, best first. */
  get refused(): readonly RefusedTier[] {
    return this.#refused;
  }

  /** Gives up the current tier. */
  stepDown(reason: string): void {
    this.#pass(reason);
    this.#settled = false;
  }

  #pass(reason: string): void {
    const passed = this.#candidates.shift();
    if (passed) this.#refused.push({ tier: passed.tier, reason });
  }
}

let choice: TierChoice | undefined;

/** The tiers of the process: what eager products find out serves programs, and the other way round. */
export function theTiers(): TierChoice {
  choice ??= new TierChoice();
  return choice;
}

/** Runs `compile` with V8 flags switched on, and switches them off again whatever happens. */
export function withFlags<T>(flags: TierDescription["flags"], compile: () => T): T {
  const v8 = flags.length > 0 ? host?.getBuiltinModule?.("node:v8") : undefined;
  if (!v8) return compile();
  try {
    for (const [on] of flags) v8.setFlagsFromString(on);
    return compile();
  } finally {
    for (const [, off] of flags) v8.setFlagsFromString(off);
  }
}
