import { type DType, noGrad, showShape, type Tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { withDefaults } from "../../util/options.ts";
import { embedding, paddingRow } from "../functional/embedding.ts";
import { normal_ } from "../init.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/parameter.ts";
import { checkSizes } from "./setting.ts";

/** Options of {@link Embedding}. */
export interface EmbeddingOptions {
  /** The index whose row starts at zero and gets no gradient; counted from the end when negative. Default none. */
  paddingIdx?: number | null;
  /** Shrink the rows that are looked up to at most this norm, in place, at each call. Default none. */
  maxNorm?: number | null;
  /** The norm of `maxNorm`. Default 2. */
  normType?: number;
  /** Divide the gradient of a row by how often a batch names it. Default false. */
  scaleGradByFreq?: boolean;
  /** The dtype of the weight. Default float32. */
  dtype?: DType;
}

/**
 * A table of learned vectors, one for each index from 0 to numEmbeddings − 1. As `torch.nn.Embedding`.
 *
 * Input int32 [...], result [..., embeddingDim]. `weight` [numEmbeddings, embeddingDim] starts standard normal.
 *
 * @throws ChainruleError `argument` for sizes that are not whole, `index` for a `paddingIdx` that names no row; in a call `index`
 *   for an index out of range, `dtype` for indices that are not int32
 *
 * @example
 * const table = new nn.Embedding(10, 3, { paddingIdx: 0 });
 * table(tensor([[1, 2], [4, 0]], { dtype: "int32" })).shape; // → [2, 2, 3]
 * table.weight.select(0, 0); // → tensor([0., 0., 0.], gradFn=<select>)
 */
export class Embedding extends Module {
  static override readonly name: string = "Embedding";
  /** How many vectors there are. */
  readonly numEmbeddings: number;
  /** How many numbers each vector has. */
  readonly embeddingDim: number;
  /** The index whose row gets no gradient, from 0; null for none. */
  readonly paddingIdx: number | null;
  /** The norm to which rows that are looked up are shrunk; null for none. */
  readonly maxNorm: number | null;
  /** The p of that norm. */
  readonly normType: number;
  /** Whether the gradient of a row is divided by how often a batch names it. */
  readonly scaleGradByFreq: boolean;
  /** The vectors as rows, [numEmbeddings, embeddingDim]. */
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, dtype } = withDefaults("Embedding", options, {
      paddingIdx: null,
      maxNorm: null,
      normType: 2,
      scaleGradByFreq: false,
      dtype: undefined,
    });
    checkSizes("Embedding", { numEmbeddings, embeddingDim });
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx === null ? null : paddingRow(paddingIdx, numEmbeddings);
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.weight = new Parameter(zeros([numEmbeddings, embeddingDim], { dtype }));
    this.resetParameters();
  }

  /**
   * A layer over given vectors [numEmbeddings, embeddingDim], which it shares. Not trained, unless `freeze: false`.
   *
   * @throws ChainruleError `shape` for vectors that are no matrix, `index` for a `paddingIdx` that names no row
   *
   * @example
   * const table = nn.Embedding.fromPretrained(tensor([[1, 10], [2, 20]]));
   * table(tensor([1], { dtype: "int32" })); // → tensor([[2., 20.]])
   * table.weight.requiresGrad; // → false
   */
  static fromPretrained(
    vectors: Tensor,
    options: Omit<EmbeddingOptions, "dtype"> & { freeze?: boolean } = {},
  ): Embedding {
    if (vectors.ndim !== 2) {
      throw new ChainruleError(
        "shape",
        `A tensor of shape ${showShape(vectors.shape)} is no table of vectors.`,
        "Give a matrix [numEmbeddings, embeddingDim].",
      );
    }
    const { freeze = true, ...others } = options;
    const layer = new Embedding(0, 0, { ...others, paddingIdx: null });
    const [numEmbeddings, embeddingDim] = vectors.shape;
    const paddingIdx =
      typeof others.paddingIdx === "number" ? paddingRow(others.paddingIdx, numEmbeddings) : null;
    return Object.assign(layer, {
      numEmbeddings,
      embeddingDim,
      paddingIdx,
      weight: new Parameter(vectors, !freeze),
    });
  }

  /** Draws the weight anew; the row of `paddingIdx` becomes zero. */
  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx } = this;
    if (paddingIdx !== null) noGrad(() => this.weight.select(0, paddingIdx).fill_(0));
  }

  override forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight, this);
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, paddingIdx=${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`;
  }
}
