/** Random training steps over the public API, each made twice or more with state of its own, to compare ways to run them. */
import { Generator, noGrad, Tensor, type TypedArray } from "../../index.ts";
import { type DType, isFloating } from "../../shape/dtype.ts";
import { ChainruleError } from "../../util/errors.ts";
import { Choices, numbers, type Step } from "./random-operands.ts";
import { choose } from "./random-step.ts";

/** What a program is made from. */
export interface Plan {
  readonly seed: number;
  readonly dtype: DType;
  /** For each operation, the numbers that choose it, its operands and its options. */
  readonly steps: readonly (readonly number[])[];
  /** Whether the parameters move against their gradients at the end. */
  readonly descends: boolean;
}

/** Elements beyond this make a program slow, values beyond this make it ill-conditioned. */
const most = { elements: 5000, value: 60 };

/** Tensors that the step of a program closes over, and the step. */
export class World {
  readonly plan: Plan;
  readonly parameters: readonly Tensor[];
  readonly states: readonly Tensor[];
  readonly generator = new Generator(5);
  /** Everything that the last step computed. */
  met: readonly Tensor[] = [];

  constructor(plan: Plan) {
    this.plan = plan;
    const { seed, dtype } = plan;
    const s = (i: number): number => 1 + ((seed >> i) % 4);
    this.parameters = [numbers(seed, [s(0), s(2)], dtype), numbers(seed + 1, [s(2)], dtype)].map((p) =>
      p.requiresGrad_(),
    );
    const table = numbers(seed + 2, [4, 3], dtype);
    this.states = [table, table.at("1:3"), table.transpose(0, 1), numbers(seed + 3, [s(4), s(2)], dtype)];
  }

  /** Arguments of one call: the shapes are the same for each. */
  arguments(call: number): Tensor[] {
    const { seed, dtype } = this.plan;
    const s = (i: number): number => 1 + ((seed >> i) % 5);
    const large = numbers(seed + 10 * call, [s(6), s(3), 3], dtype);
    return [
      numbers(seed + 4 + 10 * call, [s(1), s(2)], dtype),
      call === 1 ? large.transpose(0, 1).contiguous().transpose(0, 1) : large,
      numbers(call, [17], dtype).mul(4).to("int32"),
      numbers(seed + call, [s(1), 1], dtype).gt(0.1),
    ];
  }

  /** What the operations make of the arguments. The first of these takes part in derivatives, others are only read. */
  run(args: readonly Tensor[], operations: readonly Operation[]): { leaf: Tensor; pool: Tensor[] } {
    const leaf = args[0].detach().clone().requiresGrad_();
    const pool = [...this.parameters, ...this.states, leaf, ...args.slice(1)];
    for (const { step, chosen } of operations) {
      const choices = new Choices(chosen);
      const made = step({ choices, pool, generator: this.generator, dtype: this.plan.dtype });
      pool.push(...(made instanceof Tensor ? [made] : made));
    }
    return { leaf, pool };
  }

  /** The training step: what the operations compute, its derivatives, and the state that it leaves. */
  step(args: readonly Tensor[], operations: readonly Operation[]): Tensor[] {
    const { dtype } = this.plan;
    const { leaf, pool } = this.run(args, operations);
    this.met = pool;
    const results = pool.slice(-7);
    const leaves = [...this.parameters, leaf];
    let loss = leaves.reduce((sum, p) => sum.add(p.sum()), leaf.detach().sum());
    for (const [i, x] of results.entries())
      if (isFloating(x.dtype) && x.numel > 0)
        loss = loss.add(
          x
            .to(dtype)
            .mul(numbers(i, x.shape, dtype))
            .mean(),
        );
    for (const p of this.parameters) p.grad = null;
    loss.backward();
    const gradients = leaves.map((p) => (p.grad as Tensor).clone());
    if (this.plan.descends)
      noGrad(() => {
        for (const p of this.parameters) p.sub_(p.grad as Tensor, { alpha: 0.05 });
      });
    return [loss, ...gradients, ...results];
  }
}

export interface Operation {
  readonly step: Step;
  readonly chosen: readonly number[];
}

/** The operations of a plan that can be carried out and give numbers of ordinary size. */
export function operationsOf(plan: Plan): Operation[] {
  const kept: Operation[] = [];
  for (const chosen of plan.steps) {
    const operation = { step: choose(new Choices(chosen)), chosen: chosen.slice(2) };
    if (succeeds(plan, [...kept, operation])) kept.push(operation);
  }
  return kept;
}

function succeeds(plan: Plan, operations: readonly Operation[]): boolean {
  const world = new World(plan);
  const args = world.arguments(0);
  const versions = args.map((x) => x.storage.version);
  try {
    const { pool } = world.run(args, operations);
    return pool.every(isTame) && args.every((x, i) => x.storage.version === versions[i]);
  } catch (error) {
    if (error instanceof ChainruleError) return false;
    throw error;
  }
}

/** Neither large nor infinite. */
const isTame = (x: Tensor): boolean => x.numel <= most.elements && largest(x) <= most.value;

/** The largest element by size; NaN if there is one. */
export function largest(x: Tensor): number {
  let found = 0;
  for (const value of x.data as TypedArray) if (!(Math.abs(value) <= found)) found = Math.abs(value);
  return found;
}
