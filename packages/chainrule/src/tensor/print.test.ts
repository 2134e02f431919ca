import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { thrown } from "../util/testing/thrown.ts";
import { arange, full, noGrad, ones, setPrintOptions, type Tensor, tensor, zeros } from "./index.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe("as PyTorch prints", () => {
  test.each<[Tensor, string]>([
    [tensor(3), "tensor(3.)"],
    [tensor([[0.1, 2]], { dtype: "float64" }), "tensor([[0.1000, 2.0000]], dtype=float64)"],
    [tensor([1, 2, 30], { dtype: "int32" }), "tensor([ 1,  2, 30], dtype=int32)"],
    [tensor([true, false]), "tensor([ true, false])"],
    [tensor([-1.5, 2.25]), "tensor([-1.5000,  2.2500])"],
    [tensor([1e-5, 1]), "tensor([1.0000e-05, 1.0000e+00])"],
    [tensor([1e10, 1]), "tensor([1.0000e+10, 1.0000e+00])"],
    [tensor([1e-300, 1], { dtype: "float64" }), "tensor([1.0000e-300,  1.0000e+00], dtype=float64)"],
    [tensor([1000, 1]), "tensor([1000.,    1.])"],
    [tensor([1001, 1]), "tensor([1.0010e+03, 1.0000e+00])"],
    [tensor([123456789]), "tensor([1.2346e+08])"],
    [tensor([0, 0]), "tensor([0., 0.])"],
    [tensor([nan, nan]), "tensor([nan, nan])"],
    [tensor([1.5, nan, inf]), "tensor([1.5000,    nan,    inf])"],
    [tensor([1, -inf]), "tensor([  1., -inf])"],
    [tensor([]), "tensor([])"],
    [zeros([2, 0], { dtype: "float64" }), "tensor([], shape=[2, 0], dtype=float64)"],
    [ones([1, 2, 1]), "tensor([[[1.],\n         [1.]]])"],
  ])("%s", (x, expected) => {
    expect(x.toString()).toBe(expected);
  });

  test("rows, columns and blocks", () => {
    expect(String(arange(24).reshape([2, 3, 4]).T.at("1:3"))).toMatchInlineSnapshot(`
      "tensor([[[ 1, 13],
               [ 5, 17],
               [ 9, 21]],

              [[ 2, 14],
               [ 6, 18],
               [10, 22]]], dtype=int32)"
    `);
  });

  test("lines of at most 80 characters", () => {
    expect(String(arange(20, { dtype: "float32" }).div(7))).toMatchInlineSnapshot(`
      "tensor([0.0000, 0.1429, 0.2857, 0.4286, 0.5714, 0.7143, 0.8571, 1.0000, 1.1429,
              1.2857, 1.4286, 1.5714, 1.7143, 1.8571, 2.0000, 2.1429, 2.2857, 2.4286,
              2.5714, 2.7143])"
    `);
    const x = full([11], 0.5, { dtype: "float64" }).at(":8");
    expect(String(x.clone().requiresGrad_())).toMatchInlineSnapshot(`
      "tensor([0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000],
             dtype=float64, requiresGrad)"
    `);
  });

  test("more than 1000 elements are shortened to the ends", () => {
    expect(String(arange(1001))).toMatchInlineSnapshot(
      `"tensor([   0,    1,    2,  ...,  998,  999, 1000], dtype=int32)"`,
    );
    expect(String(arange(2048, { dtype: "float32" }).reshape([8, 256]))).toMatchInlineSnapshot(`
      "tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 2.5300e+02, 2.5400e+02,
               2.5500e+02],
              [2.5600e+02, 2.5700e+02, 2.5800e+02,  ..., 5.0900e+02, 5.1000e+02,
               5.1100e+02],
              [5.1200e+02, 5.1300e+02, 5.1400e+02,  ..., 7.6500e+02, 7.6600e+02,
               7.6700e+02],
              ...,
              [1.2800e+03, 1.2810e+03, 1.2820e+03,  ..., 1.5330e+03, 1.5340e+03,
               1.5350e+03],
              [1.5360e+03, 1.5370e+03, 1.5380e+03,  ..., 1.7890e+03, 1.7900e+03,
               1.7910e+03],
              [1.7920e+03, 1.7930e+03, 1.7940e+03,  ..., 2.0450e+03, 2.0460e+03,
               2.0470e+03]])"
    `);
    const huge = zeros([1]).expand([1_000_000, 1_000_000]);
    expect(String(huge).split("\n").length).toBe(7);
  });

  test("history", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(String(x)).toBe("tensor([1., 2.], requiresGrad)");
    expect(String(x.mul(2))).toBe("tensor([2., 4.], gradFn=<mul>)");
    expect(String(noGrad(() => x.mul(2)))).toBe("tensor([2., 4.])");
  });

  test("console.log shows the same, inside of objects too", () => {
    const x = arange(4).reshape([2, 2]);
    expect(inspect(x)).toBe(String(x));
    expect(inspect({ x })).toContain("tensor([[0, 1],");
    expect(`${x}`).toBe(x.toString());
  });
});

describe("setPrintOptions", () => {
  afterEach(() =>
    setPrintOptions({ precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null }),
  );
  test("changes digits, lengths and notation", () => {
    setPrintOptions({ precision: 8, threshold: 4, edgeitems: 1 });
    expect(String(tensor([0.1]))).toBe("tensor([0.10000000])");
    expect(String(arange(5))).toBe("tensor([0,  ..., 4], dtype=int32)");
    setPrintOptions({ precision: 2, sciMode: true });
    expect(String(tensor([0.1]))).toBe("tensor([1.00e-01])");
    setPrintOptions({ sciMode: false, linewidth: 20 });
    expect(String(tensor([1e-5, 1, 2, 3]))).toBe("tensor([0.00, 1.00,\n        2.00, 3.00])");
  });
});

test("JavaScript's operators on numbers take no tensors, and texts do", () => {
  const x = tensor(10);
  for (const run of [() => x > tensor(9), () => +x, () => Math.max(x as never, 1), () => (x as never) - 1]) {
    const error = thrown(run);
    expect(error.code).toBe("argument");
    expect(error.remedy).toContain("item()");
  }
  expect(`${x} ${String(x)}`).toBe("tensor(10.) tensor(10.)");
  // biome-ignore lint/style/useTemplate: the operator is what is tested
  expect("loss " + x).toBe("loss tensor(10.)");
});

test("JSON has the values", () => {
  const data = { loss: tensor(0.5), y: tensor([[1, 2]]).t(), yes: tensor([true]), none: tensor([nan]) };
  expect(JSON.stringify(data)).toBe('{"loss":0.5,"y":[[1],[2]],"yes":[true],"none":[null]}');
});

test("print options that are undefined stay as they are", () => {
  setPrintOptions({ precision: undefined, linewidth: undefined });
  expect(tensor([0.1, 2]).toString()).toBe("tensor([0.1000, 2.0000])");
});
