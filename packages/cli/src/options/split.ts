import type { SplitKind } from "chainrule/tables";
import { InvalidArgumentError, Option } from "commander";
import { share } from "./shared.ts";

/** Options on how rows are cut, and on what validation rows tell, that several commands share. */

export const splitOption = (): Option =>
  new Option(
    "--split <kind>",
    "how rows are cut: stratified or random; group:COLUMN, whose rows stay together; time:COLUMN, whose latest rows test; column:COLUMN, which says train, validation, calibration or test (default: stratified)",
  ).argParser(split);

function split(text: string): SplitKind {
  if (text === "stratified" || text === "random") return { kind: text };
  const [, kind, column] = /^(group|time|column):(.+)$/s.exec(text) ?? [];
  if (kind === "group" || kind === "time" || kind === "column") return { kind, column };
  throw new InvalidArgumentError("Give stratified, random, group:COLUMN, time:COLUMN or column:COLUMN.");
}

export const calibrationSizeOption = (): Option =>
  new Option(
    "--calibration-size <share>",
    "share of the rows without the test's kept for temperature, threshold and intervals alone (default: 0, validation rows serve)",
  ).argParser(share);

export const calibrateOption = (): Option =>
  new Option(
    "--calibrate <when>",
    "classes: correct probabilities by a temperature; auto where it helps (default: auto)",
  ).choices(["auto", "always", "never"]);

export const thresholdOption = (): Option =>
  new Option(
    "--threshold <p>",
    "two classes: the second is told where its probability is above p; f1 or youden choose p on validation rows (default: 0.5)",
  ).argParser(threshold);

function threshold(text: string): number | "f1" | "youden" {
  if (text === "f1" || text === "youden") return text;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("Give a number from 0 to 1, f1 or youden.");
}
