/**
 * Where activations flatten: the largest slope max |f'|, and whether f becomes flat on one side, as rectifiers do, or on both, as bounded
 * functions do. By the op's name, or by the layer's kind where a layer is made of several ops. What never flattens is named without sides.
 */
export interface Flatness {
  readonly sides: 0 | 1 | 2;
  readonly steepest: number;
}

const never: Flatness = { sides: 0, steepest: 1 };
const rectifier: Flatness = { sides: 1, steepest: 1 };
const bounded: Flatness = { sides: 2, steepest: 1 };

export const opActivations: Readonly<Record<string, Flatness>> = {
  relu: rectifier,
  elu: rectifier,
  gelu: rectifier,
  geluTanh: rectifier,
  silu: rectifier,
  mish: rectifier,
  softplus: rectifier,
  logSigmoid: rectifier,
  leakyRelu: never,
  prelu: never,
  tanh: bounded,
  // σ' = σ (1 − σ) is ¼ at 0.
  sigmoid: { sides: 2, steepest: 0.25 },
};

export const layerActivations: Readonly<Record<string, Flatness>> = {
  ReLU6: rectifier,
  Threshold: rectifier,
  Hardswish: rectifier,
  Hardtanh: bounded,
  Softsign: bounded,
  Hardsigmoid: { sides: 2, steepest: 1 / 6 },
  GLU: never,
  Hardshrink: never,
  Softshrink: never,
  Tanhshrink: never,
};
