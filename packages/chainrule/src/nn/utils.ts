/** Helpers for parameters and their gradients: `torch.nn.utils`. */
import { cat, noGrad, recording, sameShape, stack, Tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { withDefaults } from "../util/options.ts";
import { counted, shown } from "../util/wording.ts";

function listOf(parameters: Iterable<Tensor> | Tensor): Tensor[] {
  const list: Tensor[] =
    typeof parameters === "object" && Symbol.iterator in parameters ? [...parameters] : [parameters];
  const odd = list.findIndex((p) => !(p instanceof Tensor));
  if (odd < 0) return list;
  throw new ChainruleError(
    "argument",
    `${shown(list[odd], "A")} was given where parameters are needed.`,
    "Give model.parameters().",
  );
}

const gradientsOf = (parameters: Iterable<Tensor> | Tensor): Tensor[] =>
  listOf(parameters).flatMap(({ grad }) => (grad ? [grad] : []));

/**
 * Scales all gradients by one factor, in place, so that the norm of all of them taken together is at most `maxNorm`. Gives the
 * norm before. The factor is maxNorm / (norm + 1e-6), at most 1, and always multiplied by: there is no branch on its value. As
 * `torch.nn.utils.clip_grad_norm_`. Pascanu et al., ICML 2013.
 *
 * @param parameters those without a gradient are left out; with none at all the norm is 0
 * @param options.normType - p of the norm; Infinity for the largest absolute value. Default 2.
 * @param options.errorIfNonfinite - throw where the norm is NaN or infinite, instead of spreading that. Default false.
 * @throws ChainruleError with `errorIfNonfinite`: `non-finite` for such a norm, `record` inside of a compiled function
 *
 * @example
 * const p = new nn.Parameter(tensor([1, 1]));
 * p.mul(tensor([30, 40])).sum().backward();
 * nn.utils.clipGradNorm_([p], 5); // → tensor(50.)
 * p.grad; // → tensor([3.0000, 4.0000])
 */
export function clipGradNorm_(
  parameters: Iterable<Tensor> | Tensor,
  maxNorm: number,
  options: { normType?: number; errorIfNonfinite?: boolean } = {},
): Tensor {
  const all = { normType: 2, errorIfNonfinite: false };
  const { normType, errorIfNonfinite } = withDefaults("clipGradNorm_", options, all);
  const gradients = gradientsOf(parameters);
  return noGrad(() => {
    if (gradients.length === 0) return zeros([]);
    const norms = gradients.map((gradient) => gradient.norm(normType));
    const total = stack(norms.map((norm) => norm.to(norms[0].dtype))).norm(normType);
    if (errorIfNonfinite && recording) {
      throw new ChainruleError(
        "record",
        "clipGradNorm_ with errorIfNonfinite reads the norm, when nothing is computed yet.",
        "Leave the option out inside of compiled functions; return the norm and look at it after the call.",
      );
    }
    if (errorIfNonfinite && !Number.isFinite(total.item())) {
      throw new ChainruleError(
        "non-finite",
        `The norm of the gradients is ${total.item()}.`,
        "Lower the learning rate, or find the layer by detectAnomaly().",
      );
    }
    const factor = total.add(1e-6).reciprocal().mul(maxNorm).clampMax(1);
    for (const gradient of gradients) gradient.mul_(factor);
    return total;
  });
}

/**
 * Cuts every element of all gradients to [−clipValue, clipValue], in place. As `torch.nn.utils.clip_grad_value_`.
 *
 * @example
 * const p = new nn.Parameter(tensor([1, 1]));
 * p.mul(tensor([30, -0.5])).sum().backward();
 * nn.utils.clipGradValue_([p], 1);
 * p.grad; // → tensor([1.0000, -0.5000])
 */
export function clipGradValue_(parameters: Iterable<Tensor> | Tensor, clipValue: number): void {
  noGrad(() => {
    for (const gradient of gradientsOf(parameters)) gradient.clamp_(-clipValue, clipValue);
  });
}

/**
 * All parameters one after the other in one vector; gradients flow through it. As `torch.nn.utils.parameters_to_vector`.
 *
 * @throws ChainruleError `argument` when there are no parameters
 *
 * @example
 * const layer = new nn.Linear(2, 1);
 * nn.init.constant_(layer.weight, 3);
 * nn.init.zeros_(layer.bias!);
 * nn.utils.parametersToVector(layer.parameters()); // → tensor([3., 3., 0.], gradFn=<cat>)
 */
export const parametersToVector = (parameters: Iterable<Tensor>): Tensor =>
  cat(listOf(parameters).map((p) => p.reshape([p.numel])));

/**
 * Copies a vector, as {@link parametersToVector} makes it, into parameters, converted to their dtypes. As
 * `torch.nn.utils.vector_to_parameters`, but with the vector's size checked.
 *
 * @throws ChainruleError `shape` when the vector has not as many elements as the parameters together
 *
 * @example
 * const layer = new nn.Linear(2, 1);
 * const parameters = layer.parameters();
 * nn.utils.vectorToParameters(tensor([1, 2, 10]), parameters);
 * layer(tensor([1, 1])); // → tensor([13.], gradFn=<linear>)
 * nn.utils.vectorToParameters(zeros([4]), parameters); // throws shape: …does not fill 3 elements
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const targets = listOf(parameters);
  const count = targets.reduce((sum, p) => sum + p.numel, 0);
  if (!sameShape(vector.shape, [count])) {
    throw new ChainruleError(
      "shape",
      `A tensor of shape [${vector.shape.join(", ")}] does not fill ${counted(count, "element")} of parameters.`,
      `Give a vector of ${count}.`,
    );
  }
  noGrad(() => {
    let at = 0;
    for (const p of targets) {
      p.copy_(vector.detach().narrow(0, at, p.numel).reshape(p.shape));
      at += p.numel;
    }
  });
}
