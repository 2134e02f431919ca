/** The derivatives of one operation, element by element, by its own rule. */

import { enableGrad, isFloating, type Op, Tensor, withMode, zerosLike } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { argumentsOf, type Slot, type Step, type Value } from "./record.ts";
import { weightedColumn, weightedRow } from "./weighted.ts";

/** Elements of a Jacobian's row or column. */
export interface Entries {
  /** Places, ascending. */
  readonly at: number[];
  readonly derivative: number[];
  /** For each, the element of another input that the derivative is, where it is one. */
  readonly factor: ({ readonly value: Value; readonly index: number } | null)[];
}

type Arguments = Record<string, unknown>;

/** Runs `body` so that nobody is told, and derivatives are recorded. */
const apart = <T>(body: () => T): T => withMode("observer", null, () => enableGrad(body));

const shapeOf = (slot: Slot): readonly number[] => slot.value?.tensor.shape ?? [];

/** ∂(dy · result)/∂slot by the op's own derivative, in the slot's shape; null where it is zero everywhere. */
function sendBack(step: Step, slot: Slot, dy: Tensor, args: Arguments): Tensor | null {
  const rule: Op["vjp"][string] | undefined = step.op.vjp[slot.name];
  if (!rule) return null;
  const shape = shapeOf(slot);
  const dtype = slot.value?.tensor.dtype ?? "float64";
  const sent = rule(dy, { y: step.result.tensor, ...args } as never, { shape, dtype }, slot.index);
  return sent ? sent.sumTo(shape) : null;
}

/** A tensor of zeros with a one. */
function oneHot(x: Tensor, at: number): Tensor {
  const data = new Float64Array(x.numel);
  data[at] = 1;
  return Tensor.over(data, x.shape, "float64");
}

/** ∂result_at/∂slot for all elements of the slot. */
function derivativesOf(step: Step, slot: Slot, at: number, args: Arguments): Float64Array {
  const sent = apart(() => sendBack(step, slot, oneHot(step.result.tensor, at), args));
  return sent ? Float64Array.from(sent.data) : new Float64Array(count(slot));
}

const count = (slot: Slot): number => slot.value?.tensor.numel ?? 1;

/** ∂result/∂slot_at for all elements of the result. */
function column(step: Step, slot: Slot, at: number, args: Arguments): Float64Array {
  const result = step.result.tensor;
  const size = result.numel;
  return apart(() => {
    // uᵀJ is linear in u, and its derivative in the direction e is Je.
    const u = zerosLike(result, { dtype: "float64" }).requiresGrad_();
    const product = sendBack(step, slot, u, args);
    if (!product) return new Float64Array(size);
    if (product.requiresGrad) {
      product.backward({ gradient: oneHot(product, at), inputs: u });
      return u.grad ? Float64Array.from(u.grad.data) : new Float64Array(size);
    }
    // A derivative that does not record what it computes: one row after the other.
    return Float64Array.from({ length: size }, (_, j) => derivativesOf(step, slot, j, args)[at]);
  });
}

/** A row of the Jacobian of one op: the elements of `slot` that result element `at` depends on. */
export const rowOf = (step: Step, slot: Slot, at: number): Entries =>
  weightedRow(step, slot, at) ?? entries(step, slot, (args) => derivativesOf(step, slot, at, args));

/**
 * A column of the Jacobian: the results that depend on element `at` of `slot`.
 *
 * @param only the results that can depend on it, which are told even where the derivative happens to be 0; null where that is not known
 */
export const columnOf = (step: Step, slot: Slot, at: number, only: readonly number[] | null): Entries =>
  weightedColumn(step, slot, at) ?? entries(step, slot, (args) => column(step, slot, at, args), only);

function entries(
  step: Step,
  slot: Slot,
  derivatives: (args: Arguments) => Float64Array,
  only: readonly number[] | null = null,
): Entries {
  const actual = derivatives(argumentsOf(step));
  const found: Entries = { at: [], derivative: [], factor: [] };
  const others = step.op.linearIn ? probed(step, slot) : [];
  if (others.length === 0) {
    if (only) for (const i of only) add(found, i, actual[i], null);
    else
      actual.forEach((d, i) => {
        if (d !== 0) add(found, i, d, null);
      });
    return found;
  }
  // With the places of elements in the place of the other inputs' values, a derivative that is one of these elements tells which.
  const first = derivatives(withProbes(step, others, 0));
  const second = derivatives(withProbes(step, others, 0.5));
  for (let i = 0; i < actual.length; i++) {
    // 0 · NaN and 0 · ∞ of elements beside tell nothing.
    const isElsewhere = first[i] === 0 && second[i] === 0 && !(Math.abs(actual[i]) > 0);
    if (isElsewhere || (actual[i] === 0 && first[i] === 0)) continue;
    add(found, i, actual[i], factorOf(others, actual[i], first[i], second[i]));
  }
  return found;
}

function add(to: Entries, at: number, derivative: number, factor: Entries["factor"][number]): void {
  to.at.push(at);
  to.derivative.push(derivative);
  to.factor.push(factor);
}

interface Probe {
  readonly slot: Slot;
  readonly value: Value;
  /** Places of its elements are counted from here, so that those of two inputs differ. */
  readonly base: number;
}

/** The other inputs that derivatives may be elements of. */
function probed(step: Step, asked: Slot): Probe[] {
  let base = 1;
  const probes: Probe[] = [];
  for (const slot of step.slots) {
    const { name, value } = slot;
    if (slot === asked || !value || !step.op.vjp[name] || !isFloating(value.tensor.dtype)) continue;
    probes.push({ slot, value, base });
    base += value.tensor.numel;
  }
  return probes;
}

function withProbes(step: Step, probes: readonly Probe[], shift: number): Arguments {
  return argumentsOf(step, (value, slot) => {
    const probe = probes.find((p) => p.slot === slot);
    if (!probe) return value.tensor;
    const { shape, numel } = value.tensor;
    return Tensor.over(
      Float64Array.from({ length: numel }, (_, i) => probe.base + i + shift),
      shape,
      "float64",
    );
  });
}

function factorOf(
  probes: readonly Probe[],
  actual: number,
  first: number,
  second: number,
): Entries["factor"][number] {
  if (!Number.isInteger(first) || second !== first + 0.5) return null;
  const probe = probes.find(({ value, base }) => first >= base && first < base + value.tensor.numel);
  if (!probe) return null;
  const index = first - probe.base;
  return probe.value.tensor.data[index] === actual ? { value: probe.value, index } : null;
}

/** ∂result/∂input of the operation that made `result`, for one row of the batch where both have rows. */
export function jacobianOf(
  result: Value,
  input: Value,
  row: number,
  rows: number,
): { rows: number; columns: number; data: Float64Array } {
  const slots = result.step?.slots.filter((slot) => slot.value === input) ?? [];
  const { step } = result;
  if (!step || slots.length === 0) {
    throw new ChainruleError(
      "argument",
      `Value ${result.id} was not computed from value ${input.id} by one operation.`,
      "Ask for one of the value's own inputs.",
    );
  }
  const part = ({ tensor, role }: Value): [start: number, count: number] => {
    const hasRows = rows > 1 && tensor.shape[0] === rows && (role === "input" || role === "result");
    const count = hasRows ? tensor.numel / rows : tensor.numel;
    return [hasRows ? row * count : 0, count];
  };
  const [start, count] = part(result);
  const [from, columns] = part(input);
  const data = new Float64Array(count * columns);
  const args = argumentsOf(step);
  for (let j = 0; j < count; j++)
    for (const slot of slots) {
      const derivatives = derivativesOf(step, slot, start + j, args);
      for (let i = 0; i < columns; i++) data[j * columns + i] += derivatives[from + i];
    }
  return { rows: count, columns, data };
}
