import { broadcastTensors, type Tensor } from "../../tensor/index.ts";

/**
 * x / max(‖x‖_p, eps) along `dim`: vectors of length 1, and zeros stay zeros. As `torch.nn.functional.normalize`.
 *
 * @param x [..., size, ...], float
 * @param options p 2, dim 1, eps 1e-12 when left out
 * @throws ChainruleError `index` when x has no dimension `dim`, as a vector has no dimension 1
 *
 * @example
 * nn.functional.normalize(tensor([[3, 4], [0, 0]])); // → tensor([[0.6000, 0.8000], [0.0000, 0.0000]])
 * nn.functional.normalize(tensor([1, 3]), { p: 1, dim: 0 }); // → tensor([0.2500, 0.7500])
 */
export function normalize(x: Tensor, options: { p?: number; dim?: number; eps?: number } = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return x.div(x.norm(p, dim, { keepdim: true }).clampMin(eps));
}

/**
 * The cosine of the angle between vectors along `dim`: Σ x1 x2 / (max(‖x1‖, eps) · max(‖x2‖, eps)), from −1 to 1. As
 * `torch.nn.functional.cosine_similarity`.
 *
 * @param x1 [N, C] or any shape that broadcasts with x2, float; the result is the common shape without `dim`
 * @param options dim 1, eps 1e-8 when left out
 * @throws ChainruleError `shape` when the shapes do not broadcast, `index` when there is no dimension `dim`
 *
 * @example
 * const x = tensor([[1, 0], [1, 1], [1, 0]]);
 * const y = tensor([[2, 0], [1, 0], [-3, 0]]);
 * nn.functional.cosineSimilarity(x, y); // → tensor([1.0000, 0.7071, -1.0000])
 * nn.functional.cosineSimilarity(x, tensor([0, 1])); // → tensor([0.0000, 0.7071, 0.0000])
 */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  options: { dim?: number; eps?: number } = {},
): Tensor {
  const { dim = 1, eps = 1e-8 } = options;
  // Expanded first: `dim` and the norms are those of the common shape.
  const [a, b] = broadcastTensors(x1, x2).map((x) => normalize(x, { dim, eps }));
  return a.mul(b).sum(dim);
}

/**
 * ‖x1 − x2 + eps‖_p along the last dimension, as `torch.nn.functional.pairwise_distance`. Because of eps, the distance of equal
 * vectors is not exactly 0, where the norm has no derivative.
 *
 * @param x1 [N, C] or [C], float; x2 broadcasts to it. The result is [N] or []
 * @param options p 2, eps 1e-6, keepdim false when left out
 * @throws ChainruleError `shape` when the shapes do not broadcast
 *
 * @example
 * const x = tensor([[0, 0], [1, 1]]);
 * const y = tensor([[3, 4], [1, 1]]);
 * nn.functional.pairwiseDistance(x, y); // → tensor([5.0000e+00, 1.4142e-06])
 * nn.functional.pairwiseDistance(x, y, { p: 1, keepdim: true }).shape; // → [2, 1]
 */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  options: { p?: number; eps?: number; keepdim?: boolean } = {},
): Tensor {
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  return x1.sub(x2).add(eps).norm(p, -1, { keepdim });
}
