/** Smooth activations, value by value. All keep the shape. */
import type { Tensor } from "../../tensor/index.ts";
import { WidthKeeper } from "../module/layer.ts";

/** y = x Φ(x), or with `approximate: "tanh"` ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))). Hendrycks and Gimpel, 2016. */
export class GELU extends WidthKeeper {
  static override readonly name: string = "GELU";
  readonly approximate: "none" | "tanh";

  constructor(options: { approximate?: "none" | "tanh" } = {}) {
    super();
    this.approximate = options.approximate ?? "none";
  }

  override forward(x: Tensor): Tensor {
    return x.gelu(this);
  }

  override extraRepr(): string {
    return `approximate=${this.approximate}`;
  }
}

/** y = x σ(x), also known as swish. */
export class SiLU extends WidthKeeper {
  static override readonly name: string = "SiLU";

  override forward(x: Tensor): Tensor {
    return x.silu();
  }
}

/** y = x tanh(softplus(x)). Misra, BMVC 2020. */
export class Mish extends WidthKeeper {
  static override readonly name: string = "Mish";

  override forward(x: Tensor): Tensor {
    return x.mish();
  }
}

/** y = 1 / (1 + e⁻ˣ), the logistic function. */
export class Sigmoid extends WidthKeeper {
  static override readonly name: string = "Sigmoid";

  override forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/** y = log(1 / (1 + e⁻ˣ)). */
export class LogSigmoid extends WidthKeeper {
  static override readonly name: string = "LogSigmoid";

  override forward(x: Tensor): Tensor {
    return x.logSigmoid();
  }
}

/** y = tanh x. */
export class Tanh extends WidthKeeper {
  static override readonly name: string = "Tanh";

  override forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/** y = log(1 + e^(beta x)) / beta, and x itself where beta x > threshold. Defaults: beta 1, threshold 20. */
export class Softplus extends WidthKeeper {
  static override readonly name: string = "Softplus";
  readonly beta: number;
  readonly threshold: number;

  constructor(options: { beta?: number; threshold?: number } = {}) {
    super();
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  override forward(x: Tensor): Tensor {
    return x.softplus(this);
  }

  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

/** y = x / (1 + |x|). */
export class Softsign extends WidthKeeper {
  static override readonly name: string = "Softsign";

  override forward(x: Tensor): Tensor {
    return x.softsign();
  }
}

/** y = x − tanh x. */
export class Tanhshrink extends WidthKeeper {
  static override readonly name: string = "Tanhshrink";

  override forward(x: Tensor): Tensor {
    return x.tanhshrink();
  }
}
