/** Smooth activations, value by value. All keep the shape. */
import type { Tensor } from "../../tensor/index.ts";
import { withDefaults } from "../../util/options.ts";
import { WidthKeeper } from "../module/layer.ts";

/**
 * y = x Φ(x), where Φ is the standard normal distribution function, or with `approximate: "tanh"`
 * ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))). As `torch.nn.GELU`. Any shape, float. Hendrycks and Gimpel, 2016, arXiv 1606.08415.
 *
 * @throws ChainruleError in a call `argument` for another approximation
 *
 * @example
 * new nn.GELU()(tensor([-2, 0, 2])); // → tensor([-0.0455, 0.0000, 1.9545])
 * new nn.GELU({ approximate: "tanh" })(tensor([-2, 0, 2])); // → tensor([-0.0454, 0.0000, 1.9546])
 */
export class GELU extends WidthKeeper {
  static override readonly name: string = "GELU";
  /** Which formula is used. Default "none". */
  readonly approximate: "none" | "tanh";

  constructor(options: { approximate?: "none" | "tanh" } = {}) {
    super();
    this.approximate = withDefaults("GELU", options, { approximate: "none" }).approximate;
  }

  override forward(x: Tensor): Tensor {
    return x.gelu({ approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate=${this.approximate}`;
  }
}

/**
 * y = x σ(x), also known as swish, as `torch.nn.SiLU`. Any shape, float. Elfwing et al., 2017, arXiv 1702.03118.
 *
 * @example
 * const layer = new nn.SiLU();
 * layer(tensor([-5, -1, 2])); // → tensor([-0.0335, -0.2689, 1.7616])
 */
export class SiLU extends WidthKeeper {
  static override readonly name: string = "SiLU";

  override forward(x: Tensor): Tensor {
    return x.silu();
  }
}

/**
 * y = x tanh(softplus(x)), as `torch.nn.Mish`. Any shape, float. Misra, BMVC 2020.
 *
 * @example
 * const layer = new nn.Mish();
 * layer(tensor([-5, -1, 2])); // → tensor([-0.0336, -0.3034, 1.9440])
 */
export class Mish extends WidthKeeper {
  static override readonly name: string = "Mish";

  override forward(x: Tensor): Tensor {
    return x.mish();
  }
}

/**
 * y = 1 / (1 + e⁻ˣ), the logistic function, as `torch.nn.Sigmoid`. Any shape; int32 becomes float32.
 *
 * @example
 * const layer = new nn.Sigmoid();
 * layer(tensor([-1000, 0, 2])); // → tensor([0.0000, 0.5000, 0.8808])
 */
export class Sigmoid extends WidthKeeper {
  static override readonly name: string = "Sigmoid";

  override forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/**
 * y = log(1 / (1 + e⁻ˣ)), exact where the sigmoid is 0 in its dtype. As `torch.nn.LogSigmoid`. Any shape, float.
 *
 * @example
 * const layer = new nn.LogSigmoid();
 * layer(tensor([-200, 0])); // → tensor([-200.0000, -0.6931])
 */
export class LogSigmoid extends WidthKeeper {
  static override readonly name: string = "LogSigmoid";

  override forward(x: Tensor): Tensor {
    return x.logSigmoid();
  }
}

/**
 * y = tanh x, as `torch.nn.Tanh`. Any shape; int32 becomes float32.
 *
 * @example
 * const layer = new nn.Tanh();
 * layer(tensor([-1, 0, 100])); // → tensor([-0.7616, 0.0000, 1.0000])
 */
export class Tanh extends WidthKeeper {
  static override readonly name: string = "Tanh";

  override forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/**
 * y = log(1 + e^(beta x)) / beta, and x itself where beta x > threshold. As `torch.nn.Softplus`. Any shape, float. Defaults: beta
 * 1, threshold 20. Dugas et al., NIPS 2000.
 *
 * @example
 * new nn.Softplus()(tensor([-1, 0, 21])); // → tensor([0.3133, 0.6931, 21.0000])
 * new nn.Softplus({ beta: 2 })(tensor([-1, 0, 21])); // → tensor([0.0635, 0.3466, 21.0000])
 */
export class Softplus extends WidthKeeper {
  static override readonly name: string = "Softplus";
  /** How sharp the bend is. */
  readonly beta: number;
  /** Above which beta x the result is x itself. */
  readonly threshold: number;

  constructor(options: { beta?: number; threshold?: number } = {}) {
    super();
    const { beta, threshold } = withDefaults("Softplus", options, { beta: 1, threshold: 20 });
    this.beta = beta;
    this.threshold = threshold;
  }

  override forward(x: Tensor): Tensor {
    return x.softplus({ beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

/**
 * y = x / (1 + |x|), as `torch.nn.Softsign`. Any shape; int32 becomes float32.
 *
 * @example
 * const layer = new nn.Softsign();
 * layer(tensor([-9, 0, 1])); // → tensor([-0.9000, 0.0000, 0.5000])
 */
export class Softsign extends WidthKeeper {
  static override readonly name: string = "Softsign";

  override forward(x: Tensor): Tensor {
    return x.softsign();
  }
}

/**
 * y = x − tanh x, as `torch.nn.Tanhshrink`. Any shape; int32 becomes float32.
 *
 * @example
 * const layer = new nn.Tanhshrink();
 * layer(tensor([-3, 0, 3])); // → tensor([-2.0049, 0.0000, 2.0049])
 */
export class Tanhshrink extends WidthKeeper {
  static override readonly name: string = "Tanhshrink";

  override forward(x: Tensor): Tensor {
    return x.tanhshrink();
  }
}
