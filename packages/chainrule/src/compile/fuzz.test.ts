/**
 * Random programs over the public API, compiled and step by step: values, derivatives, what is left in state and in random
 * generators, for several calls. CHAINRULE_FUZZ=<number of programs>[,<seed>] runs more of them.
 */
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { getNumThreads, setNumThreads } from "../index.ts";
import { disagreement } from "./testing/disagreement.ts";
import type { Plan } from "./testing/random-program.ts";

const [wish, seed] = (process.env.CHAINRULE_FUZZ ?? "").split(",").map(Number);
const runs = { numRuns: wish || 25, seed: seed || 5 };

const plans = (dtype: Plan["dtype"]): fc.Arbitrary<Plan> =>
  fc.record({
    seed: fc.nat(4095),
    dtype: fc.constant(dtype),
    steps: fc.array(fc.array(fc.nat(1000), { minLength: 10, maxLength: 10 }), {
      minLength: 1,
      maxLength: 40,
      size: "max",
    }),
    descends: fc.boolean(),
  });

const threads = getNumThreads();
afterAll(() => setNumThreads(threads));

for (const dtype of ["float64", "float32"] as const)
  test(`random programs in ${dtype} compute what their steps compute one by one`, () => {
    fc.assert(
      fc.property(plans(dtype), (plan) => {
        expect(disagreement(plan)).toBeUndefined();
      }),
      runs,
    );
  }, 3_600_000);
