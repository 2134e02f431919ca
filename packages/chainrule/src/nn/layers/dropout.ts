import { changes, type Generator, live, recording, type Tensor } from "../../tensor/index.ts";
import { withDefaults } from "../../util/options.ts";
import { alpha, caseOf, checkProbability, type Dropping, dropBy, inverted } from "../functional/dropout.ts";
import { WidthKeeper } from "../module/layer.ts";

/** Options of {@link Dropout} and {@link AlphaDropout}. */
export interface DropoutLayerOptions {
  /** The probability that an element is dropped. Default 0.5. */
  p?: number;
  /** Where to draw from. Without it the default generator, which `manualSeed` sets. */
  generator?: Generator;
}

const probability: unique symbol = Symbol("probability");

/** What the two dropouts have in common. */
abstract class DropoutLayer extends WidthKeeper {
  // Not #private, so that `clone` finds it.
  [probability]: number;
  /** Where it draws from; undefined for the default generator. */
  readonly generator: Generator | undefined;

  constructor(options: DropoutLayerOptions | number = {}) {
    super();
    const given = typeof options === "number" ? { p: options } : options;
    const all = { p: 0.5, generator: undefined };
    const { p, generator } = withDefaults<DropoutLayerOptions, typeof all>("Dropout", given, all);
    this[probability] = checkProbability(p);
    this.generator = generator;
  }

  /** The probability that an element is dropped. It may be set at any time: the next step, compiled or not, goes by it. */
  get p(): number {
    return this[probability];
  }

  set p(p: number) {
    if (caseOf(checkProbability(p)) !== caseOf(this[probability])) changes.count++;
    this[probability] = p;
  }

  protected dropBy<N extends string>(kind: Dropping<N>, x: Tensor): Tensor {
    recording?.structure({ structure: () => caseOf(this.p), snapshot: () => () => {} });
    return dropBy(kind, x, this, (_, dtype) => live(() => kind.numbers(this.p, dtype)));
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}

/**
 * In training, zeros each element with probability p and multiplies the others by 1 / (1 − p); in evaluation gives back its
 * input. Any shape, float. `new Dropout(0.2)` is short for `new Dropout({ p: 0.2 })`. As `torch.nn.Dropout`, with its draws.
 * Srivastava et al., JMLR 2014.
 *
 * @throws ChainruleError `argument` when p is not from 0 to 1; in a call `dtype` for whole numbers or bools unless p is 0 or 1
 *
 * @example
 * const drop = new nn.Dropout(0.25);
 * const x = ones([6]);
 * drop(x); // → tensor([0.0000, 1.3333, 1.3333, 0.0000, 1.3333, 0.0000])
 * drop.eval()(x); // → tensor([1., 1., 1., 1., 1., 1.])
 */
export class Dropout extends DropoutLayer {
  static override readonly name: string = "Dropout";

  override forward(x: Tensor): Tensor {
    return this.dropBy(inverted, x);
  }
}

/**
 * Dropout that keeps mean and variance after {@link SELU}: sets elements to SELU's negative limit, then scales and shifts all.
 * Options as {@link Dropout}. As `torch.nn.AlphaDropout`, with its draws. Klambauer et al., NIPS 2017.
 *
 * @throws ChainruleError `argument` when p is not from 0 to 1; in a call `dtype` for whole numbers or bools unless p is 0 or 1
 *
 * @example
 * const drop = new nn.AlphaDropout(0.2);
 * const y = drop(randn([10000]));
 * y.mean(); // → tensor(-0.0208)
 * y.std(); // → tensor(1.0025)
 */
export class AlphaDropout extends DropoutLayer {
  static override readonly name: string = "AlphaDropout";

  override forward(x: Tensor): Tensor {
    return this.dropBy(alpha, x);
  }
}
