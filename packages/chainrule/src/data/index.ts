/** Datasets, the order in which they are visited, batches, and splits; with PyTorch's names and draws. */
export { type Collated, defaultCollate } from "./collate.ts";
export { ConcatDataset, type Dataset, Subset, TensorDataset } from "./dataset.ts";
export {
  type Fold,
  type FoldOptions,
  groupKFold,
  kFold,
  stratifiedGroupKFold,
  stratifiedKFold,
  type TimeSeriesOptions,
  timeSeriesSplit,
} from "./folds.ts";
export { DataLoader, type DataLoaderOptions } from "./loader.ts";
export {
  type BatchedSampler,
  BatchSampler,
  type Counted,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from "./samplers.ts";
export {
  groupSplit,
  type Labels,
  type Parts,
  randomSplit,
  type SplitOptions,
  stratifiedSplit,
  timeSplit,
} from "./split.ts";
