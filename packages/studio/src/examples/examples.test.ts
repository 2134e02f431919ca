/** Facts of the examples: their data, and the published numbers of the circuits. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { grad, manualSeed, type nn, type Tensor } from "chainrule";
import { describe, expect, test } from "vitest";
import { expectNumbers, golden } from "../../../../tests/golden/golden.ts";
import { exampleNames } from "../protocol.ts";
import { circuits } from "./circuits.ts";
import { exampleNamed, isNetwork, type NetworkExample } from "./index.ts";

interface Numbers {
  circuits: { grads: number[]; value?: number }[];
  micrograd: [
    { g: [number, number]; dgda: [number, number]; dgdb: [number, number] },
    { y: number; dx: number },
  ];
  cmu: { linear: Record<"Z" | "dA", number[][]>; softmax: { dz: number[] } };
}

const published = golden<Numbers>("worked_examples");
const text = readFileSync(join(import.meta.dirname, "../../../cli/data/digits.csv"), "utf8");

const named = (name: string): NetworkExample => {
  const example = exampleNamed(name as "lecture");
  if (!isNetwork(example)) throw new Error(`${name} is no network`);
  return example;
};

test("every name has an example", () => {
  for (const name of exampleNames) {
    if (name === "penguins") continue;
    expect(exampleNamed(name)?.name, name).toBe(name);
  }
});

describe.each(["lecture", "mazur", "xor", "moons", "spiral", "digits", "cubic"])("%s", (name) => {
  const example = named(name);

  test("the same data each time, and finite numbers of the names' width", () => {
    const [a, b] = [example.rows(text), example.rows(text)];
    for (const part of ["training", "validation", "test"] as const) {
      const [one, other] = [a[part], b[part]];
      if (one === null) continue;
      expect(one.x.shape[1]).toBe(example.inputNames.length);
      expect(one.y.shape[0]).toBe(one.x.shape[0]);
      expect(one.x.data.every(Number.isFinite)).toBe(true);
      expect(other?.x.data).toEqual(one.x.data);
      expect(other?.y.data).toEqual(one.y.data);
    }
  });

  test("its model takes its rows, and its loss is one number", () => {
    manualSeed(0);
    const { x, y } = example.rows(text).training;
    const output = (example.model(example.config) as nn.Sequential)(x);
    expect(output.numel).toBe(x.shape[0] * example.outputNames.length);
    const loss = (example.loss() as unknown as (a: Tensor, b: Tensor) => Tensor)(output, y);
    expect(loss.numel).toBe(1);
    expect(Number.isFinite(loss.item())).toBe(true);
  });
});

test("parts of digits have no row in common, and each class in the same share", () => {
  const { training, validation, test: last } = named("digits").rows(text);
  const sizes = [training, validation, last].map((part) => part?.x.shape[0] ?? 0);
  expect(sizes.reduce((a, b) => a + b)).toBe(1797);
  expect(sizes[2] / 1797).toBeCloseTo(0.2, 2);
  const share = (y: Tensor | undefined, digit: number): number => {
    const labels = [...(y?.data ?? [])];
    return labels.filter((label) => label === digit).length / labels.length;
  };
  for (let digit = 0; digit < 10; digit++)
    expect(Math.abs(share(training.y, digit) - share(last?.y, digit))).toBeLessThan(0.01);
});

test("two moons are 400 points in two classes that touch", () => {
  const { training, validation, test: last } = named("moons").rows("");
  const parts = [training, validation, last].map((part) => part as NonNullable<typeof part>);
  const labels = parts.flatMap(({ y }) => [...y.data]);
  expect(labels).toHaveLength(400);
  expect(labels.filter((label) => label === 1)).toHaveLength(200);
  // Without noise the first moon is on the unit circle around (0, 0): the noise has a standard deviation of 0.2.
  const off = parts.flatMap(({ x, y }) =>
    [...y.data].flatMap((label, i) =>
      label === 0 ? [Math.hypot(x.data[2 * i], x.data[2 * i + 1]) - 1] : [],
    ),
  );
  const sd = Math.sqrt(off.reduce((sum, d) => sum + d * d, 0) / off.length);
  expect(sd).toBeGreaterThan(0.15);
  expect(sd).toBeLessThan(0.25);
});

describe("circuits", () => {
  const wanted: Record<string, { value?: number; grads: number[] }> = {
    "cs231n-product": published.circuits[0],
    "cs231n-neuron": published.circuits[1],
    "cs231n-max": published.circuits[2],
    "cs231n-quotient": published.circuits[3],
    "cs231n-softmax": { value: -Math.log(0.3), grads: published.circuits[4].grads },
    micrograd: {
      value: 2421 / 98,
      grads: [47620 / 343, 221433 / 343],
    },
    "micrograd-sanity": { value: published.micrograd[1].y, grads: [published.micrograd[1].dx] },
    "cmu-linear": { grads: published.cmu.linear.dA.flat() },
    "cmu-softmax": { grads: published.cmu.softmax.dz },
  };

  test.each(circuits.map((circuit) => [circuit.name, circuit] as const))("%s", (name, circuit) => {
    const inputs = circuit.inputs.map(({ value }) => value.clone().requiresGrad_());
    const output = (circuit.compute() as (...inputs: Tensor[]) => Tensor)(...inputs);
    const loss = circuit.loss?.() as unknown as ((a: Tensor, b: Tensor) => Tensor) | undefined;
    const end = loss ? loss(output, circuit.target as Tensor) : output;
    const { value, grads } = wanted[name];
    if (value !== undefined) expectNumbers([end.item()], [value], 1e-12);
    const slopes = circuit.gradient
      ? grad(output, inputs, { gradOutputs: circuit.gradient })
      : grad(end, inputs);
    expectNumbers(
      slopes.flatMap((slope) => [...slope.data]),
      grads,
      1e-12,
      1e-14,
      "gradient",
    );
  });
});
