import {
  type DroppedColumn,
  type DropReason,
  type FeaturePreparation,
  findLeaks,
  lookOf,
  MOST_LEVELS,
  type Plan,
  type Settings,
  type TableModel,
} from "chainrule/tables";
import { clip, counted, shellWord } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { unweighted } from "./weights.ts";

/** Says what was found in the data and what is going to be done, and warns of what may surprise. */
export function sayPlan(output: Output, plan: Plan, settings: Settings, model: TableModel): void {
  const { table, target, split, test, features, dropped } = plan;
  const { bold } = output.style;
  output.say();
  output.fact(
    "data",
    `${bold(table.source)}: ${counted(table.rows, "row")}, ${counted(table.columns.length, "column")}`,
  );
  output.fact("target", `${bold(clip(target.name))}: ${describeTarget(plan)}`);
  output.fact("columns", describeFeatures(features));
  for (const line of describeDropped(dropped)) output.fact("", line);
  const parts = [
    [split.training, "to train"],
    [split.validation, "to validate"],
    [test.rows, test.table === table ? "to test" : `to test (${test.table.source})`],
  ] as const;
  output.fact(
    "rows",
    parts.map(([rows, what]) => `${rows.length.toLocaleString("en-US")} ${what}`).join(", "),
  );
  output.fact("network", describeNetwork(settings, model));
  for (const warning of warnings(plan)) output.warn(warning);
  output.say();
}

function describeTarget({ target, reason }: Plan): string {
  if (target.task === "regression") return `a number (${reason})`;
  const classes = counted(target.classes.length, "class", "classes");
  return target.type === "number" ? `${classes} (--task regression would predict a number)` : classes;
}

function describeFeatures(features: readonly FeaturePreparation[]): string {
  const words = {
    number: ["number", "numbers"],
    boolean: ["truth value", "truth values"],
    date: ["date", "dates"],
    text: ["category", "categories"],
  } as const;
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((type) => {
    const n = features.filter((feature) => feature.type === type).length;
    const [one, many] = words[type];
    return n > 0 ? [counted(n, one, many)] : [];
  });
  const missing = features.filter((feature) => feature.missing).length;
  const gaps = missing > 0 ? `; ${missing} with missing values` : "";
  return `${parts.join(", ")}${gaps}`;
}

function describeDropped(dropped: readonly DroppedColumn[]): string[] {
  const words: Readonly<Record<DropReason, string>> = {
    excluded: "excluded",
    empty: "without any value",
    constant: "the same in every row",
    identifier: "like an identifier (--include to use)",
    "free text": "free text (--include to use)",
  };
  return (Object.keys(words) as DropReason[]).flatMap((reason) => {
    const names = dropped.filter((column) => column.reason === reason).map(({ name }) => clip(name, 24));
    if (names.length === 0) return [];
    const rest = names.length > 4 ? ` and ${names.length - 4} more` : "";
    return [`not used, ${words[reason]}: ${names.slice(0, 4).join(", ")}${rest}`];
  });
}

function describeNetwork(settings: Settings, model: TableModel): string {
  const { inputs, hidden, outputs, activation } = model.spec.network;
  const parameters = model.network.parameters().reduce((sum, { numel }) => sum + numel, 0);
  const shape = [inputs, ...hidden, outputs].join(" → ");
  const units = hidden.length > 0 ? `${activation}, ` : "linear, ";
  return `${shape} (${units}${counted(parameters, "weight")}), ${settings.optimizer}, batches of ${settings.batchSize}`;
}

function warnings(plan: Plan): string[] {
  const { table, task, target, withoutTarget, infinite, features, split, unlearned } = plan;
  const found: string[] = [...(table.notes ?? [])];
  if (withoutTarget > 0) {
    found.push(
      `${counted(withoutTarget, "row")} left out: ${withoutTarget === 1 ? "it has" : "they have"} no value of ${clip(target.name)}.`,
    );
  }
  found.push(...unweighted(plan.weights, plan.test.table));
  for (const { name, rows } of infinite)
    found.push(`${counted(rows, "infinite value")} of ${clip(name)} count as missing.`);
  for (const { part, label, rows } of unlearned) {
    found.push(
      `${counted(rows, "row")} of the ${part} part ${rows === 1 ? "is" : "are"} of the class ${clip(label)}, which no training row has: the model can not tell it.`,
    );
  }
  for (const feature of features) {
    if (feature.type === "text" && feature.levels.length >= MOST_LEVELS)
      found.push(`${clip(feature.name)} has many values: the ${MOST_LEVELS} most frequent are told apart.`);
  }
  // Texts that look like dates or amounts: the detail says how to use them.
  for (const { name, reason, detail } of plan.dropped) {
    const column = table.columns.find((one) => one.name === name);
    if (reason === "free text" && column?.type === "text" && lookOf(column) !== null)
      found.push(`${clip(name)} is ${detail}`);
  }
  const used = new Set(features.map(({ name }) => name));
  for (const { name, text } of findLeaks(table, target.name, split.training, task))
    if (used.has(name)) found.push(`${text} If it is not known beforehand: --exclude ${shellWord(name)}.`);
  if (split.training.length < 100)
    found.push(`Only ${split.training.length} rows to train on: scores will vary with --seed.`);
  return found;
}
