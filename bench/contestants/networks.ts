/** The workloads in chainrule, for every engine. */
import {
  compile,
  manualSeed,
  nn,
  noGrad,
  optim,
  rand,
  randint,
  randn,
  setNumThreads,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import type { Make, Run } from "../timing.ts";
import { type Inference, type Training, type Workload, xor } from "../workloads.ts";

type Step = (...inputs: Tensor[]) => Tensor;

/** Compiles a step, or leaves it. */
export type Prepare = <F extends Step>(step: F) => F;

const activations = { ReLU: nn.ReLU, tanh: nn.Tanh, GELU: nn.GELU };

function network({ widths, activation }: Training | Inference): nn.Sequential {
  const layers = widths.slice(1).flatMap((width, i): nn.Layer[] => {
    const layer = new nn.Linear(widths[i], width);
    return i + 2 < widths.length ? [layer, new activations[activation]()] : [layer];
  });
  return new nn.Sequential(...layers);
}

function training(workload: Training, prepare: Prepare): Run {
  const { widths, batch, batches, loss: lossName, lr } = workload;
  const model = network(workload);
  const optimizer = new optim[workload.optimizer](model.parameters(), { lr });
  const lossFn = lossName === "MSE" ? new nn.MSELoss() : new nn.CrossEntropyLoss();
  const outputs = widths[widths.length - 1];
  const target = (): Tensor => (lossName === "MSE" ? randn([batch, outputs]) : randint(0, outputs, [batch]));
  const pool =
    workload.data === "xor"
      ? [[tensor(xor.inputs), tensor(xor.targets)]]
      : Array.from({ length: batches }, () => [randn([batch, widths[0]]), target()]);
  const step = prepare((x: Tensor, y: Tensor): Tensor => {
    const loss = lossFn(model(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  let next = 0;
  return () => {
    const [x, y] = pool[next];
    next = (next + 1) % pool.length;
    return step(x, y).item();
  };
}

function inference(workload: Inference, prepare: Prepare): Run {
  const model = network(workload);
  model.eval();
  const forward = prepare((x: Tensor): Tensor => model(x));
  const pool = Array.from({ length: workload.batches }, () => randn([workload.batch, workload.widths[0]]));
  let next = 0;
  return () => {
    const x = pool[next];
    next = (next + 1) % pool.length;
    noGrad(() => forward(x));
    return undefined;
  };
}

/** Into a matrix that is there already, on all sides: a fresh one for each result would measure the allocation of memory. */
function product(n: number, prepare: Prepare): Run {
  const [a, b, out] = [rand([n, n]), rand([n, n]), zeros([n, n])];
  const multiply = prepare((left: Tensor, right: Tensor): Tensor => out.copy_(left.matmul(right)).at(0, 0));
  return () => {
    multiply(a, b);
    return undefined;
  };
}

/** Makes workloads ready to run, compiled or eager, on so many threads. */
export function maker(mode: string, threads: number): Make {
  setNumThreads(threads);
  return makerBy((step) => (mode === "eager" ? step : compile(step)));
}

/** Makes workloads ready to run, their steps prepared in one's own way. */
export function makerBy(prepare: Prepare): Make {
  return (workload: Workload) => {
    manualSeed(0);
    if (workload.task === "training") return training(workload, prepare);
    return workload.task === "inference" ? inference(workload, prepare) : product(workload.n, prepare);
  };
}
