/** Training runs that between them use every kind of kernel, layer and optimizer; each gives its losses and weights as text. */
import { compile, manualSeed, nn, optim, rand, randint, randn, type Tensor } from "chainrule";
import { bitsOf } from "./numbers.ts";

export type DType = "float32" | "float64";

/** An optimizer, whatever its options are. */
interface Stepping {
  zeroGrad(): void;
  step(): unknown;
}

interface Run {
  readonly model: nn.Module;
  readonly optimizer: Stepping;
  readonly loss: (x: Tensor, y: Tensor) => Tensor;
  readonly batch: () => readonly [Tensor, Tensor];
  readonly schedule?: { step(): void };
}

const { functional: F } = nn;
const crossEntropy = new nn.CrossEntropyLoss();
const squares = new nn.MSELoss();

/** Batches of a classification with `features` and `classes`. */
const labelled = (rows: number, features: number, classes: number, dtype: DType) => () =>
  [randn([rows, features]).to(dtype), randint(0, classes, [rows])] as const;

const valued = (rows: number, features: number, outputs: number, dtype: DType) => () =>
  [randn([rows, features]).to(dtype), rand([rows, outputs]).to(dtype)] as const;

/** A classifier of the usual kind, by an optimizer of one's choice. */
function classifier(dtype: DType, optimizerOf: (params: Tensor[]) => Stepping): Run {
  const model = new nn.Sequential(
    new nn.Linear(13, 27),
    new nn.BatchNorm1d(27),
    new nn.GELU(),
    new nn.Dropout(0.25),
    new nn.Linear(27, 19),
    new nn.Tanh(),
    new nn.Linear(19, 5),
  ).to(dtype);
  return {
    model,
    optimizer: optimizerOf(model.parameters()),
    loss: (x, y) => crossEntropy(model(x), y),
    batch: labelled(22, 13, 5, dtype),
  };
}

/** A network with one activation after another. */
function activations(dtype: DType): Run {
  const between = [
    new nn.Sigmoid(),
    new nn.SiLU(),
    new nn.Softplus(),
    new nn.Mish(),
    new nn.ELU(),
    new nn.SELU(),
    new nn.LeakyReLU(),
    new nn.Hardswish(),
    new nn.GELU({ approximate: "tanh" }),
    new nn.Softmax(1),
    new nn.Tanhshrink(),
    new nn.LogSigmoid(),
  ];
  const layers = new nn.ModuleList(between.map(() => new nn.Linear(11, 11)));
  const model = new nn.ModuleDict({ layers }).to(dtype);
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
  const forward = (x: Tensor): Tensor =>
    between.reduce((h, activation, i) => activation(layers.at(i)(h) as Tensor).add(h), x);
  return {
    model,
    optimizer,
    loss: (x, y) => F.huberLoss(forward(x), y),
    batch: valued(9, 11, 11, dtype),
    schedule: new optim.CosineAnnealingLR(optimizer, 20),
  };
}

/** Embeddings, layer normalization, sums along a dimension by the host, noise, look-ups and a clipped gradient. */
function indices(dtype: DType): Run {
  const table = new nn.Embedding(17, 12);
  const norm = new nn.LayerNorm(12);
  const out = new nn.Linear(12, 4);
  const model = new nn.ModuleDict({ table, norm, out }).to(dtype);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01, amsgrad: true });
  const loss = (x: Tensor, y: Tensor): Tensor => {
    const h = norm(table(x)) as Tensor; // [rows, 6, 12]
    const noisy = h.cumsum(1).add(randn(h.shape).to(dtype).mul(0.1));
    const logits = out(noisy.mean(1).add(noisy.amax(1))) as Tensor;
    return crossEntropy(logits, y).add(logits.logsumexp(1).square().mean().mul(1e-3));
  };
  const batch = () => [randint(0, 17, [10, 6]), randint(0, 4, [10])] as const;
  return { model, optimizer, loss, batch, schedule: new optim.ExponentialLR(optimizer, 0.97) };
}

/** Products large enough for blocks and for several threads. */
function wide(dtype: DType): Run {
  const model = new nn.Sequential(
    new nn.Linear(301, 260),
    new nn.ReLU(),
    new nn.Linear(260, 130),
    new nn.ReLU(),
    new nn.Linear(130, 10),
  ).to(dtype);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9, nesterov: true });
  return {
    model,
    optimizer,
    loss: (x, y) => crossEntropy(model(x), y),
    batch: labelled(96, 301, 10, dtype),
    schedule: new optim.OneCycleLR(optimizer, 0.1, { totalSteps: 100 }),
  };
}

/** The lecture's network: products of a few elements. */
function narrow(dtype: DType): Run {
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1)).to(dtype);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
  return { model, optimizer, loss: (x, y) => squares(model(x), y), batch: valued(1, 2, 1, dtype) };
}

const withOptimizer = (make: (params: Tensor[]) => Stepping) => (dtype: DType) => classifier(dtype, make);

export const runs: Readonly<Record<string, (dtype: DType) => Run>> = {
  activations,
  indices,
  wide,
  narrow,
  Adam: withOptimizer((p) => new optim.Adam(p, { lr: 0.01, weightDecay: 1e-3 })),
  NAdam: withOptimizer((p) => new optim.NAdam(p, { lr: 0.01 })),
  RAdam: withOptimizer((p) => new optim.RAdam(p, { lr: 0.01 })),
  Adamax: withOptimizer((p) => new optim.Adamax(p, { lr: 0.01 })),
  Adagrad: withOptimizer((p) => new optim.Adagrad(p, { lr: 0.01 })),
  Adadelta: withOptimizer((p) => new optim.Adadelta(p)),
  RMSprop: withOptimizer((p) => new optim.RMSprop(p, { lr: 0.001, centered: true, momentum: 0.5 })),
  Rprop: withOptimizer((p) => new optim.Rprop(p)),
  ASGD: withOptimizer((p) => new optim.ASGD(p, { lr: 0.05, t0: 10 })),
};

export interface Outcome {
  readonly losses: string;
  readonly weights: string;
}

/** Trains for some steps by one compiled function. Between them the event loop turns, so that workers can come. */
export async function train(make: (dtype: DType) => Run, dtype: DType, strict: boolean): Promise<Outcome> {
  manualSeed(3);
  const { model, optimizer, loss, batch, schedule } = make(dtype);
  const step = compile(
    (x: Tensor, y: Tensor) => {
      const value = loss(x, y);
      optimizer.zeroGrad();
      value.backward();
      nn.utils.clipGradNorm_(model.parameters(), 1);
      optimizer.step();
      return value;
    },
    { strict },
  );
  const losses: string[] = [];
  for (let t = 0; t < 60; t++) {
    const [x, y] = batch();
    losses.push(bitsOf(step(x, y)));
    schedule?.step();
    if (t % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  step.dispose();
  const state = [...model.parameters(), ...model.buffers()];
  return { losses: losses.join(" "), weights: state.map(bitsOf).join("\n") };
}
