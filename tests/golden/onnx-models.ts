/** Models of every kind that are written as ONNX: `npm run check:formats -- onnx` runs them in onnxruntime, and a test here. */
import { manualSeed, nn, rand, randint, randn, type Tensor, tensor } from "chainrule";
import type { ToOnnxOptions } from "chainrule/io";
import { TableModel } from "chainrule/tables";
import {
  classTarget,
  numberTarget,
  sampleModel,
} from "../../packages/chainrule/src/tables/use/testing/model.ts";

/** A model with the inputs that it takes for a batch of some size. */
export type Case = readonly [model: nn.Module, inputs: (rows: number) => Tensor[], options?: ToOnnxOptions];

const rows =
  (...sizes: number[]) =>
  (n: number): Tensor[] => [randn([n, ...sizes])];
const classes = (n: number, of: number): Tensor => randint(0, of, [n], { dtype: "int32" });

class Residual extends nn.Module {
  inner = new nn.Linear(4, 4);
  gate = new nn.Parameter(randn([1, 4]));
  forward(x: Tensor): Tensor[] {
    const y = x.add(this.inner(x).tanh().mul(this.gate));
    const places = tensor([2, 0], { dtype: "int32" });
    return [
      y.flatten(),
      y.indexSelect(1, places).unsqueeze(0),
      y.sub(y.mean(0, { keepdim: true })),
      y.std(1),
    ];
  }
}

class Tricks extends nn.Module {
  table = new nn.Embedding(6, 3, { paddingIdx: 1 });
  forward(x: Tensor, codes: Tensor): Tensor {
    const [n] = x.shape;
    const best = x.argmax(1).oneHot(4).to("float32");
    const looked = this.table(codes).reshape([n, -1]);
    const order = x.argsort(1).to("float32").flip(1);
    const spread = x
      .reshape([n * 2, 2])
      .sum(1)
      .reshape([2, n])
      .mT.expand([n, 2]);
    return x
      .topk(2)
      .values.sum(1, { keepdim: true })
      .mul(best)
      .add(order)
      .at(":", "1:3")
      .add(spread)
      .mul(looked.narrow(1, 0, 2));
  }
}

const layers = (): nn.Layer[] => [
  new nn.ReLU(), new nn.ReLU6(), new nn.LeakyReLU(0.2), new nn.PReLU(), new nn.PReLU(4), new nn.ELU(0.7), new nn.SELU(), new nn.CELU(1.3),
  new nn.Hardsigmoid(), new nn.Hardtanh({ minVal: -0.3, maxVal: 0.7 }), new nn.Hardswish(), new nn.Threshold(0.3, -0.5), new nn.Hardshrink(),
  new nn.Softshrink(), new nn.GELU(), new nn.GELU({ approximate: "tanh" }), new nn.SiLU(), new nn.Mish(), new nn.Sigmoid(), new nn.LogSigmoid(),
  new nn.Tanh(), new nn.Softplus(), new nn.Softplus({ beta: 2, threshold: 3 }), new nn.Softsign(), new nn.Tanhshrink(), new nn.Softmax(1), new nn.Softmin(1),
  new nn.LogSoftmax(1), new nn.GLU(), new nn.Identity(), new nn.Flatten(), new nn.Unflatten(1, [2, 2]), new nn.Linear(4, 3), new nn.Linear(4, 3, { bias: false }),
  new nn.BatchNorm1d(4), new nn.BatchNorm1d(4, { affine: false }), new nn.BatchNorm1d(4, { trackRunningStats: false }), new nn.LayerNorm(4),
  new nn.LayerNorm(4, { elementwiseAffine: false }), new nn.RMSNorm(4), new nn.GroupNorm(2, 4), new nn.Dropout(0.5), new nn.AlphaDropout(0.5),
]; // biome-ignore format: a list

const pairs = (): nn.Module[] => [
  new nn.MSELoss(), new nn.L1Loss({ reduction: "sum" }), new nn.SmoothL1Loss(), new nn.HuberLoss({ delta: 0.5, reduction: "none" }), new nn.BCEWithLogitsLoss(),
  new nn.SoftMarginLoss(), new nn.HingeEmbeddingLoss(), new nn.PoissonNLLLoss(), 
  new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }),
]; // biome-ignore format: a list

/** All models, with weights of seed 0 and statistics as after training, in evaluation mode. */
export function cases(): Record<string, Case> {
  manualSeed(0);
  const all: Record<string, Case> = {};
  for (const layer of layers()) {
    all[`${layer}`] = [layer, rows(4)];
    if (!/BatchNorm|Softm|LogSoftm|GLU|PReLU\(numParameters=4|Group|Unflatten/.test(`${layer}`))
      all[`${layer} of matrices`] = [layer, rows(3, 4)];
  }
  for (const loss of pairs()) all[`${loss}`] = [loss, (n) => [randn([n, 3]), randn([n, 3])]];
  const several: Record<string, Case> = {
    BCELoss: [new nn.BCELoss(), (n) => [rand([n, 2]), rand([n, 2])]],
    CrossEntropyLoss: [new nn.CrossEntropyLoss(), (n) => [randn([n, 3]), classes(n, 3)]],
    "CrossEntropyLoss weighted": [new nn.CrossEntropyLoss({ weight: tensor([1, 2, 0.5]), ignoreIndex: 1 }), (n) => [randn([n, 3]), classes(n, 3)]],
    KLDivLoss: [new nn.KLDivLoss({ reduction: "batchmean" }), (n) => [randn([n, 3]).logSoftmax(1), rand([n, 3])]],
    NLLLoss: [new nn.NLLLoss(), (n) => [randn([n, 3]), classes(n, 3)]],
    MultiMarginLoss: [new nn.MultiMarginLoss(), (n) => [randn([n, 3]), classes(n, 3)]],
    GaussianNLLLoss: [new nn.GaussianNLLLoss(), (n) => [randn([n, 3]), randn([n, 3]), rand([n, 3])]],
    CosineEmbeddingLoss: [new nn.CosineEmbeddingLoss(), (n) => [randn([n, 3]), randn([n, 3]), randn([n]).sign()]],
    MarginRankingLoss: [new nn.MarginRankingLoss(), (n) => [randn([n]), randn([n]), randn([n]).sign()]],
    TripletMarginLoss: [new nn.TripletMarginLoss(), (n) => [randn([n, 3]), randn([n, 3]), randn([n, 3])]],
    Bilinear: [new nn.Bilinear(3, 4, 2), (n) => [randn([n, 3]), randn([n, 4])]],
    Embedding: [new nn.Embedding(5, 3), (n) => [randint(0, 5, [n, 4], { dtype: "int32" })]],
    "BatchNorm1d of sequences": [new nn.BatchNorm1d(3), rows(3, 5)],
    "GroupNorm of sequences": [new nn.GroupNorm(3, 6), rows(6, 5)],
    "Flatten(0, 1)": [new nn.Sequential(new nn.Linear(2, 1), new nn.Flatten(0, 1)), rows(2)],
    MLP: [
      new nn.Sequential(new nn.Linear(6, 16), new nn.BatchNorm1d(16), new nn.ReLU(), new nn.Dropout(0.1), new nn.Linear(16, 3), new nn.Softmax(1)),
      rows(6),
    ],
    "MLP in float64": [new nn.Sequential(new nn.Linear(6, 16), new nn.Tanh(), new nn.Linear(16, 3)).double(), (n) => [randn([n, 6], { dtype: "float64" })]],
    "module of one's own": [new Residual(), rows(4)],
    "module with many operations": [new Tricks(), (n) => [randn([n, 4]), randint(0, 6, [n, 2], { dtype: "int32" })]],
    "opset 14": [new nn.Sequential(new nn.Linear(3, 4), new nn.LayerNorm(4), new nn.Softmax(1)), rows(3), { opset: 14 }],
    "opset 18": [new nn.Sequential(new nn.Linear(3, 4), new nn.LayerNorm(4), new nn.Softmin(1)), rows(3), { opset: 18 }],
    "opset 21": [new nn.Sequential(new nn.Linear(3, 4), new nn.RMSNorm(4), new nn.Softplus()), rows(3), { opset: 21 }],
    "one size only": [new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh()), () => rows(3)(4), { batch: null }],
  }; // biome-ignore format: a list
  const found = { ...all, ...several };
  for (const [model] of Object.values(found)) trained(model);
  return found;
}

/** What a case is exported with: random numbers that are always the same. */
export function exampleOf([, inputsFor]: Case): Tensor[] {
  manualSeed(1);
  return inputsFor(4);
}

/** Running means and variances as after training. */
function trained(model: nn.Module): nn.Module {
  for (const [path, buffer] of model.namedBuffers()) {
    if (path.endsWith("running_mean")) buffer.copy_(randn(buffer.shape));
    if (path.endsWith("running_var")) buffer.copy_(rand(buffer.shape).add(0.5));
  }
  return model.eval();
}

/** Models of tables, with columns of every type. */
export function tableModels(): Record<string, TableModel> {
  const variants: Record<string, TableModel> = {
    classes: sampleModel(),
    numbers: sampleModel(numberTarget),
    logarithms: sampleModel({ ...numberTarget, transform: "log", center: 5, scale: 0.4, range: [50, 400] }),
    "plain numbers, batch normalization": sampleModel(classTarget, { numberEncoding: "plain", frontScale: false, normalization: "batch", activation: "gelu" }),
    "layer normalization": sampleModel(numberTarget, { normalization: "layer", parametricActivation: false, activation: "mish" }),
  }; // biome-ignore format: a list
  const two = sampleModel({ ...classTarget, classes: ["no", "yes"] });
  variants["threshold and temperature"] = new TableModel(
    { ...two.spec, threshold: 0.4, calibration: { temperature: 1.7 } },
    two.network,
  );
  for (const { network } of Object.values(variants)) trained(network);
  return variants;
}
