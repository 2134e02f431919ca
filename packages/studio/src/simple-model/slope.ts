import { nn, type Tensor, tensor } from "chainrule";

/** One weight, and ℓ = Σ w x: a derivative that stays as it is. */
export class ConstantSlope extends nn.Module {
  static override readonly name: string = "ConstantSlope";
  w: nn.Parameter;

  constructor(w: number) {
    super();
    this.w = new nn.Parameter(tensor(w, { dtype: "float64" }));
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.w).sum();
  }
}
