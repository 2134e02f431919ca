import type { Tensor } from "../core/tensor.ts";
import { numel, sameShape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";

/** A tensor with a name for each dimension: a letter, or "…0", "…1", … for those that an ellipsis stands for, last first. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

const fail = (problem: string, remedy: string): never => {
  throw new ChainruleError("argument", problem, remedy).within("einsum");
};

/**
 * Einstein's summation convention, as `torch.einsum`: a letter for each dimension of each operand; products of elements are
 * summed over the letters that the output lacks. Letters of the same name are the same index; twice in one operand they mean
 * its diagonal; `...` stands for leading dimensions that broadcast. Without `->`, the output has the letters that occur once,
 * in alphabetical order. Operands are contracted from left to right.
 *
 * @throws ChainruleError `argument` when the equation is none or does not fit the operands, `shape` when a letter stands for
 * different sizes
 *
 * @example
 * const a = tensor([[1, 2], [3, 4]]);
 * const b = tensor([[1, 0, 1], [0, 1, 1]]);
 * einsum("ij,jk->ik", [a, b]); // → tensor([[1., 2., 3.], [3., 4., 7.]])
 * einsum("ij,jk->k", a, b); // → tensor([4., 6., 10.])
 * einsum("ii", a); // → tensor(5.)
 * einsum("i,j->ij", tensor([1, 2]), tensor([1, 10])); // → tensor([[1., 10.], [2., 20.]])
 * einsum("ij,ik->jk", a, eye(3)); // throws shape: … The index i of "ij,ik->jk" has the sizes 2 and 3
 */
export function einsum(equation: string, operands: readonly Tensor[]): Tensor;
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor;
export function einsum(equation: string, ...given: readonly (Tensor | readonly Tensor[])[]): Tensor {
  const operands = given.flat() as Tensor[];
  const [inputs, output, ...more] = equation.replace(/\s/g, "").split("->");
  const terms = inputs.split(",");
  if (more.length > 0 || terms.length !== operands.length) {
    fail(
      `"${equation}" does not describe ${operands.length} operand${operands.length === 1 ? "" : "s"}.`,
      "Write one list of letters for each operand, with commas in between, and at most one ->.",
    );
  }
  const named = operands.map((x, i) => ({ x, labels: labelsOf(terms[i], x, equation) }));
  const sizes = sizesOf(named, equation);
  const wanted = output === undefined ? implicitOutput(named) : outputLabels(output, sizes, equation);
  let left = prepared(named[0], sizes);
  for (let i = 1; i < named.length; i++) {
    const needed = new Set([...wanted, ...named.slice(i + 1).flatMap(({ labels }) => labels)]);
    left = contract(left, prepared(named[i], sizes), needed);
  }
  const result = sumOut(left, new Set(wanted));
  return result.x.permute(wanted.map((label) => result.labels.indexOf(label)));
}

function labelsOf(term: string, x: Tensor, equation: string): string[] {
  const parts = term.split("...");
  if (parts.length > 2 || !/^[A-Za-z]*$/.test(parts.join(""))) {
    fail(`"${term}" in "${equation}" is no list of letters.`, 'Use letters, and at most one "...".');
  }
  const letters = parts.join("").length;
  const hidden = x.ndim - letters;
  if (parts.length === 2 ? hidden < 0 : hidden !== 0) {
    fail(
      `"${term}" in "${equation}" names ${letters} dimensions of an operand of shape ${showShape(x.shape)}.`,
      "Write one letter for each dimension.",
    );
  }
  const dots = Array.from({ length: Math.max(hidden, 0) }, (_, i) => `…${hidden - 1 - i}`);
  return [...parts[0], ...dots, ...(parts[1] ?? "")];
}

/** The size that each letter stands for; 1 gives way to another. */
function sizesOf(operands: readonly Labelled[], equation: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, labels } of operands) {
    labels.forEach((label, d) => {
      const before = sizes.get(label) ?? 1;
      const size = x.shape[d];
      if (before !== 1 && size !== 1 && size !== before) {
        throw new ChainruleError(
          "shape",
          `The index ${label} of "${equation}" has the sizes ${before} and ${size}.`,
          "Dimensions of one letter must have one size.",
        ).within("einsum");
      }
      sizes.set(label, before === 1 ? size : before);
    });
  }
  return sizes;
}

/** "…1" before "…0". */
const dotsOf = (labels: Iterable<string>): string[] =>
  [...new Set(labels)]
    .filter((label) => label.length > 1)
    .sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));

function implicitOutput(operands: readonly Labelled[]): string[] {
  const all = operands.flatMap(({ labels }) => labels);
  const once = all.filter((label) => label.length === 1 && all.indexOf(label) === all.lastIndexOf(label));
  return [...dotsOf(all), ...once.sort()];
}

function outputLabels(term: string, sizes: ReadonlyMap<string, number>, equation: string): string[] {
  const parts = term.split("...");
  const labels = [...parts[0], ...(parts.length > 1 ? dotsOf(sizes.keys()) : []), ...(parts[1] ?? "")];
  const known = labels.every((label) => sizes.has(label));
  if (parts.length > 2 || !known || new Set(labels).size !== labels.length) {
    fail(
      `The output "${term}" of "${equation}" does not follow from its inputs.`,
      "Name letters of the inputs, each at most once.",
    );
  }
  return labels;
}

/** Each letter once, by diagonals, and of its full size. */
function prepared({ x, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  let y = x;
  const left = [...labels];
  for (let d = 0; d < left.length; d++) {
    for (let again = left.indexOf(left[d], d + 1); again >= 0; again = left.indexOf(left[d], d + 1)) {
      if (y.shape[d] !== y.shape[again]) {
        throw new ChainruleError(
          "shape",
          `An index stands for dimensions of sizes ${y.shape[d]} and ${y.shape[again]} of one operand.`,
          "A diagonal needs dimensions of one size.",
        ).within("einsum");
      }
      y = y.diagonal(0, d, again).movedim(-1, d);
      left.splice(again, 1);
    }
  }
  const shape = left.map((label) => sizes.get(label) as number);
  return { x: sameShape(y.shape, shape) ? y : y.expand(shape), labels: left };
}

function sumOut({ x, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const dims = labels.flatMap((label, d) => (needed.has(label) ? [] : [d]));
  return dims.length === 0
    ? { x, labels }
    : { x: x.sum(dims), labels: labels.filter((label) => needed.has(label)) };
}

/** The product of two operands, summed over the letters that nobody needs any more. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<string>): Labelled {
  const left = sumOut(a, new Set([...needed, ...b.labels]));
  const right = sumOut(b, new Set([...needed, ...a.labels]));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const summed = shared.filter((label) => !needed.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  const order = ({ x, labels: from }: Labelled, to: readonly string[]): Tensor =>
    x.permute(to.map((label) => from.indexOf(label)));
  const u = order(left, [...batch, ...rows, ...summed]);
  const v = order(right, [...batch, ...summed, ...columns]);
  const sizes = u.shape.slice(0, batch.length);
  const m = u.shape.slice(batch.length, batch.length + rows.length);
  const n = v.shape.slice(batch.length + summed.length);
  if (summed.length === 0) {
    const ones = (labels: readonly string[]): number[] => labels.map(() => 1);
    return {
      x: u.reshape([...sizes, ...m, ...ones(columns)]).mul(v.reshape([...sizes, ...ones(rows), ...n])),
      labels,
    };
  }
  // [batch, rows, summed] · [batch, summed, columns]
  const k = numel(v.shape.slice(batch.length, batch.length + summed.length));
  const product = u.reshape([numel(sizes), numel(m), k]).matmul(v.reshape([numel(sizes), k, numel(n)]));
  return { x: product.reshape([...sizes, ...m, ...n]), labels };
}
