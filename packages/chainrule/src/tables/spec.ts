import { ChainruleError } from "../util/errors.ts";
import {
  asChoice,
  asList,
  asNames,
  asNumber,
  asRecord,
  asText,
  asTruth,
  asWhole,
  type Json,
} from "./checking.ts";
import { type ActivationName, type Architecture, activationNames } from "./network.ts";
import { type Cycle, cycleLengths, type FeaturePreparation, inputCount } from "./preparation.ts";
import type { TargetPreparation } from "./target.ts";

/** Everything about a model of a table but its weights: what it reads, what it gives, and the network between. Plain data. */
export interface TableModelSpec {
  /** Of the form of this description. */
  readonly version: 1;
  readonly features: readonly FeaturePreparation[];
  readonly target: TargetPreparation;
  readonly network: Architecture;
}

/** Weights of a network wider than this would not fit into memory: a description that asks for it is refused. */
const WIDEST = 1_000_000;

/**
 * Checks a description that was read from a file: its form, and that its parts fit each other.
 *
 * @param place how to name it in messages, such as "model"
 * @throws ChainruleError `file` that names what is wrong
 */
export function checkSpec(value: Json, place = "model"): TableModelSpec {
  const spec = asRecord(value, place);
  if (spec.version !== 1) {
    throw new ChainruleError(
      "file",
      `${place}.version is ${JSON.stringify(spec.version) ?? "missing"}, and this chainrule reads version 1.`,
      "Use the chainrule that wrote it, or train anew.",
    );
  }
  const features = asList(spec.features, `${place}.features`, checkFeature);
  asNames(
    features.map(({ name }) => name),
    `${place}.features`,
  );
  const target = checkTarget(spec.target, `${place}.target`);
  const network = checkNetwork(spec.network, `${place}.network`);
  const inputs = features.reduce((sum, feature) => sum + inputCount(feature), 0);
  const outputs = target.task === "classification" ? target.classes.length : 1;
  for (const [name, wanted, found] of [
    ["inputs", inputs, network.inputs],
    ["outputs", outputs, network.outputs],
  ] as const) {
    if (wanted === found) continue;
    throw new ChainruleError(
      "file",
      `${place}.network.${name} is ${found} where the ${name === "inputs" ? "features" : "target"} ask for ${wanted}.`,
      "Use the file as it was written, or make it anew.",
    );
  }
  return { version: 1, features, target, network };
}

function checkFeature(value: Json, place: string): FeaturePreparation {
  const feature = asRecord(value, place);
  const type = asChoice(feature.type, `${place}.type`, ["number", "boolean", "date", "text"]);
  const name = asText(feature.name, `${place}.name`);
  const missing = asTruth(feature.missing, `${place}.missing`);
  const numbers = () => ({
    mean: asNumber(feature.mean, `${place}.mean`),
    scale: positive(feature.scale, `${place}.scale`),
    fill: asNumber(feature.fill, `${place}.fill`),
  });
  switch (type) {
    case "number":
      return { type, name, missing, ...numbers() };
    case "boolean":
      return { type, name, missing };
    case "text":
      return { type, name, missing, levels: asNames(feature.levels, `${place}.levels`) };
    case "date": {
      const cycle = (item: Json, at: string): Cycle =>
        asChoice(item, at, Object.keys(cycleLengths) as Cycle[]);
      return { type, name, missing, ...numbers(), cycles: asList(feature.cycles, `${place}.cycles`, cycle) };
    }
  }
}

const positive = (value: Json, place: string): number => asNumber(value, place, Number.MIN_VALUE);

function checkTarget(value: Json, place: string): TargetPreparation {
  const target = asRecord(value, place);
  const name = asText(target.name, `${place}.name`);
  const task = asChoice(target.task, `${place}.task`, ["classification", "regression"]);
  if (task === "regression") {
    const mean = asNumber(target.mean, `${place}.mean`);
    return { task, name, type: "number", mean, scale: positive(target.scale, `${place}.scale`) };
  }
  const type = asChoice(target.type, `${place}.type`, ["number", "boolean", "date", "text"]);
  return { task, name, type, classes: asNames(target.classes, `${place}.classes`) };
}

function checkNetwork(value: Json, place: string): Architecture {
  const network = asRecord(value, place);
  return {
    inputs: asWhole(network.inputs, `${place}.inputs`, 1, WIDEST),
    hidden: asList(network.hidden, `${place}.hidden`, (item, at) => asWhole(item, at, 1, WIDEST)),
    activation: asChoice<ActivationName>(network.activation, `${place}.activation`, activationNames),
    dropout: asNumber(network.dropout, `${place}.dropout`, 0, 0.999),
    outputs: asWhole(network.outputs, `${place}.outputs`, 1, WIDEST),
  };
}
