import { type Compiled, compile, fromTypedArray, noGrad, type Tensor } from "../../tensor/index.ts";
import type { TableModel } from "../model.ts";
import { layoutOf } from "../preparation.ts";
import type { RowBuffers } from "./rows.ts";

/**
 * Rows that go through the network at once, by the largest size that the rest fills: any number of rows is computed by a few programs,
 * each compiled once.
 */
const SIZES = [4096, 512, 64, 8, 1] as const;

/** Inputs of a fixed number of rows, and the program that computes what the network gives for them. */
export interface Chunk extends RowBuffers {
  readonly rows: number;
  /** [rows, outputs], row by row: logits, or numbers as they are learned. A new array each time. */
  run(): Float32Array;
}

type Call = (x: Tensor, codes?: Tensor) => Tensor;

/** A model's network, compiled, in evaluation mode. */
export class Forward {
  private readonly inputs: number;
  private readonly embedded: number;
  private readonly call: Call & Compiled;
  private readonly chunks = new Map<number, Chunk>();

  constructor({ spec, network }: TableModel) {
    const { inputs, levels } = layoutOf(spec.features);
    this.inputs = inputs;
    this.embedded = levels.length;
    network.eval();
    const call: Call = (x, codes) => network(x, codes);
    this.call = compile(call);
  }

  /** The largest chunk that a number of rows fills, 1 or more. Its buffers are used again by every call. */
  chunkFor(rows: number): Chunk {
    const size = SIZES.find((most) => most <= rows) ?? 1;
    const known = this.chunks.get(size);
    if (known !== undefined) return known;
    const chunk = this.makeChunk(size);
    this.chunks.set(size, chunk);
    return chunk;
  }

  private makeChunk(rows: number): Chunk {
    const buffers = {
      x: new Float32Array(rows * this.inputs),
      codes: new Int32Array(rows * this.embedded),
    };
    const x = fromTypedArray(buffers.x, [rows, this.inputs]);
    const codes = this.embedded > 0 ? fromTypedArray(buffers.codes, [rows, this.embedded]) : undefined;
    const compute = (): Tensor => (codes ? this.call(x, codes) : this.call(x));
    return { ...buffers, rows, run: () => noGrad(compute).data as Float32Array };
  }

  /** Frees the memory of the programs. */
  dispose(): void {
    this.call.dispose();
  }
}
