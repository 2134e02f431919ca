/**
 * The kernels of one tier, generated, compiled and checked when they are first asked for: each comes from a module of its
 * own over the one memory that is the workspace, so that a program pays only for the heights of tile that it meets.
 */
import { ModuleBuilder } from "./assembler/module.ts";
import { checkCopy, checkInterleave, checkSweep } from "./check.ts";
import { defineSweep, type FloatType, lanes, sweepName, type Tile } from "./microkernels.ts";
import { copyName, defineCopy, defineInterleave, interleaveName } from "./pack.ts";
import { type TierDescription, withFlags } from "./tiers.ts";
import { memoryLimits, type Workspace } from "./workspace.ts";

/** See `defineSweep`. All addresses are bytes in the workspace. */
export type Sweep = (
  a: number,
  aStep: number,
  aTile: number,
  b: number,
  bStep: number,
  bPanel: number,
  c: number,
  cRow: number,
  k: number,
  tiles: number,
  panels: number,
  accumulate: number,
) => void;

/** See `defineCopy`. */
export type Copy = (
  source: number,
  sourceLine: number,
  target: number,
  targetPanel: number,
  k: number,
  panels: number,
) => void;

/** See `defineInterleave`. */
export type Interleave = (
  source: number,
  sourceLine: number,
  target: number,
  targetStep: number,
  targetPanel: number,
  k: number,
  lines: number,
  panels: number,
) => void;

/** A kernel that its check found wrong, or that the engine would not compile. */
export class KernelRefused extends Error {
  override readonly name = "KernelRefused";
}

/** The kernels of one tier for one type. */
export class Kernels {
  readonly type: FloatType;
  readonly tile: Tile;
  /** Columns of a tile, which is the width of B's panels. */
  readonly columns: number;
  readonly #tier: TierDescription;
  readonly #workspace: Workspace;
  readonly #sweeps: Sweep[] = [];
  readonly #copies: Copy[] = [];
  #interleave: Interleave | undefined;

  constructor(type: FloatType, tier: TierDescription, workspace: Workspace) {
    this.type = type;
    this.tile = tier.tile;
    this.columns = tier.tile.vectors * lanes[type];
    this.#tier = tier;
    this.#workspace = workspace;
  }

  /** The sweep over tiles of `rows` rows. Its first use overwrites the stage of the workspace, as that of the others. */
  sweep(rows: number): Sweep {
    this.#sweeps[rows] ??= this.#make(
      sweepName(rows),
      (module) => defineSweep(module, this.type, this.tile, rows),
      (sweep: Sweep) => checkSweep(sweep, this.type, rows, this.columns, this.#workspace),
    );
    return this.#sweeps[rows];
  }

  /** The copy into panels `width` wide. */
  copy(width: number): Copy {
    this.#copies[width] ??= this.#make(
      copyName(width),
      (module) => defineCopy(module, this.type, width),
      (copy: Copy) => checkCopy(copy, this.type, width, this.#workspace),
    );
    return this.#copies[width];
  }

  /** The interleaving of lines. */
  interleave(): Interleave {
    this.#interleave ??= this.#make(
      interleaveName,
      (module) => defineInterleave(module, this.type),
      (interleave: Interleave) => checkInterleave(interleave, this.type, this.#workspace),
    );
    return this.#interleave;
  }

  #make<F>(name: string, define: (module: ModuleBuilder) => void, check: (kernel: F) => boolean): F {
    let right = false;
    let kernel: F;
    try {
      const module = new ModuleBuilder();
      module.importMemory("workspace", "memory", memoryLimits);
      define(module);
      const bytes = module.encode();
      // An engine compiles a function when it is first called, so the check runs under the flags too.
      [kernel, right] = withFlags(this.#tier.flags, () => {
        const imports = { workspace: { memory: this.#workspace.memory } };
        const made = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports[name] as F;
        return [made, check(made)];
      });
    } catch (error) {
      throw new KernelRefused(`${this.type} ${name}: ${String(error)}`, { cause: error });
    }
    if (!right) throw new KernelRefused(`${this.type} ${name} gave a wrong result.`);
    return kernel;
  }
}
