import { cat, enableGrad, noGrad, recording, Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { withDefaults } from "../util/options.ts";
import { shown } from "../util/wording.ts";
import { strongWolfe } from "./line-search.ts";
import {
  type Coefficients,
  type CommonOptions,
  checkRange,
  Optimizer,
  type OptimizerStateDict,
  type ParamGroup,
  type ParamState,
  type Params,
  zerosFor,
} from "./optimizer.ts";

/** Options of {@link LBFGS}; there is no weight decay. */
export interface LBFGSOptions {
  /** Step length, or the first one that the line search tries. Default 1. */
  lr: number;
  /** Most iterations in one `step`. Default 20. */
  maxIter: number;
  /** Most evaluations of the closure in one `step`. Default 1.25 · maxIter. */
  maxEval: number;
  /** Stop when no component of the gradient is larger. Default 1e-7. */
  toleranceGrad: number;
  /** Stop when loss and parameters change by less. Default 1e-9. */
  toleranceChange: number;
  /** How many past steps describe the curvature. Default 100. */
  historySize: number;
  /** "strongWolfe" searches along each direction; null takes steps of length `lr`. Default null. */
  lineSearchFn: "strongWolfe" | null;
}

/** Where one `step` left off, so that the next one continues. */
interface Progress {
  iterations: number;
  evaluations: number;
  direction: Tensor;
  t: number;
  gradient: Tensor;
  /** Past differences of gradients y and of positions s, with 1 / yᵀs, oldest first. */
  history: { y: Tensor; s: Tensor; rho: number }[];
  scale: number;
}

/**
 * Limited-memory BFGS: a quasi-Newton method for full batches, whose direction comes from the last steps. `step` needs a
 * closure that clears gradients, computes the loss, calls `backward()` and returns the loss. One group of parameters only.
 * As `torch.optim.LBFGS`; Nocedal and Wright, Numerical Optimization (2006), algorithm 7.4.
 *
 * Defaults: lr 1, maxIter 20, historySize 100, no line search.
 *
 * @throws ChainruleError `argument` for several groups, and for a step without a closure, `record` for a step in a compiled function
 *
 * @example
 * // Rosenbrock's valley, whose lowest point is [1, 1]
 * const w = tensor([-1, 2], { requiresGrad: true });
 * const optimizer = new optim.LBFGS([w], { lineSearchFn: "strongWolfe", maxIter: 50 });
 * const before = optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const [a, b] = [w.select(0, 0), w.select(0, 1)];
 *   const loss = a.neg().add(1).square().add(b.sub(a.square()).square().mul(100));
 *   loss.backward();
 *   return loss;
 * });
 * before.item(); // → 104
 * w.detach(); // → tensor([1.0000, 1.0000])
 */
export class LBFGS extends Optimizer<LBFGSOptions & CommonOptions> {
  #progress: Progress | null = null;

  constructor(params: Params<LBFGSOptions>, options: Partial<LBFGSOptions> = {}) {
    const maxIter = options.maxIter ?? 20;
    const defaults: LBFGSOptions = {
      lr: 1,
      maxIter,
      maxEval: Math.floor((maxIter * 5) / 4),
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
    };
    const all = withDefaults("LBFGS", options, defaults);
    super(params as Params<LBFGSOptions & CommonOptions>, { ...all, weightDecay: 0, maximize: false });
    if (this.paramGroups.length > 1) {
      throw new ChainruleError(
        "argument",
        "LBFGS has one direction for all parameters.",
        "Give it a single group.",
      );
    }
  }

  protected check(group: ParamGroup<LBFGSOptions>): void {
    checkRange("maxIter", group.maxIter, 1);
    checkRange("maxEval", group.maxEval, 1);
    checkRange("historySize", group.historySize, 1);
    if (group.lineSearchFn !== null && group.lineSearchFn !== "strongWolfe") {
      throw new ChainruleError(
        "argument",
        `There is no line search "${String(group.lineSearchFn)}".`,
        'Use "strongWolfe" or null.',
      );
    }
  }

  protected initialState(): Omit<ParamState, "step"> {
    return {};
  }

  protected coefficients(): Coefficients {
    return {};
  }

  protected update(): void {}

  override step(closure?: undefined): never;
  override step(closure: () => Tensor): Tensor;
  override step(closure?: () => Tensor): Tensor {
    if (!closure) {
      throw new ChainruleError(
        "argument",
        "LBFGS evaluates the loss several times in one step.",
        "Pass a closure: step(() => loss).",
      );
    }
    if (recording) {
      throw new ChainruleError(
        "record",
        "A step of LBFGS cannot be compiled: how often it evaluates the loss depends on the loss.",
        "Compile the closure with { keepGrads: true }, and pass the compiled function to step().",
      );
    }
    return noGrad(() => this.iterate(() => checkLoss(enableGrad(closure))));
  }

  /**
   * State and options; the curvature that was learned stands with the first parameter, history oldest first. Unlike the state of
   * other optimizers, it stays as it is when the optimizer goes on.
   */
  override stateDict(): OptimizerStateDict {
    const dict = super.stateDict();
    const progress = this.#progress;
    if (!progress) return dict;
    const { iterations, evaluations, direction, t, gradient, history, scale } = progress;
    const state: ParamState = { step: iterations, evaluations, direction, t, gradient, scale };
    history.forEach(({ y, s, rho }, i) => {
      Object.assign(state, { [`y${i}`]: y, [`s${i}`]: s, [`rho${i}`]: rho });
    });
    return { ...dict, state: { 0: state } };
  }

  override loadStateDict(dict: OptimizerStateDict): void {
    super.loadStateDict({ ...dict, state: {} });
    const state = dict.state[0];
    this.#progress = null;
    if (!state) return;
    const vector = (name: string): Tensor => (state[name] as Tensor).clone();
    const history: Progress["history"] = [];
    for (let i = 0; `y${i}` in state; i++) {
      history.push({ y: vector(`y${i}`), s: vector(`s${i}`), rho: state[`rho${i}`] as number });
    }
    this.#progress = {
      iterations: state.step,
      evaluations: state.evaluations as number,
      direction: vector("direction"),
      t: state.t as number,
      gradient: vector("gradient"),
      history,
      scale: state.scale as number,
    };
  }

  private iterate(closure: () => Tensor): Tensor {
    const group = this.paramGroups[0];
    const first = closure();
    let loss = first.item();
    let gradient = this.flatGradient();
    let evaluations = 1;
    const settled = (): boolean => largest(gradient) <= group.toleranceGrad;
    const progress: Progress = this.#progress ?? {
      iterations: 0, evaluations: 0, direction: gradient, t: group.lr, gradient, history: [], scale: 1,
    }; // biome-ignore format: a record of starting values
    if (settled()) return first;

    for (let n = 1; n <= group.maxIter; n++) {
      progress.iterations++;
      const fresh = progress.iterations === 1;
      if (!fresh) learn(progress, gradient, group.historySize);
      progress.direction = fresh ? gradient.neg() : newtonDirection(progress, gradient);
      progress.gradient = gradient;
      const before = loss;
      progress.t = fresh ? Math.min(1, 1 / gradient.abs().sum().item()) * group.lr : group.lr;
      const slope = gradient.dot(progress.direction).item();
      if (slope > -group.toleranceChange) break;

      if (group.lineSearchFn === "strongWolfe") {
        const { direction } = progress;
        const start = group.params.map((p) => p.clone());
        const found = strongWolfe(
          (t) => {
            this.walk(t, direction);
            const value = closure().item();
            const at = this.flatGradient();
            group.params.forEach((p, i) => void p.copy_(start[i]));
            return { t, loss: value, slope: at.dot(direction).item(), gradient: at };
          },
          { t: 0, loss, slope, gradient },
          progress.t,
          largest(direction),
          group.toleranceChange,
        );
        ({ loss, gradient, t: progress.t } = found.point);
        evaluations += found.evaluations;
        this.walk(progress.t, direction);
      } else {
        this.walk(progress.t, progress.direction);
        if (n < group.maxIter) {
          loss = closure().item();
          gradient = this.flatGradient();
          evaluations++;
        }
      }
      if (evaluations >= group.maxEval || settled()) break;
      if (largest(progress.direction) * progress.t <= group.toleranceChange) break;
      if (Math.abs(loss - before) < group.toleranceChange) break;
    }
    progress.evaluations += evaluations;
    this.#progress = progress;
    return first;
  }

  /** All gradients in one vector; zeros for parameters without one. */
  private flatGradient(): Tensor {
    return cat(this.paramGroups[0].params.map((p) => (p.grad ?? zerosFor(p)).reshape([-1])));
  }

  /** Moves all parameters by t along the direction. */
  private walk(t: number, direction: Tensor): void {
    let at = 0;
    for (const p of this.paramGroups[0].params) {
      p.add_(direction.narrow(0, at, p.numel).reshape(p.shape), { alpha: t });
      at += p.numel;
    }
  }
}

function checkLoss(loss: Tensor): Tensor {
  if (loss instanceof Tensor) return loss;
  throw new ChainruleError(
    "argument",
    `The closure of LBFGS returned ${shown(loss)}.`,
    "End it by: return loss.",
  );
}

/** Remembers the curvature along the last step, unless it is too small to be trusted. */
function learn(progress: Progress, gradient: Tensor, historySize: number): void {
  const y = gradient.sub(progress.gradient);
  const s = progress.direction.mul(progress.t);
  const ys = y.dot(s).item();
  if (!(ys > 1e-10)) return;
  if (progress.history.length === historySize) progress.history.shift();
  progress.history.push({ y, s, rho: 1 / ys });
  progress.scale = ys / y.dot(y).item();
}

/** −H g, where the inverse Hessian H is described by the history: the two-loop recursion. */
function newtonDirection({ history, scale }: Progress, gradient: Tensor): Tensor {
  const q = gradient.neg();
  const alphas = new Array<number>(history.length);
  for (let i = history.length - 1; i >= 0; i--) {
    const { y, s, rho } = history[i];
    alphas[i] = s.dot(q).item() * rho;
    q.add_(y, { alpha: -alphas[i] });
  }
  q.mul_(scale);
  history.forEach(({ y, s, rho }, i) => {
    q.add_(s, { alpha: alphas[i] - y.dot(q).item() * rho });
  });
  return q;
}

const largest = (x: Tensor): number => x.abs().amax().item();
