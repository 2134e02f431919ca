/** What training may do to a batch before its step: `fit`'s option `transform`. */
import {
  defaultGenerator,
  draws,
  type Generator,
  isFloating,
  randnLike,
  randperm,
  Tensor,
} from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import type { Batch } from "./batches.ts";
import { checkNumber, checkWhole } from "./checking.ts";

/** Gives a batch in place of another; the first `inputs` tensors are the model's inputs, and the target follows. */
export type BatchTransform = <B extends Batch>(batch: B, inputs: number) => B;

interface ChosenInputs {
  /** Positions of the inputs that it changes. Default: all of floating numbers, so that codes of an embedding stay as they are. */
  inputs?: readonly number[];
  /**
   * Where to draw from. Default: the default generator. Name another one in `generators` of `fit`, so that checkpoints keep its
   * state.
   */
  generator?: Generator;
}

/** Options of {@link mixup}. */
export interface MixupOptions extends ChosenInputs {
  /** Both parameters of the beta distribution that shares are drawn from: the smaller, the closer they are to 0 and 1. */
  alpha: number;
  /**
   * The number of classes, where targets are labels: they become probabilities [n, classes], as `nn.CrossEntropyLoss` takes them.
   * Without it, targets are floating numbers.
   */
  classes?: number;
}

/**
 * Mixes each row of a batch with another one, inputs and target alike: x ← λ·x + (1 − λ)·x[π] with a permutation π and one λ of
 * Beta(alpha, alpha) for the batch. Zhang et al., ICLR 2018. λ is the larger of both shares: the row itself always has it, so that
 * inputs that are not mixed, and what follows the target, are those of the row that counts most.
 *
 * Targets are labels (int32 [n], with `classes`) or numbers.
 *
 * @throws ChainruleError `argument` for an alpha below 0, and when it is used, for an input that is not there or no floating number;
 * `dtype` for labels without `classes`, `index` for a label that is none of them
 *
 * @example
 * const transform = mixup({ alpha: 1, classes: 2 }); // for fit(model, { …, transform })
 * const batch = [tensor([[0], [10]]), tensor([0, 1], { dtype: "int32" })];
 * const [x, y] = transform(batch, 1);
 * x; // → tensor([[0.9297], [9.0703]])
 * y; // → tensor([[0.9070, 0.0930], [0.0930, 0.9070]])
 * mixup({ alpha: 1 })(batch, 1); // throws dtype: mixup was given int32 targets
 */
export function mixup(options: MixupOptions): BatchTransform {
  const { alpha, classes, generator = defaultGenerator } = options;
  checkNumber("mixup's alpha", alpha, 0);
  if (classes !== undefined) checkWhole("mixup's classes", classes, 1);
  return (batch, inputs) => {
    const given = batch[inputs];
    const target = classes === undefined ? given : probabilitiesOf(given, classes);
    if (!isFloating(target.dtype)) {
      throw new ChainruleError(
        "dtype",
        `mixup was given ${target.dtype} targets.`,
        "Say how many classes there are: mixup({ alpha, classes }), or give targets as float32.",
      );
    }
    const drawn = alpha === 0 ? 1 : draws.beta(generator, alpha, alpha);
    const share = Math.max(drawn, 1 - drawn);
    const order = randperm(target.shape[0], { generator });
    const mixed = (x: Tensor): Tensor => x.mul(share).add(x.indexSelect(0, order), { alpha: 1 - share });
    return replaced(batch, inputs, options, mixed, mixed(target));
  };
}

/** Labels as probabilities that are 0 and 1; probabilities stay what they are. */
function probabilitiesOf(target: Tensor, classes: number): Tensor {
  if (isFloating(target.dtype) && target.ndim === 2) return target;
  return target.oneHot(classes).to("float32");
}

/** Options of {@link noise}. */
export interface NoiseOptions extends ChosenInputs {
  /** Standard deviation of what is added, in the units of the inputs. */
  std: number;
}

/**
 * Adds normal numbers to inputs: x ← x + std·ε. Targets stay. C. M. Bishop, Neural Computation 7 (1995).
 *
 * @throws ChainruleError `argument` for an std below 0, and when it is used, for an input that is not there or no floating number
 *
 * @example
 * const transform = noise({ std: 0.1 }); // for fit(model, { …, transform })
 * const [x, y] = transform([tensor([[1, 2]]), tensor([[3]])], 1);
 * x; // → tensor([[1.1541, 1.9707]])
 * y; // → tensor([[3.]])
 */
export function noise(options: NoiseOptions): BatchTransform {
  const { std, generator } = options;
  checkNumber("noise's std", std, 0);
  const added = (x: Tensor): Tensor => x.add(randnLike(x, { generator }), { alpha: std });
  return (batch, inputs) => replaced(batch, inputs, options, added, batch[inputs]);
}

/**
 * One transform after the other, the first one first.
 *
 * @example
 * const transform = compose(noise({ std: 0.1 }), mixup({ alpha: 0.2, classes: 10 }));
 * const [x, y] = transform([randn([32, 3]), randint(0, 10, [32])], 1);
 * y.shape; // → [32, 10]
 */
export const compose =
  (...transforms: readonly BatchTransform[]): BatchTransform =>
  (batch, inputs) =>
    transforms.reduce((given, transform) => transform(given, inputs), batch);

/** The batch with the chosen inputs changed, and another target. */
function replaced<B extends Batch>(
  batch: B,
  inputs: number,
  { inputs: chosen }: ChosenInputs,
  change: (x: Tensor) => Tensor,
  target: Tensor,
): B {
  const wrong = chosen?.find(
    (i) => !(Number.isInteger(i) && i >= 0 && i < inputs && isFloating(batch[i].dtype)),
  );
  if (wrong !== undefined) {
    throw new ChainruleError(
      "argument",
      `A transform is to change input ${wrong}, which is ${batch[wrong] instanceof Tensor && wrong < inputs ? batch[wrong].dtype : "not there"}.`,
      `Name inputs of floating numbers; this batch has ${inputs}, counted from 0.`,
    );
  }
  const changes = (i: number): boolean => chosen?.includes(i) ?? isFloating(batch[i].dtype);
  return batch.map((x, i) =>
    i === inputs ? target : i < inputs && changes(i) ? change(x) : x,
  ) as readonly Tensor[] as B;
}
