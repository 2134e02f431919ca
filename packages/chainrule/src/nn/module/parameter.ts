import { type DType, isFloating, Tensor } from "../../tensor/index.ts";

declare const learned: unique symbol;

/**
 * A tensor that a module learns: found by `parameters()` when it is a property of a module, and a leaf whose gradient
 * `backward()` collects. It shares the elements of `data`. As `torch.nn.Parameter`.
 *
 * The second argument, `requiresGrad`, is true by default; false is for a parameter that is kept and saved but not trained.
 *
 * @throws ChainruleError `dtype` for whole numbers that require a gradient
 *
 * @example
 * class Scale extends nn.Module {
 *   factor = new nn.Parameter(full([2], 3));
 *   forward(x: Tensor) {
 *     return x.mul(this.factor);
 *   }
 * }
 * const layer = new Scale();
 * layer(tensor([1, 2])).sum().backward();
 * layer.factor.grad; // → tensor([1., 2.])
 * layer.parameters().length; // → 1
 */
export class Parameter extends Tensor {
  /** For types alone: a plain tensor in the place of a parameter would silently not be trained. */
  declare readonly [learned]: true;

  constructor(data: Tensor, requiresGrad = true) {
    super(data.storage, data.shape, data.strides, data.offset);
    if (requiresGrad) this.requiresGrad_();
  }
}

type Writable = { -readonly [K in "storage" | "shape" | "strides" | "offset" | "dtype"]: Tensor[K] };

/**
 * Converts a parameter and its gradient to another dtype and keeps the object, so that an optimizer made before still holds
 * it. Graphs recorded before the change are no use for it any more.
 */
export function convertParameter(parameter: Parameter, dtype: DType): void {
  if (parameter.dtype === dtype || !isFloating(parameter.dtype)) return;
  const trained = parameter.requiresGrad;
  const data = parameter.detach().to(dtype);
  const slot: Writable = parameter;
  slot.storage = data.storage;
  slot.shape = data.shape;
  slot.strides = data.strides;
  slot.offset = data.offset;
  slot.dtype = data.dtype;
  parameter.node = null; // the old leaf speaks of the old dtype
  if (trained) parameter.requiresGrad_();
  if (parameter.gradStorage) parameter.grad = (parameter.grad as Tensor).detach().to(dtype);
}
