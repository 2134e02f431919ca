/** Activations that are made of pieces: straight lines and exponentials. All keep the shape. */
import { type DType, full, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { withDefaults } from "../../util/options.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Parameter } from "../module/parameter.ts";
import { setting } from "./setting.ts";

/**
 * y = max(x, 0), as `torch.nn.ReLU`. Any shape; whole numbers stay whole. Nair and Hinton, ICML 2010.
 *
 * @example
 * const layer = new nn.ReLU();
 * layer(tensor([-1, 0, 2])); // → tensor([0., 0., 2.])
 */
export class ReLU extends WidthKeeper {
  static override readonly name: string = "ReLU";

  override forward(x: Tensor): Tensor {
    return x.relu();
  }
}

/**
 * y = min(max(x, 0), 6), as `torch.nn.ReLU6`. Any shape, float.
 *
 * @example
 * const layer = new nn.ReLU6();
 * layer(tensor([-1, 3, 8])); // → tensor([0., 3., 6.])
 */
export class ReLU6 extends WidthKeeper {
  static override readonly name: string = "ReLU6";

  override forward(x: Tensor): Tensor {
    return x.relu6();
  }
}

/**
 * y = x where x > 0, else negativeSlope · x, as `torch.nn.LeakyReLU`. Any shape, float. Default slope 0.01;
 * `new LeakyReLU(0.2)` is short for `new LeakyReLU({ negativeSlope: 0.2 })`. Maas et al., ICML 2013.
 *
 * @example
 * const layer = new nn.LeakyReLU(0.2);
 * layer(tensor([-1, 0, 2])); // → tensor([-0.2000, 0.0000, 2.0000])
 */
export class LeakyReLU extends WidthKeeper {
  static override readonly name: string = "LeakyReLU";
  /** The slope where x < 0. */
  readonly negativeSlope: number;

  constructor(options?: number | { negativeSlope?: number }) {
    super();
    this.negativeSlope = setting("LeakyReLU", options, "negativeSlope", 0.01);
  }

  override forward(x: Tensor): Tensor {
    return x.leakyRelu(this.negativeSlope);
  }

  override extraRepr(): string {
    return `negativeSlope=${this.negativeSlope}`;
  }
}

/**
 * y = x where x > 0, else weight · x, with a learned weight: one, or one for each feature (dimension 1). As `torch.nn.PReLU`. He
 * et al., ICCV 2015.
 *
 * Options: numParameters (1, or the number of features; default 1), init (default 0.25), dtype (default float32). A number stands
 * for numParameters.
 *
 * @throws ChainruleError in a call `shape` when x has not as many features as there are slopes
 *
 * @example
 * const layer = new nn.PReLU(2);
 * layer(tensor([[-4, 4]])); // → tensor([[-1., 4.]], gradFn=<prelu>)
 * layer.weight; // → tensor([0.2500, 0.2500], requiresGrad)
 */
export class PReLU extends WidthKeeper {
  static override readonly name: string = "PReLU";
  /** How many slopes are learned: `numParameters` of the options, a name that stands for a count of all parameters in a module. */
  readonly slopes: number;
  /** The slopes where x < 0, [slopes]. */
  weight: Parameter;

  constructor(options: number | { numParameters?: number; init?: number; dtype?: DType } = {}) {
    super();
    const given = typeof options === "number" ? { numParameters: options } : options;
    const all = { numParameters: 1, init: 0.25, dtype: "float32" } as const;
    const { numParameters, init, dtype } = withDefaults("PReLU", given, all);
    this.slopes = numParameters;
    this.weight = new Parameter(full([numParameters], init, { dtype }));
  }

  override forward(x: Tensor): Tensor {
    return x.prelu(this.weight);
  }

  override extraRepr(): string {
    return `numParameters=${this.slopes}`;
  }
}

/**
 * y = x where x > 0, else alpha (eˣ − 1), as `torch.nn.ELU`. Any shape, float. Default alpha 1; a number stands for it. Clevert
 * et al., ICLR 2016.
 *
 * @example
 * const layer = new nn.ELU(0.5);
 * layer(tensor([-100, -1, 2])); // → tensor([-0.5000, -0.3161, 2.0000])
 */
export class ELU extends WidthKeeper {
  static override readonly name: string = "ELU";
  /** −alpha is the limit of y at −∞. */
  readonly alpha: number;

  constructor(options?: number | { alpha?: number }) {
    super();
    this.alpha = setting("ELU", options, "alpha", 1);
  }

  override forward(x: Tensor): Tensor {
    return x.elu(this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${this.alpha}`;
  }
}

/**
 * y = λ x where x > 0, else λ α (eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733, as `torch.nn.SELU`. Any shape, float. Klambauer et
 * al., NIPS 2017.
 *
 * @example
 * const layer = new nn.SELU();
 * layer(tensor([-100, -1, 1])); // → tensor([-1.7581, -1.1113, 1.0507])
 */
export class SELU extends WidthKeeper {
  static override readonly name: string = "SELU";

  override forward(x: Tensor): Tensor {
    return x.selu();
  }
}

/**
 * y = max(x, 0) + min(alpha (e^(x/alpha) − 1), 0), as `torch.nn.CELU`. Any shape, float. Default alpha 1; a number stands for it.
 * Barron, 2017, arXiv 1704.07483.
 *
 * @throws ChainruleError in a call `argument` when alpha is 0
 *
 * @example
 * const layer = new nn.CELU(0.5);
 * layer(tensor([-100, -1, 2])); // → tensor([-0.5000, -0.4323, 2.0000])
 */
export class CELU extends WidthKeeper {
  static override readonly name: string = "CELU";
  /** −alpha is the limit of y at −∞. */
  readonly alpha: number;

  constructor(options?: number | { alpha?: number }) {
    super();
    this.alpha = setting("CELU", options, "alpha", 1);
  }

  override forward(x: Tensor): Tensor {
    return x.celu(this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${this.alpha}`;
  }
}

/**
 * y = 0 below −3, 1 above 3, x/6 + ½ between, as `torch.nn.Hardsigmoid`. Any shape, float.
 *
 * @example
 * const layer = new nn.Hardsigmoid();
 * layer(tensor([-4, 0, 1.5, 4])); // → tensor([0.0000, 0.5000, 0.7500, 1.0000])
 */
export class Hardsigmoid extends WidthKeeper {
  static override readonly name: string = "Hardsigmoid";

  override forward(x: Tensor): Tensor {
    return x.hardsigmoid();
  }
}

/**
 * y = x, cut to [minVal, maxVal], as `torch.nn.Hardtanh`. Any shape, float. Defaults −1 and 1.
 *
 * @throws ChainruleError `argument` unless minVal < maxVal
 *
 * @example
 * const layer = new nn.Hardtanh({ maxVal: 2 });
 * layer(tensor([-3, 0.5, 3])); // → tensor([-1.0000, 0.5000, 2.0000])
 */
export class Hardtanh extends WidthKeeper {
  static override readonly name: string = "Hardtanh";
  /** The lowest value of y. */
  readonly minVal: number;
  /** The highest value of y. */
  readonly maxVal: number;

  constructor(options: { minVal?: number; maxVal?: number } = {}) {
    super();
    const { minVal, maxVal } = withDefaults("Hardtanh", options, { minVal: -1, maxVal: 1 });
    this.minVal = minVal;
    this.maxVal = maxVal;
    if (!(this.minVal < this.maxVal)) {
      throw new ChainruleError(
        "argument",
        `Hardtanh cuts to values from ${this.minVal} to ${this.maxVal}.`,
        "Give a minVal below maxVal.",
      );
    }
  }

  override forward(x: Tensor): Tensor {
    return x.hardtanh(this.minVal, this.maxVal);
  }

  override extraRepr(): string {
    return `minVal=${this.minVal}, maxVal=${this.maxVal}`;
  }
}

/**
 * y = x · hardsigmoid(x), as `torch.nn.Hardswish`. Any shape, float. Howard et al., ICCV 2019.
 *
 * @example
 * const layer = new nn.Hardswish();
 * layer(tensor([-1.5, 0, 1, 4])); // → tensor([-0.3750, 0.0000, 0.6667, 4.0000])
 */
export class Hardswish extends WidthKeeper {
  static override readonly name: string = "Hardswish";

  override forward(x: Tensor): Tensor {
    return x.hardswish();
  }
}

/**
 * y = x where x > threshold, else value, as `torch.nn.Threshold`. Any shape; whole numbers stay whole unless `value` is a
 * fraction.
 *
 * @example
 * const layer = new nn.Threshold(0.5, -1);
 * layer(tensor([0.1, 0.5, 2])); // → tensor([-1., -1., 2.])
 */
export class Threshold extends WidthKeeper {
  static override readonly name: string = "Threshold";
  /** The bound above which x stays. */
  readonly threshold: number;
  /** What stands for the others. */
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

/**
 * y = x where |x| > lambd, else 0, as `torch.nn.Hardshrink`. Any shape; whole numbers stay whole. Default lambd ½; a
 * number stands for it.
 *
 * @example
 * const layer = new nn.Hardshrink(1);
 * layer(tensor([-2, -1, 0.3, 2])); // → tensor([-2., 0., 0., 2.])
 */
export class Hardshrink extends WidthKeeper {
  static override readonly name: string = "Hardshrink";
  /** The size up to which x becomes 0. */
  readonly lambd: number;

  constructor(options?: number | { lambd?: number }) {
    super();
    this.lambd = setting("Hardshrink", options, "lambd", 0.5);
  }

  override forward(x: Tensor): Tensor {
    return x.hardshrink(this.lambd);
  }

  override extraRepr(): string {
    return `lambd=${this.lambd}`;
  }
}

/**
 * y = x moved towards 0 by lambd, and 0 where |x| ≤ lambd, as `torch.nn.Softshrink`. Any shape, float. Default lambd ½; a number
 * stands for it.
 *
 * @throws ChainruleError in a call `argument` when lambd is below 0
 *
 * @example
 * const layer = new nn.Softshrink(1);
 * layer(tensor([-2, -1, 0.3, 2])); // → tensor([-1., 0., 0., 1.])
 */
export class Softshrink extends WidthKeeper {
  static override readonly name: string = "Softshrink";
  /** By how much x moves towards 0. */
  readonly lambd: number;

  constructor(options?: number | { lambd?: number }) {
    super();
    this.lambd = setting("Softshrink", options, "lambd", 0.5);
  }

  override forward(x: Tensor): Tensor {
    return x.softshrink(this.lambd);
  }

  override extraRepr(): string {
    return `lambd=${this.lambd}`;
  }
}
