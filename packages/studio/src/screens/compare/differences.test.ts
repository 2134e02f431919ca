import { expect, test } from "vitest";
import type { TrainingConfig } from "../../protocol.ts";
import { differingSettings, proposedName, settingText } from "./differences.ts";

const usual: TrainingConfig = {
  hidden: [16, 16],
  activation: "tanh",
  optimizer: "adam",
  lr: 0.01,
  batchSize: 0,
  weightDecay: 0,
  dropout: 0,
  seed: 0,
};

test("settings that differ between runs, by value and not by identity", () => {
  const runs = [{ config: usual }, { config: { ...usual, hidden: [16, 16], lr: 0.1 } }];
  expect([...differingSettings(runs)]).toEqual(["lr"]);
  expect([...differingSettings([runs[0]!])]).toEqual([]);
  expect([...differingSettings([...runs, { config: { ...usual, hidden: [16, 8] } }])]).toEqual([
    "hidden",
    "lr",
  ]);
});

test("settings as texts", () => {
  expect(settingText(usual, "hidden")).toBe("16–16");
  expect(settingText({ ...usual, hidden: [] }, "hidden")).toBe("none");
  expect(settingText(usual, "batchSize")).toBe("all rows");
  expect(settingText(usual, "optimizer")).toBe("Adam");
});

test("a proposed name says what is special, and is never taken", () => {
  expect(proposedName(usual, usual, [])).toBe("run 1");
  const special = { ...usual, lr: 0.1, optimizer: "sgd" } as const;
  expect(proposedName(special, usual, [])).toBe("SGD, learning rate 0.1");
  expect(proposedName(special, usual, [{ name: "SGD, learning rate 0.1" }])).toBe(
    "SGD, learning rate 0.1 (2)",
  );
});
