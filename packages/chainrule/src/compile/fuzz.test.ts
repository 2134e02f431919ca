/**
 * Random programs over the public API, compiled and step by step: values, derivatives, what is left in state and in random
 * generators, for several calls. CHAINRULE_FUZZ=<number of programs>[,<seed>] runs more of them.
 */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { compile, defaultGenerator, getNumThreads, manualSeed, setNumThreads, Tensor } from "../index.ts";
import { ChainruleError } from "../util/errors.ts";
import { largest, type Operation, operationsOf, type Plan, World } from "./testing/random-program.ts";

const [wish, seed] = (process.env.CHAINRULE_FUZZ ?? "").split(",").map(Number);
const runs = { numRuns: wish || 60, seed: seed || 5 };

const plans = (dtype: Plan["dtype"]): fc.Arbitrary<Plan> =>
  fc.record({
    seed: fc.nat(4095),
    dtype: fc.constant(dtype),
    steps: fc.array(fc.array(fc.nat(1000), { minLength: 10, maxLength: 10 }), { minLength: 1, maxLength: 40, size: "max" }),
    descends: fc.boolean(),
  });

/** What a call leaves behind. */
interface Outcome {
  readonly results: readonly Tensor[];
  readonly state: readonly Tensor[];
  readonly draws: readonly (readonly number[])[];
  readonly error: string | undefined;
  readonly scale: number;
}

type Runner = (args: readonly Tensor[]) => Tensor[];

/** Calls a step with arguments of their own, three times. */
function outcomes(world: World, step: Runner): Outcome[] {
  manualSeed(world.plan.seed);
  return [0, 1, 2].map((call) => {
    let results: readonly Tensor[] = [];
    let error: string | undefined;
    try {
      results = step(world.arguments(call));
    } catch (thrown) {
      if (!(thrown instanceof ChainruleError)) throw thrown;
      error = thrown.code;
    }
    return {
      results: results.map((x) => x.detach().clone()),
      state: [...world.parameters, ...world.states].map((x) => x.detach().clone()),
      draws: [defaultGenerator, world.generator].map((g) => [...g.getState()]),
      error,
      scale: 0,
    };
  });
}

/** Step by step, with the size of the largest number that was met. */
function eagerly(plan: Plan, operations: readonly Operation[]): Outcome[] {
  const world = new World(plan);
  const scales: number[] = [];
  const found = outcomes(world, (args) => {
    const results = world.step(args, operations);
    scales.push(Math.max(1, ...[...world.met, ...results].map(largest)));
    return results;
  });
  return found.map((outcome, i) => ({ ...outcome, scale: scales[i] ?? 1 }));
}

function compiled(plan: Plan, operations: readonly Operation[], options: { strict: boolean; threads: number }): Outcome[] {
  const world = new World(plan);
  const step = compile((...args: Tensor[]) => world.step(args, operations), { strict: options.strict, keepGrads: true });
  setNumThreads(options.threads);
  try {
    return outcomes(world, (args) => step(...args));
  } finally {
    step.dispose();
  }
}

const threads = getNumThreads();
afterAll(() => setNumThreads(threads));

/** The largest difference; infinite where one is no number and the other is. */
function distance(a: Tensor, b: Tensor): number {
  const [x, y] = [a.data, b.data];
  let found = 0;
  for (let i = 0; i < x.length; i++)
    if (!Object.is(Number(x[i]), Number(y[i])) && x[i] !== y[i]) {
      const d = Math.abs(x[i] - y[i]);
      found = Math.max(found, Number.isNaN(d) ? Number.POSITIVE_INFINITY : d);
    }
  return found;
}

function compare(found: readonly Outcome[], wanted: readonly Outcome[], tolerance: number): void {
  for (const [call, a] of found.entries()) {
    const b = wanted[call];
    // Where numbers grow without limit, rounding errors do too.
    if (!(b.scale < 1e4)) return;
    expect(a.error, `error of call ${call}`).toBe(b.error);
    if (a.error) return;
    for (const key of ["results", "state"] as const) {
      for (const [i, x] of a[key].entries()) {
        const y = b[key][i];
        const name = `${key} ${i} of call ${call}`;
        expect([x.shape, x.dtype], name).toEqual([y.shape, y.dtype]);
        const d = distance(x, y);
        if (!(d <= tolerance * b.scale))
          expect.fail(`${name} differs by ${d} (numbers up to ${b.scale}):\n${x}\n${y}`);
      }
    }
    expect(a.draws, `generators after call ${call}`).toEqual(b.draws);
  }
}

const tolerances = { float64: 1e-9, float32: 2e-3 };

for (const [dtype, tolerance] of Object.entries(tolerances) as ["float64" | "float32", number][])
  test(`random programs in ${dtype} compute what their steps compute one by one`, () => {
    fc.assert(
      fc.property(plans(dtype), (plan) => {
        const operations = operationsOf(plan);
        const wanted = eagerly(plan, operations);
        const fast = compiled(plan, operations, { strict: false, threads: 1 });
        compare(fast, wanted, tolerance);
        compare(compiled(plan, operations, { strict: true, threads: 2 }), wanted, tolerance);
        compare(compiled(plan, operations, { strict: false, threads: 2 }), fast.map((outcome, i) => ({ ...outcome, scale: wanted[i].scale })), 0);
      }),
      runs,
    );
  }, 3_600_000);
