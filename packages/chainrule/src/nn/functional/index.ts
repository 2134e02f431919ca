/** Layers without state, as functions of tensors: `torch.nn.functional`. */
export { bilinear, linear } from "../../tensor/index.ts";
export {
  type BinaryOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  hingeEmbeddingLoss,
  softMarginLoss,
} from "../loss/binary.ts";
export {
  type ClassOptions,
  type CrossEntropyOptions,
  crossEntropy,
  type MultiMarginOptions,
  multiMarginLoss,
  nllLoss,
} from "../loss/classes.ts";
export {
  cosineEmbeddingLoss,
  marginRankingLoss,
  type TripletOptions,
  tripletMarginLoss,
} from "../loss/distance.ts";
export {
  type GaussianNLLOptions,
  gaussianNllLoss,
  type KLDivOptions,
  klDiv,
  type PoissonNLLOptions,
  poissonNllLoss,
} from "../loss/likelihood.ts";
export type { Reduction, ReductionOption } from "../loss/reduction.ts";
export { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "../loss/regression.ts";
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
