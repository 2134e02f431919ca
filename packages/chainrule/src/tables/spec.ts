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
} from "../util/json.ts";
import type { PredictionIntervals } from "./intervals.ts";
import {
  type ActivationName,
  type Architecture,
  activationNames,
  normalizations,
  numberEncodings,
} from "./network/architecture.ts";
import { type Cycle, cycleLengths, type FeaturePreparation, layoutOf } from "./preparation.ts";
import type { TargetPreparation } from "./target.ts";

/** Everything about a model of a table but its weights: what it reads, what it gives, and the network between. Plain data. */
export interface TableModelSpec {
  /** Of the form of this description. */
  readonly version: 2;
  /** What it reads: a column each, with how it becomes inputs of the network. */
  readonly features: readonly FeaturePreparation[];
  /** What it gives: the column that is predicted, with how outputs become classes or numbers. */
  readonly target: TargetPreparation;
  /** The network between; its inputs go with the features, its outputs with the target. */
  readonly network: Architecture;
  /** Classes: what the network's outputs are divided by before they become probabilities, above 0. Default 1. */
  readonly calibration?: { readonly temperature: number } | null;
  /** Two classes: the second is told where its probability is above this. Default: the most probable class is told. */
  readonly threshold?: number | null;
  /** Numbers: how far the truth is from predictions. Without it, the model predicts no intervals. */
  readonly intervals?: PredictionIntervals | null;
}

/** Weights of a network wider than this would not fit into memory: a description that asks for it is refused. */
const WIDEST = 1_000_000;
/** More hidden layers than this take long to build and to compile, however few units they have. */
const DEEPEST = 1000;

/**
 * Checks a description that was read from a file: its form, and that its parts fit each other.
 *
 * @param place how to name it in messages, such as "model"
 * @returns the description, with the fields that it is made of and no others
 * @throws ChainruleError `file` that names what is wrong
 *
 * @example
 * const ages = Array.from({ length: 80 }, (_, i) => 20 + ((7 * i) % 60));
 * const rows = ages.map((age) => ({ age, buys: age > 60 }));
 * const plan = planFor(tableFromRows(rows), { target: "buys" });
 * const { spec } = makeModel(plan, chooseSettings({ hidden: [8] }, 80, plan.task));
 * checkSpec(JSON.parse(JSON.stringify(spec))).target.name; // → 'buys'
 * checkSpec({ ...spec, version: 1 }); // throws file: model.version is 1
 * checkSpec({ ...spec, features: [] }); // throws file: … inputs is 1 where the features ask for 0.
 */
export function checkSpec(value: Json, place = "model"): TableModelSpec {
  const spec = asRecord(value, place);
  if (spec.version !== 2) {
    throw new ChainruleError(
      "file",
      `${place}.version is ${JSON.stringify(spec.version) ?? "missing"}, and this chainrule reads version 2.`,
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
  const { inputs, numbers, levels } = layoutOf(features);
  const outputs = target.task === "classification" ? target.classes.length : 1;
  for (const [name, wanted, found] of [
    ["inputs", inputs, network.inputs],
    ["numbers", numbers, network.numbers],
    ["levels", `[${levels}]`, `[${network.levels}]`],
    ["outputs", outputs, network.outputs],
  ] as const) {
    if (wanted === found) continue;
    throw new ChainruleError(
      "file",
      `${place}.network.${name} is ${found} where the ${name === "outputs" ? "target asks" : "features ask"} for ${wanted}.`,
      "Use the file as it was written, or make it anew.",
    );
  }
  const calibration = checkCalibration(spec.calibration, `${place}.calibration`);
  const threshold = checkThreshold(spec.threshold, target, `${place}.threshold`);
  const intervals = checkIntervals(spec.intervals, `${place}.intervals`);
  return {
    version: 2,
    features,
    target,
    network,
    ...(calibration === undefined ? {} : { calibration }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(intervals === undefined ? {} : { intervals }),
  };
}

function checkThreshold(value: Json, target: TargetPreparation, place: string): TableModelSpec["threshold"] {
  if (value === undefined || value === null) return value;
  if (target.task === "classification" && target.classes.length === 2) return asNumber(value, place, 0, 1);
  throw new ChainruleError("file", `${place} is for two classes only.`, "Use the file as it was written.");
}

function checkIntervals(value: Json, place: string): TableModelSpec["intervals"] {
  if (value === undefined || value === null) return value;
  const { rows, levels } = asRecord(value, place);
  return {
    rows: asWhole(rows, `${place}.rows`, 1),
    levels: asList(levels, `${place}.levels`, (item, at) => {
      const { level, halfWidth } = asRecord(item, at);
      return {
        level: asNumber(level, `${at}.level`, 0, 1),
        halfWidth: asNumber(halfWidth, `${at}.halfWidth`, 0),
      };
    }),
  };
}

function checkCalibration(value: Json, place: string): TableModelSpec["calibration"] {
  if (value === undefined || value === null) return value;
  return { temperature: positive(asRecord(value, place).temperature, `${place}.temperature`) };
}

function checkFeature(value: Json, place: string): FeaturePreparation {
  const feature = asRecord(value, place);
  const type = asChoice(feature.type, `${place}.type`, ["number", "boolean", "date", "text"]);
  const name = asText(feature.name, `${place}.name`);
  const missing = asTruth(feature.missing, `${place}.missing`);
  const numbers = () => ({
    median: asNumber(feature.median, `${place}.median`),
    scale: asNumber(feature.scale, `${place}.scale`, 0),
  });
  switch (type) {
    case "number":
      return { type, name, missing, ...numbers() };
    case "boolean":
      return { type, name, missing };
    case "text": {
      const encoding = asChoice(feature.encoding, `${place}.encoding`, ["one-hot", "embedding"]);
      return { type, name, missing, encoding, levels: asNames(feature.levels, `${place}.levels`) };
    }
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
    const range = asList(target.range, `${place}.range`, (item, at) => asNumber(item, at));
    const transform = asChoice(target.transform, `${place}.transform`, ["none", "log"]);
    if (range.length !== 2 || range[0] > range[1] || (transform === "log" && range[0] <= 0)) {
      throw new ChainruleError(
        "file",
        `${place}.range is [${range}] where the least and the greatest value must be${transform === "log" ? ", both positive" : ""}.`,
        "Use the file as it was written, or make it anew.",
      );
    }
    return {
      task,
      name,
      type: "number",
      transform,
      center: asNumber(target.center, `${place}.center`),
      scale: positive(target.scale, `${place}.scale`),
      mean: asNumber(target.mean, `${place}.mean`),
      range: [range[0], range[1]],
    };
  }
  const type = asChoice(target.type, `${place}.type`, ["number", "boolean", "date", "text"]);
  return { task, name, type, classes: asNames(target.classes, `${place}.classes`) };
}

function checkNetwork(value: Json, place: string): Architecture {
  const network = asRecord(value, place);
  const width = (item: Json, at: string): number => asWhole(item, at, 1, WIDEST);
  return {
    inputs: asWhole(network.inputs, `${place}.inputs`, 0, WIDEST),
    numbers: asWhole(network.numbers, `${place}.numbers`, 0, WIDEST),
    numberEncoding: asChoice(network.numberEncoding, `${place}.numberEncoding`, numberEncodings),
    levels: asList(network.levels, `${place}.levels`, width),
    embeddingSize: width(network.embeddingSize, `${place}.embeddingSize`),
    frontScale: asTruth(network.frontScale, `${place}.frontScale`),
    hidden: asList(network.hidden, `${place}.hidden`, width, DEEPEST),
    activation: asChoice<ActivationName>(network.activation, `${place}.activation`, activationNames),
    parametricActivation: asTruth(network.parametricActivation, `${place}.parametricActivation`),
    normalization: asChoice(network.normalization, `${place}.normalization`, normalizations),
    dropout: asNumber(network.dropout, `${place}.dropout`, 0, 0.999),
    outputs: width(network.outputs, `${place}.outputs`),
  };
}
