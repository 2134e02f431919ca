/** Activations that are made of pieces: straight lines and exponentials. All keep the shape. */
import { type DType, full, type Tensor } from "../../tensor/index.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Parameter } from "../module/parameter.ts";
import { setting } from "./setting.ts";

/** y = max(x, 0). */
export class ReLU extends WidthKeeper {
  static override readonly name: string = "ReLU";

  override forward(x: Tensor): Tensor {
    return x.relu();
  }
}

/** y = min(max(x, 0), 6). */
export class ReLU6 extends WidthKeeper {
  static override readonly name: string = "ReLU6";

  override forward(x: Tensor): Tensor {
    return x.relu6();
  }
}

/** y = x where x > 0, else negativeSlope · x. Default slope 0.01. Maas et al., ICML 2013. */
export class LeakyReLU extends WidthKeeper {
  static override readonly name: string = "LeakyReLU";
  readonly negativeSlope: number;

  constructor(options?: number | { negativeSlope?: number }) {
    super();
    this.negativeSlope = setting(options, "negativeSlope", 0.01);
  }

  override forward(x: Tensor): Tensor {
    return x.leakyRelu(this.negativeSlope);
  }

  override extraRepr(): string {
    return `negativeSlope=${this.negativeSlope}`;
  }
}

/**
 * y = x where x > 0, else weight · x, with a learned weight: one, or one for each feature (dimension 1). He et al., ICCV 2015.
 *
 * Options: numParameters (1, or the number of features; default 1), init (default 0.25), dtype.
 */
export class PReLU extends WidthKeeper {
  static override readonly name: string = "PReLU";
  /** How many slopes are learned: `numParameters` of the options, a name that stands for a count of all parameters in a module. */
  readonly slopes: number;
  weight: Parameter;

  constructor(options: number | { numParameters?: number; init?: number; dtype?: DType } = {}) {
    super();
    const { init = 0.25, dtype } = typeof options === "number" ? {} : options;
    this.slopes = setting(options, "numParameters", 1);
    this.weight = new Parameter(full([this.slopes], init, { dtype: dtype ?? "float32" }));
  }

  override forward(x: Tensor): Tensor {
    return x.prelu(this.weight);
  }

  override extraRepr(): string {
    return `numParameters=${this.slopes}`;
  }
}

/** y = x where x > 0, else alpha (eˣ − 1). Default alpha 1. Clevert et al., ICLR 2016. */
export class ELU extends WidthKeeper {
  static override readonly name: string = "ELU";
  readonly alpha: number;

  constructor(options?: number | { alpha?: number }) {
    super();
    this.alpha = setting(options, "alpha", 1);
  }

  override forward(x: Tensor): Tensor {
    return x.elu(this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${this.alpha}`;
  }
}

/** y = λ x where x > 0, else λ α (eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733. Klambauer et al., NIPS 2017. */
export class SELU extends WidthKeeper {
  static override readonly name: string = "SELU";

  override forward(x: Tensor): Tensor {
    return x.selu();
  }
}

/** y = max(x, 0) + min(alpha (e^(x/alpha) − 1), 0). Default alpha 1. Barron, 2017. */
export class CELU extends WidthKeeper {
  static override readonly name: string = "CELU";
  readonly alpha: number;

  constructor(options?: number | { alpha?: number }) {
    super();
    this.alpha = setting(options, "alpha", 1);
  }

  override forward(x: Tensor): Tensor {
    return x.celu(this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${this.alpha}`;
  }
}

/** y = 0 below −3, 1 above 3, x/6 + ½ between. */
export class Hardsigmoid extends WidthKeeper {
  static override readonly name: string = "Hardsigmoid";

  override forward(x: Tensor): Tensor {
    return x.hardsigmoid();
  }
}

/** y = x, cut to [minVal, maxVal]. Defaults −1 and 1. */
export class Hardtanh extends WidthKeeper {
  static override readonly name: string = "Hardtanh";
  readonly minVal: number;
  readonly maxVal: number;

  constructor(options: { minVal?: number; maxVal?: number } = {}) {
    super();
    this.minVal = options.minVal ?? -1;
    this.maxVal = options.maxVal ?? 1;
  }

  override forward(x: Tensor): Tensor {
    return x.hardtanh(this.minVal, this.maxVal);
  }

  override extraRepr(): string {
    return `minVal=${this.minVal}, maxVal=${this.maxVal}`;
  }
}

/** y = x · hardsigmoid(x). Howard et al., ICCV 2019. */
export class Hardswish extends WidthKeeper {
  static override readonly name: string = "Hardswish";

  override forward(x: Tensor): Tensor {
    return x.hardswish();
  }
}

/** y = x where x > threshold, else value. */
export class Threshold extends WidthKeeper {
  static override readonly name: string = "Threshold";
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    this.threshold = threshold;
    this.value = value;
  }

  override forward(x: Tensor): Tensor {
    return x.threshold(this.threshold, this.value);
  }

  override extraRepr(): string {
    return `threshold=${this.threshold}, value=${this.value}`;
  }
}

/** y = x where |x| > lambd, else 0. Default lambd ½. */
export class Hardshrink extends WidthKeeper {
  static override readonly name: string = "Hardshrink";
  readonly lambd: number;

  constructor(options?: number | { lambd?: number }) {
    super();
    this.lambd = setting(options, "lambd", 0.5);
  }

  override forward(x: Tensor): Tensor {
    return x.hardshrink(this.lambd);
  }

  override extraRepr(): string {
    return `lambd=${this.lambd}`;
  }
}

/** y = x moved towards 0 by lambd, and 0 where |x| ≤ lambd. Default lambd ½. */
export class Softshrink extends WidthKeeper {
  static override readonly name: string = "Softshrink";
  readonly lambd: number;

  constructor(options?: number | { lambd?: number }) {
    super();
    this.lambd = setting(options, "lambd", 0.5);
  }

  override forward(x: Tensor): Tensor {
    return x.softshrink(this.lambd);
  }

  override extraRepr(): string {
    return `lambd=${this.lambd}`;
  }
}
