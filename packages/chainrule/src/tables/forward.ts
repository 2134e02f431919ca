import { fromTypedArray, noGrad, type Tensor } from "../tensor/index.ts";
import { whereItCompiles } from "../train/step.ts";
import type { TableNetwork } from "./network/network.ts";
import type { PreparedInputs } from "./preparation-inputs.ts";

/**
 * Rows that go through the network at once, by the largest size that the rest fills: any number of rows is computed by a few programs,
 * each compiled once.
 */
const SIZES = [4096, 512, 64, 8, 1] as const;

/** Where the inputs of rows go: x [rows, inputs] and codes [rows, embedded columns], row by row. */
export interface RowBuffers {
  readonly x: Float32Array;
  readonly codes: Int32Array;
}

/** Inputs of a fixed number of rows, and the program that computes what the network gives for them. */
export interface Chunk extends RowBuffers {
  readonly rows: number;
  /** [rows, outputs], row by row: logits, or numbers as they are learned. A new array each time. */
  run(): Float32Array;
}

/** A network, compiled where it can be. It is in the mode that its owner has it in. */
export class Forward {
  private readonly inputs: number;
  private readonly embedded: number;
  private readonly width: number;
  private readonly call: ((x: Tensor, codes?: Tensor) => Tensor) & { dispose(): void };
  private readonly chunks = new Map<number, Chunk>();

  constructor(network: TableNetwork) {
    const { inputs, levels, outputs } = network.architecture;
    this.inputs = inputs;
    this.embedded = levels.length;
    this.width = outputs;
    this.call = whereItCompiles((x: Tensor, codes?: Tensor) => network(x, codes), "predict");
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

  /** [rows, outputs], row by row. */
  outputs({ data, codes, rows }: PreparedInputs): Float64Array {
    const { inputs, embedded, width } = this;
    const outputs = new Float64Array(rows * width);
    for (let start = 0; start < rows; ) {
      const chunk = this.chunkFor(rows - start);
      const end = start + chunk.rows;
      chunk.x.set(data.subarray(start * inputs, end * inputs));
      chunk.codes.set(codes.subarray(start * embedded, end * embedded));
      outputs.set(chunk.run(), start * width);
      start = end;
    }
    return outputs;
  }

  private makeChunk(rows: number): Chunk {
    const buffers = {
      x: new Float32Array(rows * this.inputs),
      codes: new Int32Array(rows * this.embedded),
    };
    const x = fromTypedArray(buffers.x, [rows, this.inputs]);
    const codes = this.embedded > 0 ? fromTypedArray(buffers.codes, [rows, this.embedded]) : undefined;
    const compute = (): Tensor => (codes ? this.call(x, codes) : this.call(x));
    return { ...buffers, rows, run: () => noGrad(compute).contiguous().data as Float32Array };
  }

  /** Frees the memory of the programs. */
  dispose(): void {
    this.call.dispose();
  }
}
