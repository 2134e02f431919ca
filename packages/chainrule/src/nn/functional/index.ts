/** Layers without state, as functions of tensors: `torch.nn.functional`. */
export { bilinear, linear } from "../../tensor/index.ts";
export * from "../loss/binary.ts";
export * from "../loss/classes.ts";
export * from "../loss/distance.ts";
export * from "../loss/likelihood.ts";
export type { Reduction, ReductionOption } from "../loss/reduction.ts";
export * from "../loss/regression.ts";
export * from "./activation.ts";
export { cosineSimilarity, normalize, pairwiseDistance } from "./distance.ts";
export { alphaDropout, type DropoutOptions, dropout } from "./dropout.ts";
export { type EmbeddingLookupOptions, embedding } from "./embedding.ts";
export {
  type Affine,
  type BatchNormOptions,
  batchNorm,
  groupNorm,
  layerNorm,
  rmsNorm,
} from "./normalization.ts";
export { oneHot, pad } from "./shape.ts";
