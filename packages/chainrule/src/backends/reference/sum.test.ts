/** Sums keep PyTorch's order of additions: bits, not tolerances. */
import { describe, expect, test } from "vitest";
import { fromTypedArray } from "../../index.ts";

/** A fixed sequence of float32 numbers in [−1, 1), the same in the script below. */
function numbers(count: number): Float32Array {
  const out = new Float32Array(count);
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    out[i] = Math.fround(state / 2 ** 30 - 1);
  }
  return out;
}

/*
 * The sums below, of PyTorch 1.13 on one thread with AVX2:
 *   s, x = 12345, []
 *   for _ in range(n): s = (s * 1103515245 + 12345) & 0x7fffffff; x.append(s / 2**30 - 1)
 *   torch.tensor(x).reshape(shape).sum(dim).double().sum() and its first element
 */
const cases: [shape: number[], dim: number[], total: number, first: number][] = [
  [[1], [0], 0.3103080987930298, 0.3103080987930298],
  [[7], [0], -0.2991790771484375, -0.2991790771484375],
  [[8], [0], -0.5592695474624634, -0.5592695474624634],
  [[31], [0], 1.68233060836792, 1.68233060836792],
  [[200], [0], 0.8587961196899414, 0.8587961196899414],
  [[1000], [0], -6.178500175476074, -6.178500175476074],
  [[5000], [0], 20.18791961669922, 20.18791961669922],
  [[200, 3], [0], -8.173330068588257, 1.3500990867614746],
  [[200, 3], [1], -8.173329956829548, 0.2698580026626587],
  [[200, 1], [0], 0.8587961196899414, 0.8587961196899414],
  [[50, 40], [0], 1.212346076965332, -1.6272003650665283],
  [[50, 45], [0], -8.08833959698677, -0.7823790907859802],
  [[50, 45], [1], -8.088344037532806, 1.8913377523422241],
  [[50, 45], [0, 1], -8.088339805603027, -8.088339805603027],
  [[64, 7], [0], -5.983021378517151, -1.7718040943145752],
  [[3, 500], [0], 6.897287927567959, -0.8222333788871765],
  [[6, 7, 8], [1], -3.1868609488010406, 0.2873440980911255],
  [[6, 7, 8], [0, 2], -3.1868613958358765, -0.3090856075286865],
  [[6, 7, 8], [0], -3.18686106801033, 1.049952507019043],
  [[2, 300, 20], [1], 59.94318890571594, 2.0263051986694336],
  [[2, 300, 5], [1], 4.760473966598511, 0.8185009956359863],
  [[100, 4], [0], -8.787313222885132, -10.23784351348877],
  [[100, 6], [0], -8.173328518867493, -3.481799602508545],
  [[3000, 10], [0], -58.97321128845215, 17.813758850097656],
];

describe("float32 sums have PyTorch's bits", () => {
  test.each(cases)("shape %j over %j", (shape, dim, total, first) => {
    const y = fromTypedArray(numbers(shape.reduce((a, b) => a * b, 1)), shape).sum(dim);
    expect(y.data[0]).toBe(first);
    expect([...y.data].reduce((a, b) => a + b, 0)).toBe(total);
  });
});
