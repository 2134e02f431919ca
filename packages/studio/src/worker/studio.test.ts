/** The Worker's class in Node: traces, what a model says, runs that are kept, health. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ChainruleError, type Tensor } from "chainrule";
import { describe, expect, test } from "vitest";
import { expectNumbers, golden } from "../../../../tests/golden/golden.ts";
import { digits } from "../examples/digits.ts";
import { mazur } from "../examples/mazur.ts";
import { moons } from "../examples/points.ts";
import { exampleNames } from "../protocol.ts";
import { folder, opened, started } from "./testing/started.ts";

interface Published {
  mazur: Record<
    "z1" | "y1" | "z2" | "y2" | "dy1" | "dz1" | "dy2" | "dz2" | "dx" | "y2After10000",
    number[]
  > & {
    E: number;
    EAfterOne: number;
    EAfter10000: number;
    W1AfterOne: number[][];
    dW1: number[][];
  };
}

const published = golden<Published>("worked_examples");

describe("Mazur's example", () => {
  const numbers = published.mazur;

  test("every published number is in the trace", async () => {
    const { studio } = await opened("mazur");
    const trace = studio.trace({ step: -1, rows: { kind: "row", part: "training", row: 0 } });
    const results = trace.layers
      .filter(({ part }) => part === "network")
      .map(({ values }) => values[values.length - 1]);
    expect(results).toHaveLength(4);
    [numbers.z1, numbers.y1, numbers.z2, numbers.y2].forEach((wanted, i) => {
      expectNumbers(studio.traceRead(results[i], "value"), wanted, 1e-12);
    });
    [numbers.dz1, numbers.dy1, numbers.dz2, numbers.dy2].forEach((wanted, i) => {
      expectNumbers(studio.traceRead(results[i], "gradient"), wanted, 1e-12);
    });
    expect(trace.loss?.number).toBeCloseTo(numbers.E, 14);
    expectNumbers(studio.traceRead(trace.inputs[0], "gradient"), numbers.dx, 1e-12);
    const weight = trace.values.find(({ name }) => name === "0.weight")?.id ?? -1;
    expectNumbers(studio.traceRead(weight, "gradient"), numbers.dW1.flat(), 1e-12);
    expectNumbers(studio.traceRead(weight, "update"), numbers.W1AfterOne.flat(), 1e-12);
    const bias = trace.values.find(({ name }) => name === "0.bias");
    expect(bias).toBeDefined();
  });

  test("one step, and ten thousand", async () => {
    const { studio, losses } = await opened("mazur");
    await studio.rewind(10_001);
    const all = losses();
    expectNumbers([all[0], all[1]], [numbers.E, numbers.EAfterOne], 1e-12);
    expectNumbers([all[10_000]], [numbers.EAfter10000], 1e-9);
    const trace = studio.trace({ step: 10_000, rows: { kind: "row", part: "training", row: 0 } });
    expectNumbers(studio.traceRead(trace.output, "value"), numbers.y2After10000, 1e-9);
    // Looking back changes nothing of where training stands.
    studio.step();
    expect(losses()[10_001]).toBeLessThan(all[10_000]);
  });

  test("another architecture draws its weights", async () => {
    const { studio, project } = await opened("mazur", { hidden: [3], seed: 1 });
    expect(project.config.hidden).toEqual([3]);
    studio.step();
    expect(mazur.config.hidden).toEqual([2]);
  });
});

describe("traces", () => {
  test("of the batch of a step have the loss of that step, with its dropout", async () => {
    const { studio, losses } = await opened("digits", { dropout: 0.3 });
    await studio.rewind(70);
    for (const step of [0, 31, 32, 45, 69, 70]) {
      const trace = studio.trace({ step, rows: { kind: "batch", step } });
      if (step === 70) studio.step();
      expectNumbers([trace.loss?.number ?? 0], [losses()[step]], 1e-5);
      expect(trace.mode).toBe("train");
    }
    expect(losses()).toHaveLength(71);
  });

  test("follow an edit, and its undoing", async () => {
    const { studio } = await opened("lecture");
    const trace = studio.trace({ step: 0, rows: { kind: "row", part: "training", row: 3 } });
    const before = studio.traceRead(trace.output, "value")[0];
    const bias = trace.values.find(({ name }) => name === "2.bias")?.id ?? -1;
    const old = studio.traceRead(bias, "value")[0];
    studio.traceEdit([{ value: bias, index: 0, number: old + 1 }]);
    expect(studio.traceRead(trace.output, "value")[0]).toBeCloseTo(before + 1, 12);
    studio.traceEdit([]);
    expect(studio.traceRead(trace.output, "value")[0]).toBe(before);
    expect(() => studio.traceEdit([{ value: bias, index: 0, number: Number.NaN }])).toThrow(ChainruleError);
    expect(studio.traceRead(trace.output, "value")[0]).toBe(before);
  });

  test("of typed numbers", async () => {
    const { studio } = await opened("moons");
    const trace = studio.trace({ step: -1, rows: { kind: "typed", inputs: [0.5, -0.25], target: 1 } });
    expect([...studio.traceRead(trace.inputs[0], "value")]).toEqual([0.5, -0.25]);
    const ask = (inputs: number[], target: number | null) => () =>
      studio.trace({ step: -1, rows: { kind: "typed", inputs, target } });
    expect(ask([1], 0)).toThrow(/1 number .* 2 inputs/);
    expect(ask([1, Number.NaN], 0)).toThrow(/x₂.* is NaN/);
    expect(ask([1, 2], 7)).toThrow(/class is 7/);
    expect(ask([1, 2], null)().loss).toBeNull();
    expect(() => studio.trace({ step: 5, rows: { kind: "batch", step: 5 } })).toThrow(/was not done yet/);
    expect(() => studio.trace({ step: -1, rows: { kind: "row", part: "test", row: 1e9 } })).toThrow(/no row/);
  });
});

test.each(exampleNames)("%s opens, traces, and where it can trains", async (name) => {
  const { studio, project, said } = await opened(name);
  const trace = studio.trace({ step: -1, rows: { kind: "row", part: "training", row: 0 } });
  expect(studio.traceRead(trace.output, "value").every(Number.isFinite)).toBe(true);
  for (const { id, hasGradient } of trace.values) {
    expect(studio.traceRead(id, "value").every(Number.isFinite)).toBe(true);
    if (!hasGradient) continue;
    expect(studio.traceRead(id, "gradient").every(Number.isFinite)).toBe(true);
    const explained = studio.traceExplain({ value: id, of: "gradient", index: 0 }, { numeric: true });
    expect(
      explained.numeric === null || explained.numeric.kink || explained.numeric.error < 1e-4,
      trace.values[id].name,
    ).toBe(true);
  }
  if (project.task === "circuit") {
    expect(() => studio.run()).toThrow(/nothing to learn/);
    const { inputs } = studio.row("training", 0);
    expect(inputs).toHaveLength(project.inputNames.length);
    const typed = studio.trace({ step: -1, rows: { kind: "typed", inputs: [...inputs], target: null } });
    expect(studio.traceRead(typed.output, "value")).toEqual(studio.traceRead(trace.output, "value"));
    return;
  }
  studio.step();
  expect(said.at(-1)?.losses.every(Number.isFinite)).toBe(true);
  expect(studio.row("training", 0).truth).not.toBe("");
  expect(studio.outcome("training").task).toBe(project.task);
  expect(studio.health().layers.length).toBeGreaterThan(0);
  studio.dispose();
});

test("XOR is learned with the settings that it begins with", async () => {
  const { studio } = await opened("xor");
  await studio.rewind(400);
  expect(studio.outcome("training")).toMatchObject({
    accuracy: 1,
    confusion: [
      [2, 0],
      [0, 2],
    ],
  });
});

describe("what a model says", () => {
  test("the outcome is the library's", async () => {
    const { studio } = await opened("digits");
    await studio.rewind(100);
    const rows = digits.rows(await readFile(join(folder, "digits.csv"), "utf8"));
    const outcome = studio.outcome("test");
    if (outcome.task !== "classification") throw new Error("no classes");
    const trace = studio.modelFile();
    expect(trace.name).toBe("handwritten-digits.safetensors");
    const again = started();
    await again.studio.openFiles([{ path: trace.name, bytes: trace.bytes }]);
    const other = again.studio.outcome("test");
    expect(other).toEqual(outcome);
    const truth = rows.test?.y as Tensor;
    expect([...outcome.truth]).toEqual([...truth.data]);
    const { confusion, accuracy } = outcome;
    expect(confusion.flat().reduce((a, b) => a + b)).toBe(truth.numel);
    expect(accuracy).toBeCloseTo(confusion.reduce((sum, row, i) => sum + row[i], 0) / truth.numel, 12);
    expect(accuracy).toBeGreaterThan(0.8);
  });

  test("the boundary is what the model says at each point", async () => {
    const { studio } = await opened("moons");
    await studio.rewind(50);
    const { values, spanX, spanY, size, points } = studio.boundary(0, 1, 16);
    expect(values).toHaveLength(16 * 16 * 2);
    for (let i = 0; i < values.length; i += 2) expect(values[i] + values[i + 1]).toBeCloseTo(1, 5);
    expect(points.x.length).toBe(points.truth.length);
    const at = [3, 11] as const;
    const typed = [
      spanX[0] + ((spanX[1] - spanX[0]) * at[0]) / (size - 1),
      spanY[0] + ((spanY[1] - spanY[0]) * at[1]) / (size - 1),
    ];
    const trace = studio.trace({ step: -1, rows: { kind: "typed", inputs: typed, target: null } });
    const [a, b] = studio.traceRead(trace.output, "value");
    expect(values[2 * (at[1] * size + at[0])]).toBeCloseTo(1 / (1 + Math.exp(b - a)), 5);
    expect(() => studio.boundary(0, 2, 16)).toThrow(/no input 2/);
    expect(() => studio.boundary(0, 1, 1e6)).toThrow(/1000000 points/);
  });

  test("along x, the lecture's x² follows", async () => {
    const { studio } = await opened("lecture");
    const { inputs, values, truth, points } = studio.response(0, 21);
    expect(points.x).toHaveLength(200);
    truth?.forEach((t, i) => void expect(t).toBeCloseTo(Math.sin(Math.PI * inputs[i]), 5));
    const trace = studio.trace({
      step: -1,
      rows: { kind: "typed", inputs: [inputs[4], inputs[4] ** 2], target: null },
    });
    expect(values[4]).toBeCloseTo(studio.traceRead(trace.output, "value")[0], 5);
  });

  test("prepared data are the numbers of the example", async () => {
    const { studio } = await opened("mazur");
    expect(studio.preparedData("training")).toEqual({
      dtype: "float64",
      x: Float64Array.of(0.05, 0.1),
      y: Float64Array.of(0.01, 0.99),
      rows: 1,
      plain: true,
    });
  });
});

describe("runs", () => {
  test("one that was kept is opened again as it was, and goes on with the same losses", async () => {
    const { studio, losses, said } = await opened("moons");
    await studio.rewind(90);
    const kept = studio.keepRun("first");
    expect(kept).toMatchObject({ name: "first", steps: 90, weights: 114 });
    await studio.rewind(120);
    const wanted = losses();
    studio.configure({ ...moons.config, hidden: [4], seed: 9 });
    expect(studio.runs()).toHaveLength(1);
    expect(studio.openRun(kept.id).config).toEqual(moons.config);
    said.length = 0;
    studio.listen((progress) => said.push(progress));
    expect(said[0]).toMatchObject({ step: 90, from: 0 });
    await studio.rewind(120);
    expect(losses()).toEqual(wanted);
    await studio.rewind(20);
    await studio.rewind(120);
    expect(losses()).toEqual(wanted);
    studio.dropRun(kept.id);
    expect(studio.runs()).toEqual([]);
    expect(() => studio.openRun(kept.id)).toThrow(/no run/);
  });
});

test("health is sampled while it is watched, with the update of a step", async () => {
  const { studio, until, losses } = await opened("moons");
  studio.watchHealth(true);
  studio.run();
  await until(() => studio.healthHistory().length > 1);
  studio.pause();
  studio.watchHealth(false);
  const history = studio.healthHistory();
  expect(history[0].health.layers.some(({ updateRatio }) => (updateRatio ?? 0) > 0)).toBe(true);
  const first = losses();
  await studio.rewind(0);
  expect(studio.healthHistory().every(({ step }) => step === 0)).toBe(true);
  await studio.rewind(first.length);
  expect(losses()).toEqual(first);
});

test("a model's file measures as the model did", async () => {
  const { studio, said } = await opened("moons");
  await studio.rewind(40);
  const [last] = said.at(-1)?.measured ?? [];
  const file = studio.modelFile();
  const again = started();
  await again.studio.openFiles([{ path: "m.safetensors", bytes: file.bytes }]);
  again.studio.listen((progress) => again.said.push(progress));
  expect(again.said.at(-1)?.measured[0].validation).toEqual(last.validation);
  const outcome = again.studio.outcome("validation");
  expect(outcome.task === "classification" && outcome.accuracy).toBeCloseTo(last.validation?.score ?? -1, 6);
});
