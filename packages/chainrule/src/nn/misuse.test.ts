/** What callers without types write is refused in words. */
import { expect, test } from "vitest";
import { nn, tensor, zeros } from "../index.ts";
import { thrown } from "../util/testing/thrown.ts";

type Loose = new (...given: unknown[]) => unknown;

/** Makes a layer or a loss of any arguments. */
const made = (name: keyof typeof nn, ...given: unknown[]): unknown => new (nn[name] as Loose)(...given);

const x = zeros([2, 3]);
const labels = tensor([0, 1], { dtype: "int32" });

test.each<[keyof typeof nn, unknown[], string]>([
  ["Linear", [2, 1, false], "Linear was given false where its options stand. Give options by name, of { bias, dtype }."],
  ["Linear", [2, 1, { useBias: false }], 'Linear has no option "useBias"'],
  ["Embedding", [2, 1, { padding_idx: 0 }], "Did you mean paddingIdx?"],
  ["BatchNorm1d", [2, 1e-3], "BatchNorm1d was given 0.001"],
  ["GroupNorm", [1, 2, { epsilon: 1 }], "Did you mean eps?"],
  ["LayerNorm", [2, { elementwise_affine: false }], "Did you mean elementwiseAffine?"],
  ["RMSNorm", [2, 1e-3], "RMSNorm was given 0.001"],
  ["Dropout", [{ prob: 0.5 }], 'Dropout has no option "prob"'],
  ["GELU", ["tanh"], 'GELU was given "tanh" where its options stand'],
  ["Softplus", [2], "Softplus was given 2"],
  ["Hardtanh", [0, 1], "Hardtanh was given 0"],
  ["LeakyReLU", [{ slope: 0.1 }], "There are { negativeSlope }"],
  ["PReLU", [{ num_parameters: 2 }], "Did you mean numParameters?"],
  ["MSELoss", ["sum"], 'MSELoss was given "sum" where its options stand'],
  ["MSELoss", [{ reduce: "sum" }], 'MSELoss has no option "reduce"'],
  ["HuberLoss", [2], "HuberLoss was given 2"],
  ["CrossEntropyLoss", [{ label_smoothing: 0.1 }], "Did you mean labelSmoothing?"],
  ["CrossEntropyLoss", [{ weight: [1, 2] }], "The weight of CrossEntropyLoss is an array. Make a tensor of it"],
  ["BCEWithLogitsLoss", [{ posWeight: 3 }], "The posWeight of BCEWithLogitsLoss is 3. Make a tensor of it"],
])("%s of %j", (name, given, message) => {
  expect(thrown(() => made(name, ...given)).message).toContain(message);
}); // biome-ignore format: a table

const losses = [
  "mseLoss", "l1Loss", "smoothL1Loss", "huberLoss", "crossEntropy", "nllLoss", "multiMarginLoss", "binaryCrossEntropy",
  "binaryCrossEntropyWithLogits", "softMarginLoss", "hingeEmbeddingLoss", "klDiv", "poissonNllLoss", "gaussianNllLoss",
  "cosineEmbeddingLoss", "marginRankingLoss", "tripletMarginLoss",
] as const; // biome-ignore format: a list of names

test.each(losses)("%s without a target, and of options in a place of their own", (name) => {
  const loss = nn.functional[name] as (...given: unknown[]) => unknown;
  expect(thrown(() => loss(x)).message).toMatch(
    new RegExp(`^${name} was given undefined as its \\w+\\. Give tensors`),
  );
  expect(thrown(() => loss(x, x, x, "sum")).message).toMatch(new RegExp(`${name} `));
});

test("losses as functions refuse weights and options as the modules do", () => {
  expect(thrown(() => nn.functional.mseLoss(x, x, "sum" as never)).message).toContain(
    'mseLoss was given "sum"',
  );
  const weight = [1, 2, 3] as never;
  expect(thrown(() => nn.functional.crossEntropy(x, labels, { weight })).message).toContain("is an array");
});

test("a model in place of its parameters is not clipped in silence", () => {
  const model = new nn.Linear(2, 1) as never;
  for (const clip of [nn.utils.clipGradNorm_, nn.utils.clipGradValue_])
    expect(thrown(() => clip(model, 1)).message).toContain("A Linear was given where parameters are needed");
});

test("a state that is none", () => {
  expect(thrown(() => new nn.Linear(2, 1).loadStateDict(undefined as never)).message).toContain(
    "was given undefined",
  );
});

test("an index that an embedding does not have is named by the layer", () => {
  const far = tensor([5], { dtype: "int32" });
  expect(thrown(() => new nn.Embedding(2, 2)(far)).where).toEqual(["Embedding", "embedding"]);
});
