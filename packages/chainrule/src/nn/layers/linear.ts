import { bilinear, type DType, linear, type Tensor, zeros } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { kaimingUniform_, uniform_ } from "../init.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/parameter.ts";

export interface LinearOptions {
  /** Add a learned bias. Default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: DType;
}

/** Refuses sizes that are not whole numbers ≥ 0. */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= 0) continue;
    throw new ChainruleError(
      "argument",
      `${name} of ${layer} is ${String(size)}.`,
      "Give a whole number of features.",
    );
  }
}

/**
 * A fully connected layer: z = x Wᵀ + b.
 *
 * Input [..., inFeatures], result [..., outFeatures]. `weight` [outFeatures, inFeatures] and `bias` [outFeatures] start uniform
 * on ±1/√inFeatures, as in PyTorch.
 *
 * @example
 * const layer = new nn.Linear(2, 3);
 * layer(zeros([5, 2])).shape; // [5, 3]
 */
export class Linear<In extends number = number, Out extends number = number> extends Module {
  static override readonly name: string = "Linear";
  readonly inFeatures: In;
  readonly outFeatures: Out;
  weight: Parameter;
  bias: Parameter | null;

  constructor(inFeatures: In, outFeatures: Out, options: LinearOptions = {}) {
    super();
    const { bias = true, dtype } = options;
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
 * A bilinear layer: z_k = x1ᵀ W_k x2 + b_k.
 *
 * Inputs [..., in1Features] and [..., in2Features], result [..., outFeatures]. `weight` [outFeatures, in1Features, in2Features]
 * and `bias` [outFeatures] start uniform on ±1/√in1Features.
 */
export class Bilinear extends Module {
  static override readonly name: string = "Bilinear";
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(in1Features: number, in2Features: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const { bias = true, dtype } = options;
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
