/** Small things that are shown of any project. */
import type { Project } from "../../protocol.ts";

/** A number as a person would write it: at most six digits. */
export const shownNumber = (x: number): string => String(Number(x.toPrecision(6)));

/** How many rows each class has. */
export function balanceOf(names: readonly string[], truths: readonly Float64Array[]): Project["balance"] {
  const counts = new Array<number>(names.length).fill(0);
  for (const truth of truths) for (const label of truth) if (counts[label] !== undefined) counts[label]++;
  return names.map((label, i) => ({ label, count: counts[i] }));
}

/** softmax(z) of each row of logits [rows, classes]. */
export function probabilitiesOf(logits: Float64Array, classes: number): Float64Array {
  const result = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      result[start + j] = Math.exp(row[j] - largest);
      sum += result[start + j];
    }
    for (let j = 0; j < classes; j++) result[start + j] /= sum;
  }
  return result;
}

/** The place of the largest entry of each row, the first of equal ones. */
export function largestOf(values: Float64Array, width: number): Int32Array {
  return Int32Array.from({ length: values.length / width }, (_, row) => {
    let best = 0;
    for (let j = 1; j < width; j++) if (values[row * width + j] > values[row * width + best]) best = j;
    return best;
  });
}
