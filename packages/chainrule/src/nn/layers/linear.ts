import { bilinear, type DType, linear, type Tensor, zeros } from "../../tensor/index.ts";
import { withDefaults } from "../../util/options.ts";
import { kaimingUniform_, uniform_ } from "../init.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/parameter.ts";
import { checkSizes } from "./setting.ts";

/** Options of {@link Linear} and {@link Bilinear}. */
export interface LinearOptions {
  /** Add a learned bias. Default true. */
  bias?: boolean;
  /** The dtype of the parameters. Default float32. */
  dtype?: DType;
}

/**
 * A fully connected layer: z = x Wᵀ + b. As `torch.nn.Linear`.
 *
 * Input [..., inFeatures], result [..., outFeatures], in the dtype of the parameters. `weight` [outFeatures, inFeatures] and `bias`
 * [outFeatures] start uniform on ±1/√inFeatures, as in PyTorch.
 *
 * @throws ChainruleError `argument` for sizes that are not whole; in a call `shape` for another width, `dtype` for another dtype
 *
 * @example
 * const layer = new nn.Linear(2, 3);
 * layer(zeros([5, 2])).shape; // → [5, 3]
 * layer.weight.shape; // → [3, 2]
 * layer(zeros([5, 4])); // throws shape: …The input's last size must be 2
 */
export class Linear<In extends number = number, Out extends number = number> extends Module {
  static override readonly name: string = "Linear";
  /** How many numbers of each example go in. */
  readonly inFeatures: In;
  /** How many numbers of each example come out. */
  readonly outFeatures: Out;
  /** W, [outFeatures, inFeatures]. */
  weight: Parameter;
  /** b, [outFeatures]; null with `bias: false`. */
  bias: Parameter | null;

  constructor(inFeatures: In, outFeatures: Out, options: LinearOptions = {}) {
    super();
    const { bias, dtype } = withDefaults("Linear", options, { bias: true, dtype: undefined });
    checkSizes("Linear", { inFeatures, outFeatures });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(zeros([outFeatures, inFeatures], { dtype }));
    this.bias = bias ? new Parameter(zeros([outFeatures], { dtype })) : null;
    this.resetParameters();
  }

  /** Draws weight and then bias anew. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) }); // ±1/√in, reached as PyTorch does
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    if (this.bias) uniform_(this.bias, -bound, bound);
  }

  override forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}

/**
 * A bilinear layer: z_k = x1ᵀ W_k x2 + b_k. As `torch.nn.Bilinear`.
 *
 * Inputs [..., in1Features] and [..., in2Features], result [..., outFeatures]. `weight` [outFeatures, in1Features, in2Features]
 * and `bias` [outFeatures] start uniform on ±1/√in1Features.
 *
 * @throws ChainruleError `argument` for sizes that are not whole; in a call `shape` when the inputs do not fit
 *
 * @example
 * const layer = new nn.Bilinear(2, 2, 1, { bias: false });
 * nn.init.ones_(layer.weight);
 * layer(tensor([[1, 2]]), tensor([[3, 4]])); // → tensor([[21.]], gradFn=<reshape>)
 */
export class Bilinear extends Module {
  static override readonly name: string = "Bilinear";
  /** How many numbers of each example the first input has. */
  readonly in1Features: number;
  /** How many numbers of each example the second input has. */
  readonly in2Features: number;
  /** How many numbers of each example come out. */
  readonly outFeatures: number;
  /** The matrices W_k, [outFeatures, in1Features, in2Features]. */
  weight: Parameter;
  /** b, [outFeatures]; null with `bias: false`. */
  bias: Parameter | null;

  constructor(in1Features: number, in2Features: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const { bias, dtype } = withDefaults("Bilinear", options, { bias: true, dtype: undefined });
    checkSizes("Bilinear", { in1Features, in2Features, outFeatures });
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(zeros([outFeatures, in1Features, in2Features], { dtype }));
    this.bias = bias ? new Parameter(zeros([outFeatures], { dtype })) : null;
    this.resetParameters();
  }

  /** Draws weight and then bias anew. */
  resetParameters(): void {
    const bound = this.in1Features > 0 ? 1 / Math.sqrt(this.in1Features) : 0;
    uniform_(this.weight, -bound, bound);
    if (this.bias) uniform_(this.bias, -bound, bound);
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinear(x1, x2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const sizes = `in1Features=${this.in1Features}, in2Features=${this.in2Features}, outFeatures=${this.outFeatures}`;
    return `${sizes}, bias=${this.bias !== null}`;
  }
}
