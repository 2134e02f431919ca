import type { Generator, Tensor } from "../../tensor/index.ts";
import { alphaDropout, checkProbability, dropout } from "../functional/dropout.ts";
import { WidthKeeper } from "../module/layer.ts";

export interface DropoutLayerOptions {
  /** The probability that an element is dropped. Default 0.5. */
  p?: number;
  /** Where to draw from, instead of the default generator. */
  generator?: Generator;
}

/** What the two dropouts have in common. */
abstract class DropoutLayer extends WidthKeeper {
  readonly p: number;
  readonly generator: Generator | undefined;

  constructor(options: DropoutLayerOptions | number = {}) {
    super();
    const { p = 0.5, generator } = typeof options === "number" ? { p: options } : options;
    this.p = checkProbability(p);
    this.generator = generator;
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}

/**
 * In training, zeros each element with probability p and multiplies the others by 1 / (1 − p); in evaluation gives back its
 * input. Any shape. `new Dropout(0.2)` is short for `new Dropout({ p: 0.2 })`. The draws are PyTorch's.
 */
export class Dropout extends DropoutLayer {
  static override readonly name: string = "Dropout";

  override forward(x: Tensor): Tensor {
    return dropout(x, this);
  }
}

/** Dropout that keeps mean and variance after {@link SELU}: sets elements to SELU's negative limit. Options as {@link Dropout}. */
export class AlphaDropout extends DropoutLayer {
  static override readonly name: string = "AlphaDropout";

  override forward(x: Tensor): Tensor {
    return alphaDropout(x, this);
  }
}
