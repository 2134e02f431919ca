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

/** A setting as text: `16–16`, `0.03`, `all rows`; – where it is not known. */
export function settingText(
  { hidden, optimizer, ...others }: Partial<TrainingConfig>,
  name: keyof TrainingConfig,
): string {
  if (name === "hidden") return hidden === undefined ? "–" : hidden.length > 0 ? hidden.join("–") : "none";
  if (name === "optimizer") return optimizer === undefined ? "–" : optimizerNamesShown[optimizer];
  const value = others[name];
  if (value === undefined) return "–";
  if (name === "batchSize" && value === 0) return "all rows";
  return typeof value === "number" ? (name === "seed" ? String(value) : formatNumber(value)) : String(value);
}

/** Settings that are not the same in all runs. */
export function differingSettings(runs: readonly Pick<RunSummary, "config">[]): Set<keyof TrainingConfig> {
  const texts = (name: keyof TrainingConfig) => new Set(runs.map(({ config }) => String(config[name])));
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
