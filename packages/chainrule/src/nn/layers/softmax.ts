/** Activations along a dimension. */
import type { Tensor } from "../../tensor/index.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Module } from "../module/module.ts";

/** What the layers along a dimension have in common. */
abstract class AlongDim extends WidthKeeper {
  readonly dim: number;

  /** @param dim - the dimension along which values compete; PyTorch's guess where none is given is deprecated there. */
  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** y_i = e^x_i / Σ_j e^x_j along `dim`. Keeps the shape. */
export class Softmax extends AlongDim {
  static override readonly name: string = "Softmax";

  override forward(x: Tensor): Tensor {
    return x.softmax(this.dim);
  }
}

/** Softmax of −x along `dim`. Keeps the shape. */
export class Softmin extends AlongDim {
  static override readonly name: string = "Softmin";

  override forward(x: Tensor): Tensor {
    return x.softmin(this.dim);
  }
}

/** The logarithm of softmax along `dim`, computed without its rounding errors. Keeps the shape. */
export class LogSoftmax extends AlongDim {
  static override readonly name: string = "LogSoftmax";

  override forward(x: Tensor): Tensor {
    return x.logSoftmax(this.dim);
  }
}

/** Gated linear unit: a σ(b), where a and b are the halves of x along `dim`, which halves in size. Dauphin et al., ICML 2017. */
export class GLU extends Module {
  static override readonly name: string = "GLU";
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = dim;
  }

  override forward(x: Tensor): Tensor {
    return x.glu(this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
