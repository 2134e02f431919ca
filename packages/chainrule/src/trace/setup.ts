/** What a pass is made of, from what a caller gives. */
import { Module } from "../nn/index.ts";
import { isFloating, Tensor, withMode } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { randomOf, type Setup, type Traceable, type TraceLoss } from "./run.ts";

/** What {@link trace} can be told. */
export interface TraceOptions {
  /** What the loss compares the output with: classes, int32, or numbers. Default null: the loss is called with the output alone. */
  target?: Tensor | null;
  /** The loss, of one number. Without one, an output of one number is ℓ itself, and any other is not differentiated. */
  loss?: TraceLoss | null;
  /** ∂ℓ/∂output, in the shape of the output, in the place of a loss. Default null. */
  gradient?: Tensor | null;
  /** η: with it, a trace tells every parameter after w ← w − η ∂ℓ/∂w. Default null: there are no updates. */
  lr?: number | null;
  /** The mode of the model. Default: the one that it is in. */
  mode?: "train" | "eval";
  /**
   * Names of the inputs' columns (or, where each input is one number, of the inputs), and of the output's units. Without them units have
   * numbers.
   */
  names?: { inputs?: readonly string[]; outputs?: readonly string[] };
}

/** The input, or several in order, or by name. */
export type TraceInput = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** Copies in float64 of all that a pass is made of. */
export function setupOf(model: Traceable, x: TraceInput, options: TraceOptions): Setup {
  const { target = null, loss = null, gradient = null, mode } = options;
  const isNamed = !(x instanceof Tensor) && !Array.isArray(x);
  const inputs: readonly Tensor[] = x instanceof Tensor ? [x] : Object.values(x ?? { x });
  checkOptions(model, options);
  const own = model instanceof Module ? doubled(model) : model;
  if (mode && own instanceof Module) own.train(mode === "train");
  return {
    model: own,
    inputs: inputs.map(double),
    inputNames: isNamed ? Object.keys(x) : namesOf(inputs, options.names?.inputs ?? []),
    target: target && double(target),
    loss: loss instanceof Module ? doubled(loss) : loss,
    gradient: gradient && double(gradient),
    random: randomOf(model),
  };
}

/** What inputs without names are called: as they are told where each is one number, else x, or x1, x2, …. */
function namesOf(inputs: readonly Tensor[], told: readonly string[]): readonly string[] {
  if (told.length === inputs.length && inputs.every(({ numel }) => numel === 1)) return told;
  return inputs.map((_, i) => (inputs.length > 1 ? `x${i + 1}` : "x"));
}

function checkOptions(model: Traceable, { target, loss, gradient, lr, mode }: TraceOptions): void {
  const refuse = (problem: string, remedy: string): never => {
    throw new ChainruleError("argument", problem, remedy);
  };
  if (typeof model !== "function")
    refuse(`The model is ${kindOf(model)}.`, "Give a module, or a function of tensors.");
  if (loss && typeof loss !== "function")
    refuse(`The loss is ${kindOf(loss)}.`, "Give a loss module, or a function of the output and the target.");
  if (target && !loss) refuse("There is a target and no loss.", "Give the loss too.");
  if (gradient && loss) refuse("There are a loss and a gradient of the output.", "Give one of them.");
  if (lr !== undefined && lr !== null && !Number.isFinite(lr))
    refuse(`The learning rate is ${String(lr)}.`, "Give a finite number, or none.");
  if (mode !== undefined && mode !== "train" && mode !== "eval")
    refuse(`There is no mode "${String(mode)}".`, 'Give "train" or "eval".');
}

const kindOf = (x: unknown): string => (x === null ? "null" : typeof x);

/** A copy in float64; whole numbers and truth values stay what they are. */
function double(x: Tensor): Tensor {
  if (!(x instanceof Tensor)) {
    throw new ChainruleError(
      "argument",
      `${Array.isArray(x) ? "An array" : `The value ${String(x)}`} was given where a tensor is needed.`,
      "Make a tensor of it by tensor().",
    );
  }
  const copy = x.detach().clone();
  return isFloating(copy.dtype) ? copy.to("float64") : copy;
}

const doubled = <M extends Module>(model: M): M => withMode("observer", null, () => model.clone().double());
