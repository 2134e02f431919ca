/**
 * In which order the reference shows names, and under which headings: those of the guide. A name stands where the longest of these says
 * that fits it: its own name, or the path of its file in `packages/chainrule/src`. Interfaces and type aliases stand by themselves under
 * "Types", unless their own name is here.
 */

/** Headings, and what stands under each: names, files and folders, divided by spaces. */
export type Groups = Readonly<Record<string, string>>;

export interface Entry {
  /** The page of the guide, in docs, and its title. */
  readonly guide: readonly [page: string, title: string];
  readonly groups: Groups;
}

export const TYPES = "Types";

export const entries: Readonly<Record<string, Entry>> = {
  chainrule: {
    guide: ["tensors.md", "Tensors and autograd"],
    groups: {
      "Tensors": "Tensor tensor/create.ts tensor/print.ts shape/dtype.ts",
      "Random tensors": "tensor/random.ts core/random/",
      "Operations on several tensors": "ops/",
      "Autograd": "autograd/ core/modes.ts customFunction",
      "Speed": "tensor/compile.ts compile/ tensor/engine.ts backends/",
      "Saved models": "tables/",
      "Errors": "util/errors.ts",
      "Operations of one's own": "core/op.ts core/samples.ts",
      "Subpaths as objects": "index.ts",
    },
  },
  "chainrule/nn": {
    guide: ["networks.md", "Networks"],
    groups: {
      "Modules": "Module Parameter nn/module/ Layer",
      "Containers": "Sequential nn/containers/",
      "Weights": "nn/layers/linear.ts nn/layers/embedding.ts",
      "Activations": "nn/layers/rectifiers.ts nn/layers/smooth.ts GLU",
      "Over a dimension": "nn/layers/softmax.ts",
      "Normalization": "nn/layers/batch-norm.ts nn/layers/group-norm.ts nn/layers/layer-norm.ts",
      "Noise": "nn/layers/dropout.ts",
      "Shapes": "nn/layers/shape.ts",
      "Losses of numbers": "MSELoss L1Loss SmoothL1Loss HuberLoss PoissonNLLLoss GaussianNLLLoss",
      "Losses of classes": "CrossEntropyLoss NLLLoss MultiMarginLoss KLDivLoss",
      "Losses of yes or no": "BCEWithLogitsLoss BCELoss SoftMarginLoss HingeEmbeddingLoss",
      "Losses of pairs": "CosineEmbeddingLoss MarginRankingLoss TripletMarginLoss",
      "Functions": "functional init utils",
    },
  },
  "chainrule/nn/functional": {
    guide: ["networks.md", "Networks"],
    groups: {
      "Layers": "linear bilinear nn/functional/embedding.ts ops/",
      "Activations": "nn/functional/activation.ts",
      "Normalization": "nn/functional/normalization.ts",
      "Noise": "nn/functional/dropout.ts",
      "Distances": "nn/functional/distance.ts",
      "Shapes and classes": "nn/functional/shape.ts",
      "Losses of numbers": "nn/loss/regression.ts poissonNllLoss gaussianNllLoss",
      "Losses of classes": "nn/loss/classes.ts klDiv",
      "Losses of yes or no": "nn/loss/binary.ts",
      "Losses of pairs": "nn/loss/distance.ts",
    },
  },
  "chainrule/nn/init": {
    guide: ["networks.md#initial-values", "Initial values"],
    groups: {
      "By the size of the layer": "kaimingNormal_ kaimingUniform_ xavierNormal_ xavierUniform_ orthogonal_ calculateGain",
      "By given numbers": "nn/init.ts",
    },
  },
  "chainrule/nn/utils": {
    guide: ["training.md#clipping-and-penalties", "Clipping and penalties"],
    groups: { "Gradients": "clipGradNorm_ clipGradValue_", "Parameters": "nn/utils.ts" },
  },
  "chainrule/optim": {
    guide: ["training.md", "Training"],
    groups: {
      "Optimizers": "SGD Adam AdamW optim/",
      "Schedules": "optim/schedules/",
      "Averaged weights": "optim/averaging.ts",
      "Bases": "Optimizer Schedule",
    },
  },
  "chainrule/data": {
    guide: ["training.md#data", "Data"],
    groups: {
      "Datasets": "Dataset TensorDataset data/dataset.ts",
      "Batches": "DataLoader data/collate.ts",
      "Splits": "data/split.ts",
      "Folds": "data/folds.ts",
      "Order of the rows": "data/samplers.ts Sampler",
    },
  },
  "chainrule/metrics": {
    guide: ["training.md#score", "Score"],
    groups: {
      "Classes": "metrics/classes.ts metrics/precision.ts metrics/report.ts metrics/agreement.ts",
      "Probabilities": "metrics/probabilities.ts metrics/calibration.ts",
      "Rankings and thresholds": "metrics/ranking.ts metrics/threshold.ts",
      "Numbers": "metrics/regression.ts metrics/quantile.ts",
      "How sure": "metrics/bootstrap.ts",
    },
  },
  "chainrule/train": {
    guide: ["training.md", "Training"],
    groups: {
      "Training": "fit evaluate train/find-lr.ts gradientNorm FitOptions FitResult Callback",
      "Batches and losses": "train/transforms.ts train/weighted.ts train/batch-norm.ts",
      "Checkpoints": "train/checkpoint-bytes.ts",
    },
  },
  "chainrule/tables": {
    guide: ["tables.md#from-a-program", "Tables from a program"],
    groups: {
      "Train, look at, use":
        "trainTable inspectTable traceTable crossValidate learningCurve load LoadedModel tableOf tableFromRows splitTable TrainTableOptions TrainedTable Settings Plan",
      "Tables and columns": "tables/column.ts tables/texts.ts tables/looks.ts tables/leaks.ts tables/profile.ts",
      "Saved models":
        "tables/use/ tables/model.ts tables/pytorch/ tables/network/network.ts tables/spec.ts modelBytes modelFromBytes",
      "How good, and why": "tables/evaluation/ tables/intervals.ts tables/procedure/scores.ts",
      "Parts of the procedure":
        "tables/procedure/ tables/row-weights.ts tables/target.ts tables/task.ts tables/preparation.ts tables/network/ fitTemperature fitLinear",
      "Search for settings": "tables/search/",
      "Words for messages": "wording",
    },
  },
  "chainrule/tables/wording": {
    guide: ["contributing.md", "Contributing"],
    groups: { "Texts": "tables/wording.ts util/wording.ts" },
  },
  "chainrule/io": {
    guide: ["using-models.md", "Using a model"],
    groups: {
      "PyTorch": "io/pytorch/",
      "ONNX": "io/onnx/",
      "TensorFlow.js": "io/tfjs/",
      "Safetensors": "io/safetensors.ts io/safetensors-lazy.ts",
      "NumPy and IDX": "io/numpy.ts io/idx.ts",
      "TensorBoard's files": "scalarsEvent io/tensorboard.ts",
      "Parts of the formats": "io/crc32.ts",
    },
  },
  "chainrule/trace": {
    guide: ["lecture.md", "The lecture, slide by slide"],
    groups: {
      "Traces": "trace/trace.ts traceFromFile exprText Trace TraceOptions",
      "Health of a network": "trace/health.ts trace/health-alarms.ts trace/not-finite.ts Health",
      "The format": "trace/format.ts",
    },
  },
};

/** Members of classes that are too many for one list. */
export const members: Readonly<Record<string, Groups>> = {
  Tensor: {
    "What it is": "core/tensor.ts",
    "Read values": "item toArray read data toString toJSON [toPrimitive]",
    "Autograd": "autograd/ grad requiresGrad isLeaf detach",
    "Arithmetic": "ops/arithmetic.ts ops/select.ts",
    "Powers and logarithms": "ops/power.ts ops/exponential.ts square",
    "Rounding and limits": "ops/rounding.ts ops/clamp.ts",
    "Trigonometry": "ops/trigonometric.ts ops/hyperbolic.ts",
    "Special functions": "ops/special.ts",
    "Comparison and logic": "ops/compare.ts ops/logical.ts",
    "Reductions": "ops/sum.ts ops/prod.ts ops/extremes.ts ops/statistics.ts ops/norm.ts logsumexp all any countNonzero",
    "Running sums": "ops/cumulative.ts",
    "Products": "ops/matmul.ts ops/products.ts",
    "Shape and views": "ops/view.ts ops/slice.ts",
    "Pick and place": "ops/at.ts ops/indexing.ts ops/mask.ts where",
    "Repeat, roll and pad": "ops/repeat.ts ops/join.ts ops/pad.ts",
    "Diagonals": "ops/diagonal.ts",
    "Sorting": "ops/sort.ts",
    "Activations":
      "ops/activation.ts ops/activation-piecewise.ts ops/activation-smooth.ts ops/softmax.ts relu6 hardtanh hardsigmoid hardswish",
    "Losses": "ops/binary-cross-entropy.ts",
    "Dtype and copies": "ops/convert.ts",
    "In place": "ops/inplace.ts maskedFill_ setAt_",
  },
  Module: {
    "Compute": "forward nn/module/base.ts",
    "Parameters and parts": "nn/module/tree.ts",
    "Modes and dtype": "nn/module/modes.ts training",
    "Save and load": "nn/module/state.ts",
    "Hooks": "registerForwardHook registerForwardPreHook registerFullBackwardHook registerBackwardHook",
    "Print": "nn/module/print.ts",
  },
};

/** The heading of a name in a file; undefined where nothing says it. */
export function headingOf(groups: Groups, name: string, file: string, isType: boolean): string | undefined {
  let found: string | undefined;
  let length = 0;
  for (const [heading, places] of Object.entries(groups))
    for (const place of places.split(" ")) {
      if (place === name) return heading;
      if (isType || place.length <= length || !/[/.]/.test(place) || !file.startsWith(place)) continue;
      found = heading;
      length = place.length;
    }
  return found ?? (isType ? TYPES : undefined);
}

/** Where a name stands under its heading: what is named comes first, in that order. */
export function placeOf(groups: Groups, heading: string, name: string): number {
  const at = (groups[heading] ?? "").split(" ").indexOf(name);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}
