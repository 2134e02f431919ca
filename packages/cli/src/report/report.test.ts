import { trainTable } from "chainrule/tables";
import { expect, test } from "vitest";
import type { Asked } from "../runs/asked.ts";
import { modelOptions, wordsOf } from "./command.ts";
import { explain } from "./explain.ts";
import { networkHealth } from "./network.ts";
import { chosenRows, predictedPoints } from "./rows.ts";

const askedBy = (words: readonly string[]): Asked =>
  modelOptions().parse(words, { from: "user" }).opts() as unknown as Asked;

test.each([
  ["--target", "y"],
  ["--target", "a column", "--seed", "7", "--lr", "0.01", "--hidden", "8,4"],
  ["--target", "y", "--hidden", "none", "--no-front-scale", "--task", "regression", "--test", "other.csv"],
  [
    "--target",
    "y",
    "--exclude",
    "a,b",
    "--exclude",
    "c",
    "--missing",
    "none,-",
    "--types",
    "zip=category,n=number",
  ],
  [
    "--target",
    "y",
    "--split",
    "group:house",
    "--threshold",
    "0.3",
    "--calibrate",
    "never",
    "--class-weights",
    "balanced",
  ],
  [
    "--target",
    "y",
    "--split",
    "time:day",
    "--threshold",
    "f1",
    "--target-transform",
    "log",
    "--test-size",
    "0.3",
  ],
])("what was asked by %s %s … is asked again by the words of the report", (...words) => {
  const asked = askedBy(words);
  expect(askedBy(wordsOf(asked))).toEqual(asked);
});

test("only what is not the default is said", () => {
  expect(wordsOf(askedBy(["--target", "y", "--seed", "0", "--test-size", "0.2"]))).toEqual(["--target", "y"]);
  expect(wordsOf({ ...askedBy(["--target", "y"]), findLr: true })).toEqual(["--target", "y", "--find-lr"]);
});

const trained = (y: (i: number) => string | number) =>
  trainTable(
    Array.from({ length: 150 }, (_, i) => ({ x: i % 15, kind: i % 3 === 0 ? "a" : "b", y: y(i) })),
    { target: "y", hidden: [8], epochs: 4, seed: 1 },
  );

test("rows of classes are right, wrong and uncertain, each with what it is told to be", async () => {
  const { model, plan } = await trained((i) => (i % 15 > 7 || i % 11 === 0 ? "up" : "down"));
  const rows = chosenRows(model, plan);
  expect(rows.length).toBeGreaterThanOrEqual(3);
  expect(new Set(rows.map(({ title }) => title)).size).toBe(rows.length);
  for (const { verdict, truth, predicted, probabilities, cells } of rows) {
    if (verdict !== "uncertain") expect(truth === predicted).toBe(verdict === "right");
    expect(probabilities.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
    expect(probabilities[0].label).toBe(predicted);
    expect(cells.map(({ name }) => name)).toEqual(["x", "kind"]);
  }
  // Of all rows, the uncertain one has the two classes nearest to each other.
  const lead = ({ probabilities: [a, b] }: (typeof rows)[number]): number => a.probability - b.probability;
  const unsure = rows.find(({ verdict }) => verdict === "uncertain");
  expect(unsure && rows.every((row) => row.verdict === "wrong" || lead(row) >= lead(unsure))).toBe(true);
  expect(predictedPoints(model, plan)).toBeUndefined();
});

test("rows of numbers are near and far, and a network's health is that of validation rows", async () => {
  const { model, plan, evaluation } = await trained((i) => (i % 15) * 1.5 + (i % 3));
  const rows = chosenRows(model, plan);
  const error = ({ truth, predicted }: (typeof rows)[number]): number =>
    Math.abs(Number(truth) - Number(predicted));
  const worst = Math.max(...rows.filter(({ verdict }) => verdict === "near").map(error));
  for (const row of rows.filter(({ verdict }) => verdict === "far"))
    expect(error(row)).toBeGreaterThanOrEqual(worst);
  const points = predictedPoints(model, plan);
  expect(points?.truth.length).toBe(plan.test.rows.length);
  const found = networkHealth(model, plan);
  expect(found?.part).toBe("validation rows");
  expect(found?.health.rows).toBe(plan.split.validation.length);
  expect(found?.health.layers.at(-1)?.units).toBe(1);
  const explanation = await explain(model, plan, evaluation.scores, 0);
  expect(explanation?.importance[0].column).toBe("x");
});
