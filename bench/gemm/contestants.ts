/** What the benchmark of matrix products measures: the bare kernel, the whole product, and plain loops. */
import type { Factor } from "../../packages/chainrule/src/backends/wasm/factor.ts";
import { Kernels } from "../../packages/chainrule/src/backends/wasm/kernels.ts";
import { elementBytes, type FloatType } from "../../packages/chainrule/src/backends/wasm/microkernels.ts";
import { Multiplier } from "../../packages/chainrule/src/backends/wasm/multiplier.ts";
import { TierChoice } from "../../packages/chainrule/src/backends/wasm/tiers.ts";
import { type FloatArray, Workspace } from "../../packages/chainrule/src/backends/wasm/workspace.ts";

/** Something to time, and the floating point operations of one call. */
export interface Contestant {
  readonly flops: number;
  readonly run: () => void;
}

/** Rows, columns and inner length of a product, and which factors are views of a transposed array ("nt": the second). */
export interface Shape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly layout: "nn" | "nt" | "tn" | "tt";
}

/** All contestants of one type on one tier. */
export class Contestants {
  readonly type: FloatType;
  readonly tier: string;
  /** The register tile, "6×16". */
  readonly tile: string;
  readonly #choice = new TierChoice();
  readonly #multiplier = new Multiplier(this.#choice);

  constructor(type: FloatType) {
    this.type = type;
    const description = this.#choice.current();
    if (!description) throw new Error("This engine has no WebAssembly SIMD; there is nothing to measure.");
    this.tier = description.tier;
    this.tile = `${description.tile.rows}×${(description.tile.vectors * 16) / elementBytes[type]}`;
  }

  /**
   * The bare kernel of the tier: about 240 × 240 × 256 on panels that were packed before and stay in the second-level cache,
   * adding to a result that stays there too. What no product around it can exceed.
   */
  bareKernel(): Contestant {
    const description = this.#choice.current();
    if (!description) throw new Error("No tier.");
    const { type } = this;
    const workspace = new Workspace();
    workspace.reserve(4 << 20);
    const kernels = new Kernels(type, description, workspace);
    const bytes = elementBytes[type];
    const { rows } = description.tile;
    const { columns } = kernels;
    const sweep = kernels.sweep(rows);
    const [m, n, k] = [rows * Math.round(240 / rows), columns * Math.round(240 / columns), 256];
    const a = 8192;
    const b = a + m * k * bytes;
    const c = b + n * k * bytes;
    workspace.view(type).set(randomArray(type, (m + n) * k + m * n), a / bytes);
    const stepA = rows * bytes;
    const stepB = columns * bytes;
    return {
      flops: 2 * m * n * k,
      run: () => sweep(a, stepA, stepA * k, b, stepB, stepB * k, c, n * bytes, k, m / rows, n / columns, 1),
    };
  }

  /** The whole product as eager code runs it, a new array for the result included. */
  product(shape: Shape): Contestant {
    const { m, n, k } = shape;
    const { a, b } = this.#factors(shape);
    const sizes = { m, n, k };
    return {
      flops: 2 * m * n * k,
      run: () => this.#multiplier.multiply(this.type, sizes, a, b, emptyArray(this.type, m * n), 0),
    };
  }

  /** The same product by the three loops of a textbook, summed in float64 as the reference backend does. */
  loops(shape: Shape): Contestant {
    const { m, n, k } = shape;
    const { a, b } = this.#factors(shape);
    return { flops: 2 * m * n * k, run: () => multiplyByLoops(m, n, k, a, b, emptyArray(this.type, m * n)) };
  }

  #factors({ m, n, k, layout }: Shape): { a: Factor; b: Factor } {
    const factor = (rows: number, columns: number, transposed: boolean): Factor => ({
      data: randomArray(this.type, rows * columns),
      offset: 0,
      rowStride: transposed ? 1 : columns,
      columnStride: transposed ? rows : 1,
    });
    return { a: factor(m, k, layout[0] === "t"), b: factor(k, n, layout[1] === "t") };
  }
}

function multiplyByLoops(m: number, n: number, k: number, a: Factor, b: Factor, out: FloatArray): void {
  let to = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      let atA = a.offset + i * a.rowStride;
      let atB = b.offset + j * b.columnStride;
      for (let p = 0; p < k; p++, atA += a.columnStride, atB += b.rowStride) sum += a.data[atA] * b.data[atB];
      out[to++] = sum;
    }
  }
}

const emptyArray = (type: FloatType, length: number): FloatArray =>
  type === "float32" ? new Float32Array(length) : new Float64Array(length);

function randomArray(type: FloatType, length: number): FloatArray {
  const array = emptyArray(type, length);
  for (let i = 0; i < length; i++) array[i] = Math.random() - 0.5;
  return array;
}

/** Calls a contestant until `milliseconds` have passed; gives GFLOP/s. */
export function rate({ flops, run }: Contestant, milliseconds: number): number {
  const start = performance.now();
  let calls = 0;
  let elapsed = 0;
  do {
    run();
    calls++;
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds);
  return (flops * calls) / elapsed / 1e6;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
