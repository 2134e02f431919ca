import type { Tensor } from "../../tensor/index.ts";

/** x / max(‖x‖_p, eps) along `dim`. Defaults: p 2, dim 1, eps 1e-12. */
export function normalize(x: Tensor, options: { p?: number; dim?: number; eps?: number } = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return x.div(x.norm(p, dim, { keepdim: true }).clampMin(eps));
}

/** Σ x1 x2 / (max(‖x1‖, eps) · max(‖x2‖, eps)) along `dim`. Defaults: dim 1, eps 1e-8. */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  options: { dim?: number; eps?: number } = {},
): Tensor {
  const { dim = 1, eps = 1e-8 } = options;
  return normalize(x1, { dim, eps }).mul(normalize(x2, { dim, eps })).sum(dim);
}

/** ‖x1 − x2 + eps‖_p along the last dimension. Defaults: p 2, eps 1e-6, keepdim false. */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  options: { p?: number; eps?: number; keepdim?: boolean } = {},
): Tensor {
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  return x1.sub(x2).add(eps).norm(p, -1, { keepdim });
}
