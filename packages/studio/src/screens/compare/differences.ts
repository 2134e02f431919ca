import { formatNumber } from "../../parts/number.ts";
import type { RunSummary, TrainingConfig } from "../../protocol.ts";
import { optimizerNamesShown } from "../train/explanations.ts";

/** The settings of a run in the order of the table, with their names. */
export const settingNames: readonly (readonly [keyof TrainingConfig, string])[] = [
  ["hidden", "hidden layers"],
  ["activation", "activation"],
  ["optimizer", "optimizer"],
  ["lr", "learning rate"],
  ["batchSize", "batch"],
  ["weightDecay", "weight decay"],
  ["dropout", "dropout"],
  ["seed", "seed"],
];

/** A setting as text: `16–16`, `0.03`, `all rows`. */
export function settingText(config: TrainingConfig, name: keyof TrainingConfig): string {
  if (name === "hidden") return config.hidden.length > 0 ? config.hidden.join("–") : "none";
  if (name === "optimizer") return optimizerNamesShown[config.optimizer];
  if (name === "batchSize") return config.batchSize === 0 ? "all rows" : String(config.batchSize);
  const value = config[name];
  return typeof value === "number" ? (name === "seed" ? String(value) : formatNumber(value)) : String(value);
}

/** Settings that are not the same in all runs. */
export function differingSettings(runs: readonly Pick<RunSummary, "config">[]): Set<keyof TrainingConfig> {
  const texts = (name: keyof TrainingConfig) =>
    new Set(runs.map(({ config }) => config && String(config[name])));
  return new Set(settingNames.map(([name]) => name).filter((name) => texts(name).size > 1));
}

/** A name for the next run that says what is special about it: `lr 0.1, adam`; or its number where nothing is. */
export function proposedName(
  config: TrainingConfig,
  usual: TrainingConfig,
  runs: readonly Pick<RunSummary, "name">[],
): string {
  const special = settingNames
    .filter(([name]) => String(config[name]) !== String(usual[name]))
    .map(([name, words]) =>
      name === "activation" || name === "optimizer"
        ? settingText(config, name)
        : `${words} ${settingText(config, name)}`,
    );
  const base = special.join(", ") || `run ${runs.length + 1}`;
  const taken = new Set(runs.map(({ name }) => name));
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base} (${number})`)) number++;
  return `${base} (${number})`;
}
