/** Runs random programs in several ways and says where they differ. */
import { compile, defaultGenerator, manualSeed, setNumThreads, type Tensor } from "../../index.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import { ChainruleError } from "../../util/errors.ts";
import { largest, type Operation, operationsOf, type Plan, World } from "./random-program.ts";

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

/** Step by step, with the size of the largest number that was met, and whether all were of double precision. */
function eagerly(plan: Plan, operations: readonly Operation[]): { outcomes: Outcome[]; precise: boolean } {
  const world = new World(plan);
  const scales: number[] = [];
  const found = outcomes(world, (args) => {
    const results = world.step(args, operations);
    scales.push(Math.max(1, ...[...world.met, ...results].map(largest)));
    return results;
  });
  return {
    outcomes: found.map((outcome, call) => ({ ...outcome, scale: scales[call] ?? 1 })),
    precise: world.met.every(({ dtype }) => dtype !== "float32"),
  };
}

function compiled(
  plan: Plan,
  operations: readonly Operation[],
  options: { strict: boolean; threads: number },
): Outcome[] {
  const world = new World(plan);
  const step = compile((...args: Tensor[]) => world.step(args, operations), {
    strict: options.strict,
    keepGrads: true,
  });
  setNumThreads(options.threads);
  try {
    return outcomes(world, (args) => step(...args));
  } finally {
    step.dispose();
  }
}

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

const largestScale = (tolerance: number): number => (tolerance < 1e-6 ? 1e4 : 100);

/** The first difference beyond the tolerance, in words. */
function difference(
  found: readonly Outcome[],
  wanted: readonly Outcome[],
  tolerance: number,
): string | undefined {
  for (const [call, a] of found.entries()) {
    const b = wanted[call];
    // Where numbers grow without limit, rounding errors do too.
    if (!(b.scale < largestScale(tolerance))) return undefined;
    if (a.error !== b.error) return `call ${call} ends with ${a.error}, not ${b.error}`;
    // What an error leaves behind is another matter: a compiled step changes nothing.
    if (a.error) return undefined;
    for (const key of ["results", "state"] as const) {
      for (const [i, x] of a[key].entries()) {
        const y = b[key][i];
        const name = `${key} ${i} of call ${call}`;
        if (!sameShape(x.shape, y.shape) || x.dtype !== y.dtype)
          return `${name} is ${x.dtype} ${showShape(x.shape)}, not ${y.dtype} ${showShape(y.shape)}`;
        const d = distance(x, y);
        if (!(d <= tolerance * b.scale))
          return `${name} differs by ${d} (numbers up to ${b.scale}):\n${x}\n${y}`;
      }
    }
    if (String(a.draws) !== String(b.draws)) return `random generators stand elsewhere after call ${call}`;
  }
  return undefined;
}

/** How a compiled program differs from its steps carried out one by one, or one thread from two; undefined if it does not. */
export function disagreement(plan: Plan, operations = operationsOf(plan)): string | undefined {
  const { outcomes: wanted, precise } = eagerly(plan, operations);
  const tolerance = precise ? 1e-9 : 2e-3;
  const fast = compiled(plan, operations, { strict: false, threads: 1 });
  const alone = difference(fast, wanted, tolerance);
  if (alone) return `compiled: ${alone}`;
  const strict = difference(compiled(plan, operations, { strict: true, threads: 1 }), wanted, tolerance);
  if (strict) return `compiled strictly: ${strict}`;
  const exact = fast.map((outcome, call) => ({ ...outcome, scale: wanted[call].scale }));
  const together = difference(compiled(plan, operations, { strict: false, threads: 2 }), exact, 0);
  return together && `on two threads: ${together}`;
}
