/** A matrix product from start to end: choose blocks, pack the factors, sweep, copy the result out. */
import { roundUp } from "../../util/rounding.ts";
import { blockOfK, type OuterBlocks, outerBlocks, type Panels, splitColumns, splitRows } from "./blocking.ts";
import { type Factor, transposed } from "./factor.ts";
import { KernelRefused, Kernels } from "./kernels.ts";
import { elementBytes, type FloatType } from "./microkernels.ts";
import { Packer, stageBytes, stageSlack } from "./packer.ts";
import { plainProduct } from "./plain.ts";
import { type GemmTier, type RefusedTier, TierChoice } from "./tiers.ts";
import { type FloatArray, Workspace } from "./workspace.ts";

/** Bytes of A's panels that a sweep runs over again and again; they should stay in the second-level cache. */
const sweptBytes = 192 << 10;

/** Bytes by which the regions of the workspace are set apart, so that their panels do not fall into the same cache sets. */
const regionGap = 1 << 8;

/** What multiplies with the kernels of one tier and type. */
interface Tools {
  readonly kernels: Kernels;
  readonly packer: Packer;
}

/** Byte addresses in the workspace. */
interface Regions {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Where a transposed result is turned. */
  readonly turned: number;
}

/** The sizes of a product. */
interface Sizes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Where a product goes: row-major with rows of `columns` elements; turned, element (i, j) goes to (j, i). */
interface Target {
  readonly data: FloatArray;
  readonly offset: number;
  readonly columns: number;
  readonly turned: boolean;
}

/** Multiplies matrices in a workspace of its own with the best tier that the engine has. */
export class Multiplier {
  readonly #choice: TierChoice;
  readonly #tools = new Map<FloatType, Tools>();
  readonly #makeWorkspace: () => Workspace;
  #workspace: Workspace | undefined;

  constructor(choice: TierChoice = new TierChoice(), makeWorkspace = () => new Workspace()) {
    this.#choice = choice;
    this.#makeWorkspace = makeWorkspace;
  }

  /** The tier in use and those passed over. */
  tier(): { readonly tier: GemmTier; readonly refused: readonly RefusedTier[] } {
    return { tier: this.#choice.current()?.tier ?? "none", refused: this.#choice.refused };
  }

  /** out[i, j] = Σ_k a[i, k] · b[k, j], row-major from `outOffset` on. */
  multiply(type: FloatType, sizes: Sizes, a: Factor, b: Factor, out: FloatArray, outOffset: number): void {
    const { m, n, k } = sizes;
    if (m === 0 || n === 0) return;
    if (k === 0) {
      out.fill(0, outOffset, outOffset + m * n);
      return;
    }
    while (this.#choice.current()) {
      try {
        this.#multiplyWith(this.#toolsFor(type), sizes, a, b, out, outOffset);
        return;
      } catch (error) {
        // Kernels are compiled and checked before anything is written to `out`, or a later block writes it again.
        if (!(error instanceof KernelRefused)) throw error;
        this.#choice.stepDown(error.message);
        this.#tools.clear();
      }
    }
    plainProduct(type, m, n, k, a, b, out, outOffset);
  }

  #toolsFor(type: FloatType): Tools {
    const known = this.#tools.get(type);
    if (known) return known;
    const tier = this.#choice.current();
    if (!tier) throw new KernelRefused("The engine has no WebAssembly SIMD.");
    const workspace = this.#space;
    const kernels = new Kernels(type, tier, workspace);
    const tools = { kernels, packer: new Packer(kernels, workspace) };
    this.#tools.set(type, tools);
    return tools;
  }

  #multiplyWith(
    tools: Tools,
    { m, n, k }: Sizes,
    a: Factor,
    b: Factor,
    data: FloatArray,
    offset: number,
  ): void {
    const { columns } = tools.kernels;
    // A narrow result fills only a part of each panel. Then (b ᵀ a ᵀ) is computed, whose panels run along m.
    if (n < 2 * columns && 1.3 * n * roundUp(m, columns) < m * roundUp(n, columns)) {
      const target = { data, offset, columns: n, turned: true };
      this.#multiplyInBlocks(tools, { m: n, n: m, k }, transposed(b), transposed(a), target);
    } else {
      this.#multiplyInBlocks(tools, { m, n, k }, a, b, { data, offset, columns: n, turned: false });
    }
  }

  #multiplyInBlocks(tools: Tools, { m, n, k }: Sizes, a: Factor, b: Factor, target: Target): void {
    const { kernels, packer } = tools;
    const run = blockOfK(k);
    const { blocks, regions } = this.#layOut(kernels, { m, n, k }, target.turned);
    const bColumns = transposed(b); // what panels of B group are rows of this
    for (let j0 = 0; j0 < n; j0 += blocks.n) {
      const nHere = Math.min(blocks.n, n - j0);
      const panels = splitColumns(nHere, kernels.columns);
      for (let i0 = 0; i0 < m; i0 += blocks.m) {
        const mHere = Math.min(blocks.m, m - i0);
        const tiles = splitRows(mHere, kernels.tile.rows);
        for (let k0 = 0; k0 < k; k0 += blocks.k) {
          const kHere = Math.min(blocks.k, k - k0);
          packer.pack(a, { firstRow: i0, firstK: k0, k: kHere, run, panels: tiles, target: regions.a });
          // With all of k in one block, the panels of B serve all blocks of rows.
          if (i0 === 0 || blocks.k < k) {
            packer.pack(bColumns, { firstRow: j0, firstK: k0, k: kHere, run, panels, target: regions.b });
          }
          this.#sweepBlock(kernels, tiles, { m: mHere, n: nHere, k: kHere }, run, k0 > 0, regions);
        }
        this.#copyOut(kernels, mHere, nHere, i0, j0, target, regions);
      }
    }
  }

  /** Multiplies packed panels into the region of C. */
  #sweepBlock(
    kernels: Kernels,
    tiles: readonly Panels[],
    { m, n, k }: Sizes,
    run: number,
    accumulate: boolean,
    regions: Regions,
  ): void {
    const bytes = elementBytes[kernels.type];
    const { columns } = kernels;
    const panels = Math.ceil(n / columns);
    const cRow = panels * columns * bytes;
    for (let k0 = 0; k0 < k; k0 += run) {
      const kHere = Math.min(run, k - k0);
      const a = regions.a + m * k0 * bytes;
      const b = regions.b + panels * columns * k0 * bytes;
      let row = 0;
      for (const { width, count } of tiles) {
        const sweep = kernels.sweep(width);
        const tileBytes = width * kHere * bytes;
        const atOnce = Math.max(1, Math.floor(sweptBytes / tileBytes));
        for (let first = 0; first < count; first += atOnce) {
          const now = Math.min(atOnce, count - first);
          sweep(
            a + row * kHere * bytes,
            width * bytes,
            tileBytes,
            b,
            columns * bytes,
            columns * kHere * bytes,
            regions.c + row * cRow,
            cRow,
            kHere,
            now,
            panels,
            accumulate || k0 > 0 ? 1 : 0,
          );
          row += now * width;
        }
      }
    }
  }

  /** Copies the region of C, m × n with rows as long as its panels are wide, to its place in the result. */
  #copyOut(
    kernels: Kernels,
    m: number,
    n: number,
    i0: number,
    j0: number,
    { data, offset, columns, turned }: Target,
    regions: Regions,
  ): void {
    const bytes = elementBytes[kernels.type];
    const padded = roundUp(n, kernels.columns);
    if (turned) {
      kernels.interleave()(regions.c, padded * bytes, regions.turned, m * bytes, 0, n, m, 1);
      this.#copyRows(
        kernels.type,
        regions.turned / bytes,
        m,
        n,
        m,
        data,
        offset + j0 * columns + i0,
        columns,
      );
    } else {
      this.#copyRows(
        kernels.type,
        regions.c / bytes,
        padded,
        m,
        n,
        data,
        offset + i0 * columns + j0,
        columns,
      );
    }
  }

  #copyRows(
    type: FloatType,
    from: number,
    fromStride: number,
    rows: number,
    length: number,
    to: FloatArray,
    offset: number,
    toStride: number,
  ): void {
    const view = this.#space.view(type);
    if (fromStride === length && (toStride === length || rows === 1)) {
      to.set(view.subarray(from, from + rows * length), offset);
      return;
    }
    for (let i = 0; i < rows; i++) {
      const start = from + i * fromStride;
      const target = offset + i * toStride;
      if (length >= longRow) to.set(view.subarray(start, start + length), target);
      else for (let j = 0; j < length; j++) to[target + j] = view[start + j];
    }
  }

  get #space(): Workspace {
    try {
      this.#workspace ??= this.#makeWorkspace();
    } catch (error) {
      throw new KernelRefused("The engine refuses the memory.", { cause: error });
    }
    return this.#workspace;
  }

  /** Chooses blocks that fit the workspace, and grows it for them. */
  #layOut(
    kernels: Kernels,
    { m, n, k }: Sizes,
    turned: boolean,
  ): { readonly blocks: OuterBlocks; readonly regions: Regions } {
    const bytes = elementBytes[kernels.type];
    const fixed = stageBytes + stageSlack + 4 * regionGap;
    for (const limit of [this.#space.limit, this.#space.size]) {
      const elements = (limit - fixed) / bytes;
      const blocks = outerBlocks(m, n, k, kernels.columns, turned ? elements / 2 : elements);
      const a = align(stageBytes + stageSlack);
      const b = align(a + blocks.m * blocks.k * bytes) + regionGap;
      const c = align(b + blocks.n * blocks.k * bytes) + regionGap;
      const turnedAt = align(c + blocks.m * blocks.n * bytes);
      const end = turnedAt + (turned ? blocks.m * blocks.n * bytes : 0) + regionGap;
      if (this.#space.reserve(end)) return { blocks, regions: { a, b, c, turned: turnedAt } };
    }
    throw new KernelRefused("The workspace cannot be laid out.");
  }
}

/** From this length on, a row is copied out faster as a whole than element by element. */
const longRow = 48;

const align = (address: number): number => roundUp(address, 64);
