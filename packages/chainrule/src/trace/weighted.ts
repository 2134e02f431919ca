/** z_j = Σ_i w_ij y_i + w_0j: the derivatives of a product with a matrix of weights are known without computing anything. */
import type { Entries } from "./local.ts";
import type { Slot, Step, Value } from "./record.ts";

interface Layout {
  readonly weights: Value;
  readonly units: Value;
  /** Numbers of units that are read, and of results, of one row. */
  readonly inner: number;
  readonly outer: number;
  readonly rows: number;
  /** The place of w_ij. */
  at(i: number, j: number): number;
}

/** The layout of a plain product; null for anything else, such as stacks of matrices or a product that is scaled. */
function layoutOf(step: Step): Layout | null {
  const { weighted } = step.op;
  if (!weighted || "alpha" in step.args) return null;
  const of = (name: string): Value | null => step.slots.find((slot) => slot.name === name)?.value ?? null;
  const [weights, units] = [of(weighted.weights), of(weighted.units)];
  if (weights?.tensor.ndim !== 2 || !units || units.tensor.dtype !== "float64") return null;
  const [first, second] = weights.tensor.shape;
  const byResults = weighted.rows === "results";
  const [outer, inner] = byResults ? [first, second] : [second, first];
  return {
    weights,
    units,
    inner,
    outer,
    rows: outer === 0 ? 0 : step.result.tensor.numel / outer,
    at: byResults ? (i, j) => j * inner + i : (i, j) => i * outer + j,
  };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** ∂value at these places is an element of another value. */
const elements = (at: readonly number[], value: Value, places: readonly number[]): Entries => {
  const { data } = value.tensor;
  return {
    at: [...at],
    derivative: places.map((place) => data[place]),
    factor: places.map((index) => ({ value, index })),
  };
};

const ones = (at: readonly number[]): Entries => ({
  at: [...at],
  derivative: at.map(() => 1),
  factor: at.map(() => null),
});

/** The elements of an input that result element `at` depends on; null where the op is no such product. */
export function weightedRow(step: Step, slot: Slot, at: number): Entries | null {
  const layout = layoutOf(step);
  if (!layout) return null;
  const { weights, units, inner, outer } = layout;
  const [row, j] = [Math.floor(at / outer), at % outer];
  if (slot.name === step.op.weighted?.bias) return ones([j]);
  const read = range(inner).map((i) => row * inner + i);
  const places = range(inner).map((i) => layout.at(i, j));
  return slot.name === step.op.weighted?.weights
    ? elements(places, units, read)
    : elements(read, weights, places);
}

/** The results that depend on element `at` of an input; null where the op is no such product. */
export function weightedColumn(step: Step, slot: Slot, at: number): Entries | null {
  const layout = layoutOf(step);
  if (!layout) return null;
  const { weights, units, inner, outer, rows } = layout;
  const results = (j: number): number[] => range(rows).map((row) => row * outer + j);
  if (slot.name === step.op.weighted?.bias) return ones(results(at));
  if (slot.name === step.op.weighted?.weights) {
    const byResults = step.op.weighted.rows === "results";
    const [i, j] = byResults ? [at % inner, Math.floor(at / inner)] : [Math.floor(at / outer), at % outer];
    return elements(
      results(j),
      units,
      range(rows).map((row) => row * inner + i),
    );
  }
  const [row, i] = [Math.floor(at / inner), at % inner];
  return elements(
    range(outer).map((j) => row * outer + j),
    weights,
    range(outer).map((j) => layout.at(i, j)),
  );
}
