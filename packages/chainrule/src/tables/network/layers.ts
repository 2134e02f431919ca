import * as nn from "../../nn/index.ts";
import { cat, ones, type Tensor, tensor, zeros } from "../../tensor/index.ts";
import { COMBINATIONS, FREQUENCIES } from "./architecture.ts";

/** Standard deviation of the frequencies at the start. */
const SIGMA = 0.1;

/**
 * Learned periodic features of numbers, PBLD (periodic, bias, linear, densenet): for each number x, 16 values
 * h_f = cos(2π w_f x + b_f), three learned combinations of them, and x itself. Gorishniy, Rubachev and Babenko 2022
 * (arXiv 2203.05556), in the form of RealMLP (arXiv 2407.04491).
 *
 * Input [N, numbers], result [N, 4 · numbers]: all combinations, number by number, then the numbers. w starts normal with standard
 * deviation 0.1, b uniform on ±π, the combinations as a Linear layer's.
 */
export class PeriodicEmbedding extends nn.Module {
  static override readonly name: string = "PeriodicEmbedding";
  static override readonly about: string =
    "periodic features of numbers: cos(2π w x + b), three combinations of them, and x";
  readonly numbers: number;
  /** w [numbers, 16]. */
  frequency: nn.Parameter;
  /** b [numbers, 16]. */
  phase: nn.Parameter;
  /** [numbers, 16, 3]. */
  weight: nn.Parameter;
  /** [numbers, 3]. */
  bias: nn.Parameter;

  constructor(numbers: number) {
    super();
    this.numbers = numbers;
    this.frequency = new nn.Parameter(zeros([numbers, FREQUENCIES]));
    this.phase = new nn.Parameter(zeros([numbers, FREQUENCIES]));
    this.weight = new nn.Parameter(zeros([numbers, FREQUENCIES, COMBINATIONS]));
    this.bias = new nn.Parameter(zeros([numbers, COMBINATIONS]));
    this.resetParameters();
  }

  /** Draws all parameters anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(FREQUENCIES);
    nn.init.normal_(this.frequency, 0, SIGMA);
    nn.init.uniform_(this.phase, -Math.PI, Math.PI);
    nn.init.uniform_(this.weight, -bound, bound);
    nn.init.uniform_(this.bias, -bound, bound);
  }

  override forward(x: Tensor): Tensor {
    const angle = x
      .unsqueeze(2)
      .mul(this.frequency.mul(2 * Math.PI))
      .add(this.phase); // [N, numbers, 16]
    const combined = angle.cos().unsqueeze(3).mul(this.weight).sum(2).add(this.bias); // [N, numbers, 3]
    return cat([combined.flatten(1), x], 1);
  }

  override extraRepr(): string {
    return `${this.numbers}`;
  }
}

/**
 * Learned vectors for several columns of codes: column j chooses one of `levels[j]`. All are in one table, `weight`
 * [Σ levels, size], one column's after the other's.
 *
 * Input int32 [N, columns], result [N, columns · size]. The vectors start standard normal, but vector 0 of each column, for what is
 * unknown, at zero: their mean.
 */
export class LevelEmbedding extends nn.Module {
  static override readonly name: string = "LevelEmbedding";
  static override readonly about: string = "a learned vector for each level of a column";
  readonly levels: readonly number[];
  readonly size: number;
  weight: nn.Parameter;
  /** Where each column's vectors begin: int32 [columns]. */
  private readonly starts: Tensor;

  constructor(levels: readonly number[], size: number) {
    super();
    this.levels = levels;
    this.size = size;
    const starts: number[] = [];
    let vectors = 0;
    for (const count of levels) {
      starts.push(vectors);
      vectors += count;
    }
    this.weight = new nn.Parameter(zeros([vectors, size]));
    this.starts = this.registerBuffer("starts", tensor(starts, { dtype: "int32" }), { persistent: false });
    this.resetParameters();
  }

  /** Draws the vectors anew. */
  resetParameters(): void {
    nn.init.normal_(this.weight);
    for (const start of this.starts.toArray() as number[]) {
      this.weight.data.fill(0, start * this.size, (start + 1) * this.size);
    }
  }

  override forward(codes: Tensor): Tensor {
    return nn.functional.embedding(codes.add(this.starts), this.weight).flatten(1);
  }

  override extraRepr(): string {
    return `${this.levels.join("+")}, ${this.size}`;
  }
}

/**
 * A learned factor for each input, 1 at the start: y = x s. With a high rate it lets training choose inputs quickly (RealMLP's
 * scaling layer).
 */
export class FrontScale extends nn.Module {
  static override readonly name: string = "FrontScale";
  static override readonly about: string = "a learned factor for each input: y = x s";
  /** [inputs]. */
  scale: nn.Parameter;

  constructor(inputs: number) {
    super();
    this.scale = new nn.Parameter(ones([inputs]));
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.scale);
  }

  override extraRepr(): string {
    return `${this.scale.numel}`;
  }
}

/** An activation f of which each unit learns how much it has: y = x + α (f(x) − x), α [units], 1 at the start (RealMLP). */
export class ParametricActivation extends nn.WidthKeeper {
  static override readonly name: string = "ParametricActivation";
  static override readonly about: string = "an activation f in a learned amount: y = x + α (f(x) − x)";
  activation: nn.Layer;
  alpha: nn.Parameter;

  constructor(units: number, activation: nn.Layer) {
    super();
    this.activation = activation;
    this.alpha = new nn.Parameter(ones([units]));
  }

  override forward(x: Tensor): Tensor {
    return x.add(this.activation(x).sub(x).mul(this.alpha));
  }
}
