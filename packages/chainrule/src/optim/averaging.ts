/** Averages of weights over the steps or epochs of training: `torch.optim.swa_utils`. */
import { isFloating, live, noGrad, sameShape, type Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { withDefaults } from "../util/options.ts";
import { checkRange } from "./optimizer.ts";

/**
 * How weights are averaged: "swa" takes the mean of all that were seen (Izmailov et al., UAI 2018), "ema" lets what was seen before
 * fade by `decay` at each update (Polyak and Juditsky, 1992).
 */
export type Averaging = { readonly kind: "swa" } | { readonly kind: "ema"; readonly decay: number };

/** Throws unless a way of averaging exists. */
export function checkAveraging(averaging: Averaging): void {
  if (averaging?.kind === "ema") checkRange("decay", averaging.decay, 0, 1);
  else if (averaging?.kind !== "swa") {
    const { kind } = (averaging ?? {}) as { kind?: unknown };
    throw new ChainruleError(
      "argument",
      `There is no average of kind "${String(kind)}".`,
      'Give { kind: "swa" } or { kind: "ema", decay: 0.999 }.',
    );
  }
}

/**
 * Moves averages towards weights, in place: a ← (1 − s)·a + s·w. The share s of the new weights is 1 at the first of all updates,
 * then 1/(n + 1) after n updates for "swa" and 1 − decay for "ema".
 *
 * @param count how many updates there were before; a compiled step asks at each run
 */
export function moveAverages(
  averages: readonly Tensor[],
  weights: readonly Tensor[],
  averaging: Averaging,
  count: () => number,
): void {
  noGrad(() => {
    const { kept, fresh } = live(() => {
      const n = count();
      const share = n === 0 || averaging.kind === "swa" ? 1 / (n + 1) : 1 - averaging.decay;
      return { kept: 1 - share, fresh: share };
    });
    averages.forEach((average, i) => void average.mul_(kept).add_(weights[i], { alpha: fresh }));
  });
}

/** What can be averaged: an `nn.Module`. */
export interface Averageable {
  /** The learned tensors, in a fixed order. */
  parameters(): Tensor[];
  /** The tensors that are not learned, such as running moments, in a fixed order. */
  buffers(): Tensor[];
  /** A copy that shares no tensor with it. */
  clone(): this;
  /** Parameters and buffers by name, each name after the prefix (default none). */
  stateDict(prefix?: string): Record<string, Tensor>;
  /** Copies the values of {@link stateDict} into it. */
  loadStateDict(state: Readonly<Record<string, Tensor>>): unknown;
}

/**
 * A copy of a model, in `module`, whose weights are the average of those that `updateParameters` was shown; as
 * `torch.optim.swa_utils.AveragedModel`. Buffers, such as the running moments of batch normalization, are copied from the model
 * at each update, or averaged like the weights with `useBuffers`. (Moments of other weights do not fit the averaged ones: after
 * "swa", bring them up to date by `updateBatchNorm` of `chainrule/train`.) `fit` averages by itself: see its option `average`.
 *
 * @throws ChainruleError `argument` for another kind of average, and for a decay outside of [0, 1)
 *
 * @example
 * const model = new nn.Linear(1, 1, { bias: false });
 * const averaged = new optim.AveragedModel(model, { kind: "ema", decay: 0.75 });
 * for (const w of [1, 2, 3]) {
 *   nn.init.constant_(model.weight, w); // a training step
 *   averaged.updateParameters(model);
 * }
 * averaged.module.weight.detach(); // → tensor([[1.6875]])
 */
export class AveragedModel<M extends Averageable> {
  /** The copy that has the averages for its weights. Before the first update they are the model's own. */
  readonly module: M;
  /** How weights are averaged. */
  readonly averaging: Averaging;
  /** Whether buffers of floating numbers are averaged too, rather than copied. */
  readonly useBuffers: boolean;
  #count = 0;

  /**
   * @param model - whose weights the copy begins with
   * @param averaging - default `{ kind: "swa" }`
   * @param options.useBuffers - average buffers of floating numbers too. Default false.
   */
  constructor(model: M, averaging: Averaging = { kind: "swa" }, options: { useBuffers?: boolean } = {}) {
    checkAveraging(averaging);
    const { useBuffers } = withDefaults("AveragedModel", options, { useBuffers: false });
    this.module = model.clone();
    this.averaging = averaging;
    this.useBuffers = useBuffers;
  }

  /** How many updates there were: PyTorch's `n_averaged`. */
  get numAveraged(): number {
    return this.#count;
  }

  /**
   * Takes in the weights of a model of the same form.
   *
   * @throws ChainruleError `argument` for a model of other parameters or buffers
   */
  updateParameters(model: M): void {
    const own = [...this.module.parameters(), ...this.module.buffers()];
    const seen = [...model.parameters(), ...model.buffers()].map((t) => t.detach());
    if (seen.length !== own.length || seen.some((t, i) => !sameShape(t.shape, own[i].shape))) {
      throw new ChainruleError(
        "argument",
        "The model has other parameters or buffers than the averaged one.",
        "Give the model that AveragedModel was made of.",
      );
    }
    const weights = this.module.parameters().length;
    const averages = own.map((t, i) => i < weights || (this.useBuffers && isFloating(t.dtype)));
    const chosen = <T>(list: readonly T[]): T[] => list.filter((_, i) => averages[i]);
    moveAverages(chosen(own), chosen(seen), this.averaging, () => this.#count);
    noGrad(() => own.forEach((t, i) => void (averages[i] || t.copy_(seen[i]))));
    this.#count++;
  }

  /** The averaged model's state and the number of updates. Tensors are shared with it. */
  stateDict(): { numAveraged: number; module: Record<string, Tensor> } {
    return { numAveraged: this.#count, module: this.module.stateDict() };
  }

  /** Continues from {@link stateDict}. */
  loadStateDict(state: { numAveraged: number; module: Readonly<Record<string, Tensor>> }): void {
    this.module.loadStateDict(state.module);
    this.#count = state.numAveraged;
  }
}
