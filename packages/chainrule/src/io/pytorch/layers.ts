import * as nn from "../../nn/index.ts";
import { type DType, Tensor } from "../../tensor/index.ts";
import { call, listOf, literal, type PythonValue, snakeCase } from "./python.ts";

/** Writes the expression that makes a module in Python. */
export type Write = (module: nn.Module) => string;

/** A class of Python that is not part of torch. */
export interface PyTorchClass {
  /** Its name in Python. */
  readonly name: string;
  /** Its definition. */
  readonly source: string;
}

/** How a class of modules is made in Python: an expression, and the class that it needs if torch has none. */
export interface Maker {
  readonly expression: (module: nn.Module, write: Write) => string;
  readonly needs?: (module: nn.Module) => PyTorchClass | undefined;
}

type ModuleClass = abstract new (...args: never[]) => nn.Module;

/** Ties a maker to the class whose instances it gets. */
function maker<M extends nn.Module>(
  type: abstract new (...args: never[]) => M,
  expression: (module: M, write: Write) => string,
  needs?: (module: M) => PyTorchClass | undefined,
): [ModuleClass, Maker] {
  return [type, { expression: expression as Maker["expression"], needs: needs as Maker["needs"] }];
}

/** Arguments by name, those alone that are not as torch has them anyway. */
const named = (
  values: Readonly<Record<string, PythonValue>>,
  defaults: Readonly<Record<string, PythonValue>> = {},
): string[] =>
  Object.entries(values)
    .filter(([name, value]) => defaults[name] !== value)
    .map(([name, value]) => `${snakeCase(name)}=${literal(value)}`);

/** A layer that takes no arguments. */
const bare = <M extends nn.Module>(type: abstract new (...args: never[]) => M): [ModuleClass, Maker] =>
  maker(type, (module) => `nn.${module.scopeKind()}()`);

const torchTypes: Readonly<Record<DType, string>> = {
  float32: "torch.float32",
  float64: "torch.float64",
  int32: "torch.int32",
  bool: "torch.bool",
};

/** Zeros in the shape of a tensor, which its state replaces. */
const placeholder = ({ shape, dtype }: Tensor): string => {
  const sizes = literal(shape);
  return dtype === "float32" ? `torch.zeros(${sizes})` : `torch.zeros(${sizes}, dtype=${torchTypes[dtype]})`;
};

const parameter = (p: nn.Parameter): string => `nn.Parameter(${placeholder(p)})`;

/** A loss: its options by name, tensors among them as places for the state. */
const loss = <M extends nn.Module & { readonly given: object }>(
  type: abstract new (...args: never[]) => M,
): [ModuleClass, Maker] =>
  maker(type, (module) => {
    const args = Object.entries(module.given as Record<string, PythonValue | Tensor | undefined>)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) =>
        value instanceof Tensor
          ? `${snakeCase(name)}=${placeholder(value)}`
          : `${snakeCase(name)}=${literal(value as PythonValue)}`,
      );
    return call(`nn.${module.scopeKind()}`, args);
  });

const rmsNorm: PyTorchClass = {
  name: "RMSNorm",
  source: `class RMSNorm(nn.Module):
    """y = x / sqrt(mean(x^2) + eps) * weight, as torch.nn.RMSNorm of PyTorch 2.4."""

    def __init__(self, shape, eps=None, affine=True):
        super().__init__()
        self.dims = tuple(range(-len(shape), 0))
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(shape)) if affine else None

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x * torch.rsqrt(x.pow(2).mean(self.dims, keepdim=True) + eps)
        return y if self.weight is None else y * self.weight`,
};

const layerNormWithoutBias: PyTorchClass = {
  name: "LayerNormWithoutBias",
  source: `class LayerNormWithoutBias(nn.Module):
    """Layer normalization with a weight alone, as torch.nn.LayerNorm(bias=False) of PyTorch 2.1."""

    def __init__(self, shape, eps=1e-5):
        super().__init__()
        self.shape = shape
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(shape))

    def forward(self, x):
        return nn.functional.layer_norm(x, self.shape, self.weight, None, self.eps)`,
};

const hasNoBias = (module: nn.LayerNorm): boolean => module.elementwiseAffine && module.bias === null;

/** Named parts as a dict of Python. */
const dictOf = (entries: readonly (readonly [name: string, part: string])[]): string =>
  `{\n${entries.map(([name, part]) => `${literal(name)}: ${part},`.replace(/^(?=.)/gm, "    ")).join("\n")}\n}`;

function sequential(module: nn.Sequential, write: Write): string {
  const parts = module.ownModules();
  if (parts.every(([name], i) => name === String(i)))
    return call(
      "nn.Sequential",
      parts.map(([, part]) => write(part)),
      { lines: true },
    );
  return `nn.Sequential(OrderedDict(${dictOf(parts.map(([name, part]) => [name, write(part)]))}))`;
}

/** How every module of `nn` is made in PyTorch. */
export const makers: ReadonlyMap<ModuleClass, Maker> = new Map<ModuleClass, Maker>([
  maker(nn.Sequential, sequential),
  maker(
    nn.ModuleList,
    (m, write) => `nn.ModuleList(${listOf(m.ownModules().map(([, part]) => write(part)))})`,
  ),
  maker(
    nn.ModuleDict,
    (m, write) => `nn.ModuleDict(${dictOf(m.ownModules().map(([name, part]) => [name, write(part)]))})`,
  ),
  maker(nn.ParameterList, (m) => `nn.ParameterList(${listOf([...m].map(parameter))})`),
  maker(
    nn.ParameterDict,
    (m) => `nn.ParameterDict(${dictOf([...m].map(([name, p]) => [name, parameter(p)]))})`,
  ),
  maker(nn.Linear, (m) =>
    call("nn.Linear", [
      `${m.inFeatures}`,
      `${m.outFeatures}`,
      ...named({ bias: m.bias !== null }, { bias: true }),
    ]),
  ),
  maker(nn.Bilinear, (m) =>
    call("nn.Bilinear", [
      `${m.in1Features}`,
      `${m.in2Features}`,
      `${m.outFeatures}`,
      ...named({ bias: m.bias !== null }, { bias: true }),
    ]),
  ),
  maker(nn.Embedding, ({ numEmbeddings, embeddingDim, paddingIdx, maxNorm, normType, scaleGradByFreq }) =>
    call("nn.Embedding", [
      `${numEmbeddings}`,
      `${embeddingDim}`,
      ...named(
        { paddingIdx, maxNorm, normType, scaleGradByFreq },
        { paddingIdx: null, maxNorm: null, normType: 2, scaleGradByFreq: false },
      ),
    ]),
  ),
  maker(nn.BatchNorm1d, ({ numFeatures, eps, momentum, affine, trackRunningStats }) =>
    call("nn.BatchNorm1d", [
      `${numFeatures}`,
      ...named(
        { eps, momentum, affine, trackRunningStats },
        { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStats: true },
      ),
    ]),
  ),
  maker(nn.GroupNorm, ({ numGroups, numChannels, eps, affine }) =>
    call("nn.GroupNorm", [
      `${numGroups}`,
      `${numChannels}`,
      ...named({ eps, affine }, { eps: 1e-5, affine: true }),
    ]),
  ),
  maker(
    nn.LayerNorm,
    (m) => {
      const { normalizedShape, eps, elementwiseAffine } = m;
      const shape = literal(normalizedShape);
      if (hasNoBias(m)) return call("LayerNormWithoutBias", [shape, ...named({ eps }, { eps: 1e-5 })]);
      return call("nn.LayerNorm", [
        shape,
        ...named({ eps, elementwiseAffine }, { eps: 1e-5, elementwiseAffine: true }),
      ]);
    },
    (m) => (hasNoBias(m) ? layerNormWithoutBias : undefined),
  ),
  maker(
    nn.RMSNorm,
    ({ normalizedShape, eps, elementwiseAffine: affine }) =>
      call("RMSNorm", [literal(normalizedShape), ...named({ eps, affine }, { eps: null, affine: true })]),
    () => rmsNorm,
  ),
  maker(nn.Dropout, ({ p }) => `nn.Dropout(${literal(p)})`),
  maker(nn.AlphaDropout, ({ p }) => `nn.AlphaDropout(${literal(p)})`),
  maker(nn.PReLU, (m) => call("nn.PReLU", named({ numParameters: m.slopes }, { numParameters: 1 }))),
  maker(nn.LeakyReLU, (m) => `nn.LeakyReLU(${literal(m.negativeSlope)})`),
  maker(nn.ELU, ({ alpha }) => call("nn.ELU", named({ alpha }, { alpha: 1 }))),
  maker(nn.CELU, ({ alpha }) => call("nn.CELU", named({ alpha }, { alpha: 1 }))),
  maker(nn.Hardtanh, ({ minVal, maxVal }) =>
    call("nn.Hardtanh", named({ minVal, maxVal }, { minVal: -1, maxVal: 1 })),
  ),
  maker(nn.Threshold, ({ threshold, value }) => `nn.Threshold(${literal(threshold)}, ${literal(value)})`),
  maker(nn.Hardshrink, ({ lambd }) => `nn.Hardshrink(${literal(lambd)})`),
  maker(nn.Softshrink, ({ lambd }) => `nn.Softshrink(${literal(lambd)})`),
  maker(nn.GELU, ({ approximate }) => call("nn.GELU", named({ approximate }, { approximate: "none" }))),
  maker(nn.Softplus, ({ beta, threshold }) =>
    call("nn.Softplus", named({ beta, threshold }, { beta: 1, threshold: 20 })),
  ),
  maker(nn.Softmax, ({ dim }) => `nn.Softmax(dim=${dim})`),
  maker(nn.Softmin, ({ dim }) => `nn.Softmin(dim=${dim})`),
  maker(nn.LogSoftmax, ({ dim }) => `nn.LogSoftmax(dim=${dim})`),
  maker(nn.GLU, ({ dim }) => `nn.GLU(dim=${dim})`),
  maker(nn.Flatten, ({ startDim, endDim }) =>
    call("nn.Flatten", named({ startDim, endDim }, { startDim: 1, endDim: -1 })),
  ),
  maker(nn.Unflatten, (m) => `nn.Unflatten(${m.dim}, ${literal(m.unflattenedSize)})`),
  bare(nn.Identity),
  bare(nn.ReLU),
  bare(nn.ReLU6),
  bare(nn.SELU),
  bare(nn.Hardsigmoid),
  bare(nn.Hardswish),
  bare(nn.SiLU),
  bare(nn.Mish),
  bare(nn.Sigmoid),
  bare(nn.LogSigmoid),
  bare(nn.Tanh),
  bare(nn.Softsign),
  bare(nn.Tanhshrink),
  loss(nn.MSELoss),
  loss(nn.L1Loss),
  loss(nn.SmoothL1Loss),
  loss(nn.HuberLoss),
  loss(nn.CrossEntropyLoss),
  loss(nn.NLLLoss),
  loss(nn.MultiMarginLoss),
  loss(nn.BCELoss),
  loss(nn.BCEWithLogitsLoss),
  loss(nn.SoftMarginLoss),
  loss(nn.HingeEmbeddingLoss),
  loss(nn.KLDivLoss),
  loss(nn.PoissonNLLLoss),
  loss(nn.GaussianNLLLoss),
  loss(nn.CosineEmbeddingLoss),
  loss(nn.MarginRankingLoss),
  loss(nn.TripletMarginLoss),
]);
