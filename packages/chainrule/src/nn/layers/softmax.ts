/** Activations along a dimension. */
import type { Tensor } from "../../tensor/index.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Module } from "../module/module.ts";

/** What the layers along a dimension have in common. */
abstract class AlongDim extends WidthKeeper {
  /** The dimension along which values compete; from the end where it is negative. */
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

/**
 * y_i = e^x_i / Σ_j e^x_j along `dim`, as `torch.nn.Softmax`. Keeps the shape; float. Large values do not overflow.
 *
 * @throws ChainruleError in a call `index` when x has no dimension `dim`
 *
 * @example
 * const layer = new nn.Softmax(1);
 * layer(tensor([[1000, 1000], [0, 1]])); // → tensor([[0.5000, 0.5000], [0.2689, 0.7311]])
 */
export class Softmax extends AlongDim {
  static override readonly name: string = "Softmax";

  override forward(x: Tensor): Tensor {
    return x.softmax(this.dim);
  }
}

/**
 * Softmax of −x along `dim`, as `torch.nn.Softmin`: the smallest gets most. Keeps the shape; float.
 *
 * @throws ChainruleError in a call `index` when x has no dimension `dim`
 *
 * @example
 * const layer = new nn.Softmin(0);
 * layer(tensor([0, 1, 2])); // → tensor([0.6652, 0.2447, 0.0900])
 */
export class Softmin extends AlongDim {
  static override readonly name: string = "Softmin";

  override forward(x: Tensor): Tensor {
    return x.softmin(this.dim);
  }
}

/**
 * The logarithm of softmax along `dim`, exact where softmax underflows. As `torch.nn.LogSoftmax`. Keeps the shape; float.
 *
 * @throws ChainruleError in a call `index` when x has no dimension `dim`
 *
 * @example
 * const layer = new nn.LogSoftmax(0);
 * layer(tensor([0, 1000])); // → tensor([-1000., 0.])
 */
export class LogSoftmax extends AlongDim {
  static override readonly name: string = "LogSoftmax";

  override forward(x: Tensor): Tensor {
    return x.logSoftmax(this.dim);
  }
}

/**
 * Gated linear unit: a σ(b), where a and b are the halves of x along `dim`, which halves in size. As `torch.nn.GLU`. Dauphin et
 * al., ICML 2017.
 *
 * @throws ChainruleError in a call `shape` when the size is odd, `index` when x has no dimension `dim`
 *
 * @example
 * const layer = new nn.GLU();
 * layer(tensor([1, 2, 0, 100])); // → tensor([0.5000, 2.0000])
 * layer(zeros([3])); // throws shape: …its size 3 is odd
 */
export class GLU extends Module {
  static override readonly name: string = "GLU";
  /** The dimension that is halved. Default the last. */
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
