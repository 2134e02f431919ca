import { type Shape, showShape, type Tensor } from "../../tensor/index.ts";
import { WidthKeeper } from "../module/layer.ts";
import { Module } from "../module/module.ts";

/**
 * Gives back what it gets; arguments of the constructor are ignored, so that it can stand in for any layer. As
 * `torch.nn.Identity`.
 *
 * @example
 * const layer = new nn.Identity(54, { unused: true });
 * layer(tensor([1, 2])); // → tensor([1., 2.])
 */
export class Identity extends WidthKeeper {
  static override readonly name: string = "Identity";

  constructor(..._ignored: readonly unknown[]) {
    super();
  }

  override forward(x: Tensor): Tensor {
    return x;
  }
}

/**
 * Makes one dimension of those from `startDim` to `endDim`, both included. By default all but the first, the batch. As
 * `torch.nn.Flatten`.
 *
 * @throws ChainruleError in a call `index` when x has no such dimensions
 *
 * @example
 * new nn.Flatten()(zeros([5, 2, 3])).shape; // → [5, 6]
 * new nn.Flatten(0, 1)(zeros([200, 1])).shape; // → [200]
 */
export class Flatten extends Module {
  static override readonly name: string = "Flatten";
  /** The first of the dimensions that become one. */
  readonly startDim: number;
  /** The last of the dimensions that become one; from the end where it is negative. */
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  override forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}

/**
 * Makes several dimensions of the dimension `dim`; one size may be −1. As `torch.nn.Unflatten`.
 *
 * @throws ChainruleError in a call `shape` when the sizes do not make that of the dimension, `index` when there is no such
 *   dimension
 *
 * @example
 * new nn.Unflatten(1, [2, 3])(zeros([5, 6])).shape; // → [5, 2, 3]
 * new nn.Unflatten(1, [-1, 2])(zeros([5, 6])).shape; // → [5, 3, 2]
 */
export class Unflatten extends Module {
  static override readonly name: string = "Unflatten";
  /** The dimension that becomes several. */
  readonly dim: number;
  /** The sizes that it becomes; one may be −1. */
  readonly unflattenedSize: Shape;

  constructor(dim: number, unflattenedSize: Shape) {
    super();
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  override forward(x: Tensor): Tensor {
    return x.unflatten(this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattenedSize=${showShape(this.unflattenedSize)}`;
  }
}
