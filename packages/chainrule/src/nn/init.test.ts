import { expect, test } from "vitest";
import { Generator, ones, rand, tensor, zeros } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import * as nn from "./index.ts";
import { orthonormalColumns } from "./orthonormal.ts";

const { init } = nn;

test("a generator of one's own leaves the default one alone", () => {
  const fills = [
    (generator: Generator) => init.uniform_(zeros([20]), 0, 1, { generator }),
    (generator: Generator) => init.normal_(zeros([20]), 0, 1, { generator }),
    (generator: Generator) => init.truncNormal_(zeros([20]), 0, 1, -2, 2, { generator }),
    (generator: Generator) => init.xavierUniform_(zeros([4, 5]), 1, { generator }),
    (generator: Generator) => init.kaimingNormal_(zeros([4, 5]), { generator }),
    (generator: Generator) => init.orthogonal_(zeros([4, 5]), 1, { generator }),
    (generator: Generator) => init.sparse_(zeros([4, 5]), 0.5, 1, { generator }),
  ];
  for (const fill of fills) {
    expect(fill(new Generator(1)).data).toEqual(fill(new Generator(1)).data);
    expect(fill(new Generator(1)).data).not.toEqual(fill(new Generator(2)).data);
  }
});

test("parameters are filled in place without a derivative", () => {
  const p = new nn.Parameter(zeros([2, 2]));
  const held = p.storage;
  init.eye_(p);
  expect(p.storage).toBe(held);
  expect(p.isLeaf && p.requiresGrad).toBe(true);
  expect(p.toArray()).toEqual([[1, 0], [0, 1]]); // biome-ignore format: rows
});

test("orthogonal_ makes orthonormal rows or columns", () => {
  const wide = init.orthogonal_(zeros([3, 5], { dtype: "float64" }), 2);
  const product = wide.matmul(wide.t());
  expect(product.allclose(tensor([[4, 0, 0], [0, 4, 0], [0, 0, 4]], { dtype: "float64" }), { atol: 1e-12 })).toBe(true); // biome-ignore format: rows
  expect(init.orthogonal_(zeros([0, 3])).shape).toEqual([0, 3]);
});

test("orthonormalColumns has a positive diagonal of R, for columns of zeros too", () => {
  const a = Float64Array.of(-3, 1, 4, 2, 0, 5);
  const q = orthonormalColumns(a, 3, 2);
  const dot = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < 3; k++) sum += q[k * 2 + i] * a[k * 2 + j];
    return sum;
  };
  expect(dot(0, 0)).toBeCloseTo(5, 12);
  expect(dot(1, 0)).toBeCloseTo(0, 12);
  expect(dot(1, 1)).toBeGreaterThan(0);
  expect([...orthonormalColumns(new Float64Array(6), 3, 2)].every(Number.isFinite)).toBe(true);
});

test("what does not fit is refused", () => {
  for (const body of [
    () => init.xavierUniform_(zeros([3])),
    () => init.kaimingNormal_(ones([3])),
    () => init.eye_(zeros([2, 2, 2])),
    () => init.sparse_(zeros([3]), 0.5),
    () => init.sparse_(zeros([3, 3]), 1.5),
    () => init.orthogonal_(zeros([3])),
    () => init.truncNormal_(zeros([3]), 0, 0),
    () => init.truncNormal_(zeros([3]), 0, 1, 2, 1),
    () => init.calculateGain("other" as "relu"),
    () => init.kaimingUniform_(zeros([2, 2]), { mode: "fan_in" as "fanIn" }),
  ]) {
    expect(body).toThrow(ChainruleError);
  }
  const values = rand([2, 2]);
  expect(() => init.kaimingUniform_(values, { nonlinearity: "elu" as "relu" })).toThrow('"elu"');
});
