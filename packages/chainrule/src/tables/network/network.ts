import * as nn from "../../nn/index.ts";
import { cat, type Tensor } from "../../tensor/index.ts";
import { type Architecture, activations, encodedWidth } from "./architecture.ts";
import { FrontScale, LevelEmbedding, ParametricActivation, PeriodicEmbedding } from "./layers.ts";

/**
 * The network of a table: encodings of numbers and levels, [factors of the encoded inputs], then `layers`: Linear, [normalization],
 * activation, [Dropout], …, Linear. Weights are drawn from the default generator.
 *
 * Inputs x float32 [N, inputs] and, where the architecture has levels, codes int32 [N, columns]; result [N, outputs]: logits, or a
 * number as it is learned.
 *
 * @example
 * const network = new TableNetwork({
 *   inputs: 2, numbers: 1, numberEncoding: "pbld", levels: [4], embeddingSize: 3, frontScale: true,
 *   hidden: [8], activation: "selu", parametricActivation: true, normalization: "none", dropout: 0, outputs: 2,
 * });
 * const x = randn([5, 2]);
 * const codes = tensor([[0], [3], [1], [0], [2]], { dtype: "int32" });
 * network(x, codes).shape; // → [5, 2]
 * network.encode(x, codes).shape; // → [5, 8]
 */
export class TableNetwork extends nn.Module {
  static override readonly name: string = "TableNetwork";
  /** What it was made by. */
  readonly architecture: Architecture;
  /** Learned periodic features of the numbers; null where they enter as they are. */
  periodic: PeriodicEmbedding | null;
  /** Learned vectors of the columns of codes; null where there are none. */
  embedding: LevelEmbedding | null;
  /** A learned factor for each encoded input; null where the architecture has none. */
  scale: FrontScale | null;
  /** The hidden layers, and the one of the outputs. */
  layers: nn.Sequential;

  constructor(architecture: Architecture) {
    super();
    const { numbers, numberEncoding, levels, embeddingSize, frontScale } = architecture;
    this.architecture = architecture;
    this.periodic = numberEncoding === "pbld" && numbers > 0 ? new PeriodicEmbedding(numbers) : null;
    this.embedding = levels.length > 0 ? new LevelEmbedding(levels, embeddingSize) : null;
    this.scale = frontScale ? new FrontScale(encodedWidth(architecture)) : null;
    this.layers = layersOf(architecture);
  }

  override forward(x: Tensor, codes?: Tensor): Tensor {
    return this.layers(this.encode(x, codes));
  }

  /**
   * What the first layer gets: [N, encoded inputs], with 4 for a number of "pbld", and `embeddingSize` for a column of codes.
   *
   * @param x float32 [N, inputs]
   * @param codes int32 [N, columns], where the architecture has levels
   */
  encode(x: Tensor, codes?: Tensor): Tensor {
    const { inputs, numbers } = this.architecture;
    const parts: Tensor[] = [];
    if (this.periodic) {
      parts.push(this.periodic(x.narrow(1, 0, numbers)));
      if (inputs > numbers) parts.push(x.narrow(1, numbers, inputs - numbers));
    } else if (inputs > 0) parts.push(x);
    if (this.embedding && codes) parts.push(this.embedding(codes));
    const encoded = parts.length === 1 ? parts[0] : cat(parts, 1);
    return this.scale ? this.scale(encoded) : encoded;
  }
}

function layersOf(architecture: Architecture): nn.Sequential {
  const { hidden, activation, parametricActivation, normalization, dropout, outputs } = architecture;
  const layers: nn.Sequential = new nn.Sequential();
  let width = encodedWidth(architecture);
  for (const units of hidden) {
    layers.append(new nn.Linear(width, units));
    if (normalization === "batch") layers.append(new nn.BatchNorm1d(units));
    if (normalization === "layer") layers.append(new nn.LayerNorm(units));
    const shape = activations[activation]();
    layers.append(parametricActivation ? new ParametricActivation(units, shape) : shape);
    if (dropout > 0) layers.append(new nn.Dropout(dropout));
    width = units;
  }
  return layers.append(new nn.Linear(width, outputs));
}
