import { describe, expect, test } from "vitest";
import { WatchedRecording } from "../core/testing/recording.ts";
import { manualSeed, nn, rand, randn, type Tensor, tensor } from "../index.ts";

/** A forward pass through layers, in training. */
const layers = (shape: number[], ...inside: nn.Layer[]): (() => Tensor) => {
  const model = new nn.Sequential(...inside);
  const x = randn(shape);
  return () => model(x).square().sum();
};

const indices = (): Tensor => tensor([0, 3, 3, 1], { dtype: "int32" });

/** Layers that do more than apply functions to their input, with the options that lead elsewhere. */
const forwards: Record<string, () => () => Tensor> = {
  Linear: () => layers([4, 2], new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1)),
  Bilinear: () => {
    const layer = new nn.Bilinear(2, 3, 2);
    const [a, b] = [randn([4, 2]), randn([4, 3])];
    return () => layer(a, b).sum();
  },
  PReLU: () => layers([4, 3], new nn.Linear(3, 3), new nn.PReLU()),
  BatchNorm1d: () => layers([4, 3], new nn.BatchNorm1d(3)),
  "BatchNorm1d, average of all batches": () => layers([4, 3, 2], new nn.BatchNorm1d(3, { momentum: null })),
  LayerNorm: () => layers([4, 3], new nn.LayerNorm([3])),
  RMSNorm: () => layers([4, 3], new nn.RMSNorm([3])),
  GroupNorm: () => layers([4, 6], new nn.GroupNorm(2, 6)),
  Dropout: () => layers([4, 3], new nn.Linear(3, 3), new nn.Dropout(0.5)),
  AlphaDropout: () => layers([4, 3], new nn.Linear(3, 3), new nn.AlphaDropout(0.5)),
  Embedding: () => {
    const layer = new nn.Embedding(5, 2, { paddingIdx: 0, maxNorm: 0.5, scaleGradByFreq: true });
    const places = indices();
    return () => layer(places).square().sum();
  },
  Softmax: () => layers([4, 3], new nn.Linear(3, 3), new nn.Softmax(1)),
  GLU: () => layers([4, 4], new nn.Linear(4, 4), new nn.GLU()),
};

const scores = (): Tensor => randn([4, 5], { requiresGrad: true });
const signs = (): Tensor => tensor([1, -1, -1, 1]);
const column = (): Tensor => randn([4], { requiresGrad: true });

const losses: Record<string, () => () => Tensor> = {
  MSELoss: () => pair(new nn.MSELoss(), scores(), rand([4, 5])),
  L1Loss: () => pair(new nn.L1Loss(), scores(), rand([4, 5])),
  SmoothL1Loss: () => pair(new nn.SmoothL1Loss(), scores(), rand([4, 5])),
  HuberLoss: () => pair(new nn.HuberLoss(), scores(), rand([4, 5])),
  CrossEntropyLoss: () => pair(new nn.CrossEntropyLoss({ ignoreIndex: 3 }), scores(), indices()),
  "CrossEntropyLoss, smooth": () =>
    pair(new nn.CrossEntropyLoss({ weight: rand([5]), labelSmoothing: 0.1 }), scores(), indices()),
  "CrossEntropyLoss of probabilities": () =>
    pair(new nn.CrossEntropyLoss(), scores(), rand([4, 5]).softmax(1)),
  NLLLoss: () => pair(new nn.NLLLoss({ weight: rand([5]) }), scores(), indices()),
  MultiMarginLoss: () => pair(new nn.MultiMarginLoss({ weight: rand([5]) }), scores(), indices()),
  BCELoss: () => pair(new nn.BCELoss(), rand([4], { requiresGrad: true }), rand([4])),
  BCEWithLogitsLoss: () => pair(new nn.BCEWithLogitsLoss({ posWeight: rand([5]) }), scores(), rand([4, 5])),
  SoftMarginLoss: () => pair(new nn.SoftMarginLoss(), column(), signs()),
  HingeEmbeddingLoss: () => pair(new nn.HingeEmbeddingLoss(), column(), signs()),
  KLDivLoss: () => pair(new nn.KLDivLoss({ reduction: "batchmean" }), scores(), rand([4, 5])),
  PoissonNLLLoss: () => pair(new nn.PoissonNLLLoss({ full: true }), scores(), rand([4, 5])),
  GaussianNLLLoss: () => {
    const [x, y, v] = [column(), rand([4]), rand([4])];
    return () => new nn.GaussianNLLLoss({ full: true })(x, y, v);
  },
  CosineEmbeddingLoss: () => {
    const [a, b, y] = [scores(), scores(), signs()];
    return () => new nn.CosineEmbeddingLoss()(a, b, y);
  },
  MarginRankingLoss: () => {
    const [a, b, y] = [column(), column(), signs()];
    return () => new nn.MarginRankingLoss()(a, b, y);
  },
  TripletMarginLoss: () => {
    const [a, b, c] = [scores(), scores(), scores()];
    return () => new nn.TripletMarginLoss({ swap: true })(a, b, c);
  },
};

const pair =
  (loss: (input: Tensor, target: Tensor) => Tensor, input: Tensor, target: Tensor): (() => Tensor) =>
  () =>
    loss(input, target);

describe.each(Object.entries({ ...forwards, ...losses }))("%s", (_name, make) => {
  test("gives the same loss while it is recorded, forward and backward, and reads no value", () => {
    const run = (watch: boolean): number => {
      manualSeed(3);
      const forward = make();
      const step = (): Tensor => {
        const loss = forward();
        if (loss.requiresGrad) loss.backward();
        return loss;
      };
      return (watch ? new WatchedRecording().run(step) : step()).item();
    };
    expect(run(true)).toBe(run(false));
  });
});

test("clipping gradients reads no value, unless an error depends on it", () => {
  const w = randn([3], { requiresGrad: true });
  w.square().sum().backward();
  const recording = new WatchedRecording();
  const norm = recording.run(() => {
    nn.utils.clipGradValue_(w, 0.5);
    return nn.utils.clipGradNorm_(w, 0.1);
  });
  expect(norm.item()).toBeGreaterThan(0.1);
  expect(w.grad?.norm().item()).toBeCloseTo(0.1, 5);
  expect(() => recording.run(() => nn.utils.clipGradNorm_(w, 1, { errorIfNonfinite: true }))).toThrow(
    "clipGradNorm_ with errorIfNonfinite reads the norm",
  );
});
