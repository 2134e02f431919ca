import {
  activationNames,
  averages,
  chooseSettings,
  classWeightings,
  fadeNames,
  keepBests,
  normalizations,
  numberEncodings,
  optimizerNames,
  parametrizations,
  type Settings,
  scheduleNames,
  sizes,
} from "chainrule/tables";
import { Option } from "commander";
import { notNegative, positive, seed, share, units, whole } from "./shared.ts";

/** An option whose value is one of some words. */
export const choice = (flags: string, text: string, words: readonly string[]): Option =>
  new Option(flags, text).choices(words);

export const parsed = (flags: string, text: string, parse: (text: string) => unknown): Option =>
  new Option(flags, text).argParser(parse);

/** What is chosen where nothing is said, for tables of all sizes: for classes, and for numbers. */
const chosen = (["classification", "regression"] as const).map((task) =>
  sizes.map(({ below }) => chooseSettings({}, below - 1, task)),
);

/** A setting where nothing is said about any: one value for all tables, one for each task, or `by rows`. */
export function usual(name: keyof Settings): string {
  const [classes, numbers] = chosen.map((all) => [...new Set(all.map((settings) => String(settings[name])))]);
  if (classes.length > 1 || numbers.length > 1) return "by rows";
  return classes[0] === numbers[0] ? classes[0] : `${classes[0]} for classes, else ${numbers[0]}`;
}

/** An option for a setting that does not follow from others, with what it usually is. */
function setting(
  flags: string,
  text: string,
  values: readonly string[] | ((text: string) => unknown),
): Option {
  const option = typeof values === "function" ? parsed(flags, text, values) : choice(flags, text, values);
  option.description += ` (default: ${usual(option.attributeName() as keyof Settings)})`;
  return option;
}

/** The options for the settings of the network and its training, by their headings. */
export const settingGroups = (): Record<string, Option[]> => ({
  "Network:": [
    setting(
      "--hidden <units>",
      "units of each hidden layer, such as 64,64, or none for a linear model",
      units,
    ),
    setting("--activation <name>", "function of the hidden units", activationNames),
    new Option(
      "--no-parametric-activation",
      "units have the activation f whole (default: each learns α in x + α (f(x) − x))",
    ),
    setting(
      "--number-encoding <name>",
      "how numbers enter: plain as they are, pbld with learned periodic features beside",
      numberEncodings,
    ),
    setting(
      "--embedding-size <n>",
      "length of the learned vectors of text columns with more than 8 values",
      whole(1),
    ),
    new Option(
      "--no-front-scale",
      "no learned factor for each input before the first layer (default: there is one)",
    ),
    setting(
      "--normalization <name>",
      "before the activation of each hidden layer: none, batch (BatchNorm1d) or layer (LayerNorm)",
      normalizations,
    ),
  ],
  "Training:": [
    setting("--epochs <n>", "how often to go through the data at most", whole(1)),
    parsed(
      "--patience <n>",
      "epochs without improvement before stopping (default: all with schedules that rise again, as coslog4 does, else a third)",
      whole(1),
    ),
    setting("--batch-size <n>", "rows of one step", whole(1)),
    setting("--optimizer <name>", "what makes the steps", optimizerNames),
    parsed(
      "--lr <rate>",
      `highest learning rate (default: ${usual("lr")}; by the optimizer with --parametrization standard)`,
      positive,
    ),
    setting("--schedule <name>", "how the rate goes over training", scheduleNames),
    setting(
      "--momentum <share>",
      "decay of the average of gradients: β₁ of Adam and its kin, momentum of sgd and rmsprop",
      share,
    ),
    setting(
      "--beta2 <share>",
      "decay of the average of squared gradients: β₂ of Adam and its kin, α of rmsprop, ρ of adadelta",
      share,
    ),
    choice(
      "--parametrization <name>",
      "what the rate is of: standard of the weights, ntk of √in times them, so that one rate fits all widths (default: ntk where the optimizer scales its steps)",
      parametrizations,
    ),
    setting(
      "--keep-best <figure>",
      "the epoch whose weights are kept: of the lowest validation loss, of the best validation score, or the last",
      keepBests,
    ),
    parsed(
      "--seed <n>",
      "what the cut of the rows, weights, batches and dropout are drawn by; same seed, data and options: same bits",
      seed,
    ).default(0),
  ],
  "Regularization:": [
    setting("--dropout <share>", "highest share of hidden units left out in a step", share),
    setting(
      "--dropout-schedule <name>",
      "dropout over training: constant, or whole for the first half and then down along a cosine",
      fadeNames,
    ),
    setting("--weight-decay <rate>", "highest pull of all weights toward zero", notNegative),
    setting("--weight-decay-schedule <name>", "weight decay over training, in the same way", fadeNames),
    setting("--l1 <rate>", "penalty on the absolute values of weights", notNegative),
    setting("--label-smoothing <share>", "classes: share of certainty taken from the true class", share),
    setting("--mixup <alpha>", "mix rows of a batch by shares from Beta(α, α)", notNegative),
    setting("--noise <sd>", "standard deviation of noise on the inputs", notNegative),
    parsed("--clip-norm <norm>", "largest norm of all gradients of a step (default: no limit)", positive),
    setting(
      "--average <kind>",
      "weights averaged over training: ema after each step, swa after each epoch from --average-start on",
      averages,
    ),
    setting("--average-decay <share>", "how much of the average stays at a step of ema", share),
    setting("--average-start <share>", "share of the epochs before swa begins", share),
    setting(
      "--class-weights <kind>",
      "classes: balanced weighs the loss of each by the inverse of its frequency",
      classWeightings,
    ),
  ],
});
