/** The losses and metrics that a model is compiled with, as functions of outputs and targets. */
import type { Compiled } from "./facts.ts";
import { Leave, type Rewriter } from "./rewriter.ts";
import { isFunction, literal, type Node } from "./syntax.ts";

/** A loss as it is written for `fit`, and for outputs and targets that are there. */
export interface Loss {
  readonly option: string;
  of(output: string, target: string): string;
}

const nameOf = (node: Node | null): string | null => {
  const name = literal(node);
  return typeof name === "string" ? name : null;
};

/** Whether a loss takes the probabilities of a softmax, and ours its logits. */
export const isLossOfLogits = ({ loss }: Compiled): boolean =>
  ["categoricalCrossentropy", "sparseCategoricalCrossentropy"].includes(nameOf(loss) ?? "");

const simple: Readonly<Record<string, readonly [layer: string, fn: string]>> = {
  meanSquaredError: ["MSELoss", "mseLoss"],
  mse: ["MSELoss", "mseLoss"],
  MSE: ["MSELoss", "mseLoss"],
  meanAbsoluteError: ["L1Loss", "l1Loss"],
  mae: ["L1Loss", "l1Loss"],
  MAE: ["L1Loss", "l1Loss"],
};

const isFloat = (target: Node | null, r: Rewriter): boolean => {
  const value = target && r.values.of(target);
  return value?.is === "tensor" && value.dtype === "float32";
};

/**
 * The loss of a compiled model.
 *
 * @param last the class of the model's last layer; with `logits` it was a softmax that was taken away
 * @param target the targets that it meets, whose dtype may be known
 */
export function lossOf(
  { loss }: Compiled,
  last: string,
  logits: boolean,
  target: Node | null,
  r: Rewriter,
): Loss {
  const path = loss && r.values.pathOf(loss);
  const name =
    nameOf(loss) ??
    (path?.startsWith("losses.") || path?.startsWith("metrics.") ? path.replace(/^\w+\./, "") : null);
  const nn = r.use("nn");
  const f = `${nn}.functional`;
  const floats = isFloat(target, r);
  const float = (t: string): string => (floats ? t : `${t}.to("float32")`);
  const asFunction = (of: Loss["of"]): Loss => ({
    option: `(output, target) => ${of("output", "target")}`,
    of,
  });
  if (name !== null && Object.hasOwn(simple, name)) {
    const [layer, fn] = simple[name];
    const of: Loss["of"] = (y, t) => `${f}.${fn}(${y}, ${float(t)})`;
    return isWhole(target, r)
      ? asFunction(of)
      : { option: `new ${nn}.${layer}()`, of: (y, t) => `${f}.${fn}(${y}, ${t})` };
  }
  if (name === "absoluteDifference")
    return { option: `new ${nn}.L1Loss()`, of: (y, t) => `${f}.l1Loss(${y}, ${t})` };
  if (name === "huberLoss")
    return { option: `new ${nn}.HuberLoss()`, of: (y, t) => `${f}.huberLoss(${y}, ${t})` };
  if (path === "losses.softmaxCrossEntropy")
    return asFunction((y, t) => `${f}.crossEntropy(${y}, ${float(t)})`);
  if (path === "losses.sigmoidCrossEntropy")
    return asFunction((y, t) => `${f}.binaryCrossEntropyWithLogits(${y}, ${float(t)})`);
  if (name === "binaryCrossentropy") {
    if (last !== "Sigmoid")
      throw new Leave(
        "binaryCrossentropy of what is no sigmoid: BCEWithLogitsLoss takes logits, BCELoss probabilities.",
      );
    const of: Loss["of"] = (y, t) => `${f}.binaryCrossEntropy(${y}, ${float(t)})`;
    return floats ? { option: `new ${nn}.BCELoss()`, of } : asFunction(of);
  }
  if (name === "categoricalCrossentropy") {
    if (logits) {
      const of: Loss["of"] = (y, t) => `${f}.crossEntropy(${y}, ${float(t)})`;
      return floats ? { option: `new ${nn}.CrossEntropyLoss()`, of } : asFunction(of);
    }
    if (last !== "Softmax")
      throw new Leave("categoricalCrossentropy of what is no softmax: CrossEntropyLoss takes logits.");
    return asFunction((y, t) => `${y}.clamp(1e-7, 1 - 1e-7).log().mul(${float(t)}).sum(-1).mean().neg()`);
  }
  if (name === "sparseCategoricalCrossentropy") {
    const classes = (t: string): string => `${t}.flatten().to("int32")`;
    if (logits) return asFunction((y, t) => `${f}.crossEntropy(${y}, ${classes(t)})`);
    if (last !== "Softmax")
      throw new Leave("sparseCategoricalCrossentropy of what is no softmax: CrossEntropyLoss takes logits.");
    return asFunction((y, t) => `${f}.nllLoss(${y}.clamp(1e-7, 1 - 1e-7).log(), ${classes(t)})`);
  }
  if (name === null && loss && (isFunction(loss) || (loss.type === "Identifier" && path === null))) {
    const fn = loss.type === "Identifier" ? r.text(loss) : `(${r.text(loss)})`;
    return asFunction((y, t) => `${fn}(${t}, ${y}).mean()`);
  }
  throw new Leave(
    `The loss ${loss ? r.source(loss) : "of this model"} was not converted: see the losses of nn.`,
  );
}

const isWhole = (target: Node | null, r: Rewriter): boolean => {
  const value = target && r.values.of(target);
  return value?.is === "tensor" && (value.dtype === "int32" || value.dtype === "bool");
};

/** A metric: its key in logs, as an expression that gives a number, and one that gives a tensor. */
export interface Metric {
  readonly key: string;
  number(output: string, target: string): string;
  tensor(output: string, target: string): string;
}

/** The metrics of a compiled model; those that are not understood are noted and left out. */
export function metricsOf(compiled: Compiled, r: Rewriter): Metric[] {
  return compiled.metrics.flatMap((node) => {
    const name = nameOf(node);
    const right = (output: string, target: string): string | null => {
      const loss = nameOf(compiled.loss);
      if (loss === "categoricalCrossentropy") return `${output}.argmax(-1).eq(${target}.argmax(-1))`;
      if (loss === "sparseCategoricalCrossentropy") return `${output}.argmax(-1).eq(${target}.flatten())`;
      return loss === "binaryCrossentropy" ? `${output}.gt(0.5).eq(${target})` : null;
    };
    if ((name === "accuracy" || name === "acc") && right("", "") !== null) {
      const tensor = (y: string, t: string): string => `${right(y, t)}.to("float32").mean()`;
      return [{ key: "acc", tensor, number: (y: string, t: string) => `${tensor(y, t)}.item()` }];
    }
    if (name !== null && Object.hasOwn(simple, name)) {
      const tensor = (y: string, t: string): string =>
        `${r.use("nn")}.functional.${simple[name][1]}(${y}, ${t})`;
      return [{ key: name, tensor, number: (y: string, t: string) => `${tensor(y, t)}.item()` }];
    }
    r.note(node, `The metric ${r.source(node)} was left out: see chainrule/metrics.`);
    return [];
  });
}
