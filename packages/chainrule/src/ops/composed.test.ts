/** First and second derivatives of methods that are composed of ops, against differences. */
import { describe, test } from "vitest";
import { gradcheck, gradgradcheck } from "../autograd/gradcheck.ts";
import {
  bilinear,
  cat,
  einsum,
  Generator,
  hstack,
  randn,
  type Shape,
  stack,
  type Tensor,
  tensor,
  vstack,
} from "../tensor/index.ts";

const generator = new Generator(2);
const leaf = (shape: Shape): Tensor => randn(shape, { dtype: "float64", generator }).requiresGrad_();
const i32 = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "int32" });
const mask = tensor([true, false, true]);

const cases: [string, Shape[], (...xs: Tensor[]) => Tensor][] = [
  ["at: numbers, ranges, new dimensions", [[3, 4, 2]], (x) => x.at(-1, null, "1::2", 0)],
  ["at: one list", [[3, 4]], (x) => x.at(":", [3, 0, 0])],
  ["at: a matrix of places", [[3, 2]], (x) => x.at(i32([[0, 2], [2, -1]]))],
  ["at: two lists together", [[2, 3, 4]], (x) => x.at("...", [0, -1, 0], [1, 3, 1])],
  ["at: two lists apart", [[2, 3, 4]], (x) => x.at([0, 1], ":", i32([[3]]))],
  ["at: a mask", [[3, 2]], (x) => x.at(mask, [0, 1])],
  ["take", [[2, 3]], (x) => x.take(i32([[0, 5, -1]]))],
  ["maskedSelect", [[2, 3]], (x) => x.maskedSelect(mask)],
  ["split, cat", [[2, 5]], (x) => cat([...x.split(2, 1)].reverse(), 1)],
  ["chunk, hstack, vstack", [[4, 2]], (x) => vstack([hstack(x.chunk(2)), hstack(x.unbind(1)).reshape([2, 4])])],
  ["unbind, stack", [[3, 2]], (x) => stack(x.unbind(1), 1).mul(x)],
  ["pad constant, both signs", [[3, 4]], (x) => x.pad([-1, 2, 1, -1], { value: 3 })],
  ["pad reflect", [[3, 4]], (x) => x.pad([2, 1, 1, 2], { mode: "reflect" })],
  ["pad replicate", [[3]], (x) => x.pad([2, 1], { mode: "replicate" })],
  ["pad circular", [[3]], (x) => x.pad([2, -1], { mode: "circular" })],
  ["roll", [[3, 4]], (x) => x.roll([1, -2], [0, 1]).add(x.roll(5))],
  ["repeat, tile", [[2, 1]], (x) => x.repeat([2, 1, 3]).add(x.tile([3]))],
  ["repeatInterleave", [[2, 3]], (x) => x.repeatInterleave(2, 1)],
  ["diag, trace", [[3]], (x) => x.diag(-1).add(x.diag().pad([0, 1, 0, 1]).trace())],
  ["movedim, flatten, unflatten", [[2, 3, 4]], (x) => x.movedim(0, -1).flatten(0, 1).unflatten(0, [2, 6])],
  ["sort, topk", [[4, 3]], (x) => x.sort(0).values.at(":2").add(x.topk(2, 0).values)],
  ["dot, outer, mv", [[3], [3]], (x, y) => x.outer(y).mv(y).mul(x.dot(y))],
  ["bmm", [[2, 2, 3], [2, 3, 2]], (x, y) => x.bmm(y)],
  ["matmul: one matrix for a batch", [[2, 2, 3], [3, 2]], (x, y) => x.matmul(y)],
  ["matmul: vectors and batches", [[3], [2, 3, 2], [2]], (x, y, z) => x.matmul(y).matmul(z)],
  ["bilinear", [[2, 3], [2, 2], [4, 3, 2], [4]], (x, y, w, b) => bilinear(x, y, w, b)],
  ["einsum: products", [[2, 3], [3, 2, 2], [2]], (x, y, z) => einsum("ij,jkl,l->ki", [x, y, z])],
  ["einsum: diagonals and sums", [[3, 2, 3], [2]], (x, y) => einsum("iji,k->jk", [x, y])],
  ["einsum: ellipsis", [[2, 2, 3], [3, 2]], (x, y) => einsum("...ij,j...->i...", [x, y])],
]; // biome-ignore format: a case a line

describe("derivatives of composites", () => {
  test.each(cases)("%s", (_, shapes, fn) => {
    const inputs = shapes.map(leaf);
    gradcheck(fn, inputs, { atol: 1e-7, rtol: 1e-6, fast: true });
    // With a square around it, second derivatives are not zero everywhere.
    gradgradcheck((...xs) => fn(...xs).square(), inputs, { atol: 1e-6, rtol: 1e-6, fast: true });
  });
});
