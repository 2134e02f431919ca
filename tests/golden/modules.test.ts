/** Every layer against PyTorch: initial weights, output, gradients of inputs and parameters, and changed buffers. */
import { manualSeed, nn, type Tensor } from "chainrule";
import { describe, expect, test } from "vitest";
import { expectClose, fromGolden, type GoldenTensor, golden, tolerance } from "./golden.ts";

type State = Record<string, GoldenTensor>;

interface Case {
  name: string;
  module: string;
  args: unknown[];
  options: Record<string, unknown>;
  seed: number;
  dtype: "float32" | "float64";
  training: boolean;
  stateDict?: State;
  loads?: State;
  inputs: GoldenTensor[];
  output: GoldenTensor;
  cotangent?: GoldenTensor;
  gradInputs?: (GoldenTensor | null)[];
  gradParams?: State;
  stateDictAfter?: State;
}

type AnyModule = nn.Module & { forward(...inputs: Tensor[]): Tensor };
const layers = nn as unknown as Record<string, new (...args: unknown[]) => AnyModule>;
const cases = golden<Case[]>("modules");

/** State keys are PyTorch's own here, and in camelCase in the files. */
const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function expectState(model: nn.Module, wanted: State, rtol: number, what: string): void {
  const state = model.stateDict();
  expect(Object.keys(state)).toEqual(Object.keys(wanted).map(snake));
  for (const [key, value] of Object.entries(wanted))
    expectClose(state[snake(key)], value, rtol, rtol, `${what} ${key}`);
}

/** The module of a case, with its first weights checked, or others loaded. */
function build(c: Case): AnyModule {
  manualSeed(c.seed);
  const given = Object.keys(c.options).length > 0 ? [...c.args, c.options] : c.args;
  const model = new layers[c.module](...given);
  if (!("dtype" in c.options)) model.to(c.dtype);
  model.train(c.training);
  if (c.loads) {
    const state = Object.entries(c.loads).map(([key, value]) => [snake(key), fromGolden(value)]);
    model.loadStateDict(Object.fromEntries(state));
  } else {
    expectState(model, c.stateDict ?? {}, 1e-7, "initial");
  }
  return model;
}

function run(c: Case): void {
  const model = build(c);
  const rtol = tolerance[c.dtype];
  const inputs = c.inputs.map((x) => fromGolden(x, x.dtype !== "int32"));
  const output = model(...inputs);
  expectClose(output, c.output, rtol, rtol, "output");
  if (c.cotangent) {
    output.backward({ gradient: fromGolden(c.cotangent) });
    c.gradInputs?.forEach((wanted, i) => {
      const { grad } = inputs[i];
      if (wanted && grad) expectClose(grad, wanted, rtol, rtol, `gradient of input ${i}`);
      else expect(grad, `gradient of input ${i}`).toBe(wanted);
    });
    const parameters = new Map(model.namedParameters());
    expect([...parameters.keys()]).toEqual(Object.keys(c.gradParams ?? {}));
    for (const [key, wanted] of Object.entries(c.gradParams ?? {})) {
      const grad = parameters.get(key)?.grad;
      if (!grad) expect.fail(`${key} has no gradient`);
      expectClose(grad, wanted, rtol, rtol, `gradient of ${key}`);
    }
  }
  if (c.stateDictAfter) expectState(model, c.stateDictAfter, rtol, "afterwards");
  else if (c.stateDict) expectState(model, c.stateDict, 1e-7, "afterwards");
}

const kinds = [...new Set(cases.map((c) => c.module))];
describe.each(kinds)("%s", (kind) => {
  test.each(cases.filter((c) => c.module === kind).map((c) => [c.name, c] as const))("%s", (_, c) => run(c));
});

test("every layer has cases", () => {
  const notLayers = /Loss$|^Module|^Parameter|^Sequential$|Container$|^WidthKeeper$/;
  const classes = Object.entries(nn).filter(
    ([name, value]) => typeof value === "function" && !notLayers.test(name),
  );
  expect(classes.map(([name]) => name).filter((name) => !kinds.includes(name))).toEqual([]);
});
