import { expect, test } from "vitest";
import { nn, type Tensor, tensor } from "../index.ts";
import { exprText, type TraceReader, trace } from "./index.ts";

type Loss = (y: Tensor, t: Tensor) => Tensor;

const traced = (y: number[][], t: number[][], loss: Loss = new nn.MSELoss()) =>
  trace((x: Tensor) => x.mul(1), tensor(y), { target: tensor(t), loss });

function short(t: TraceReader, of: "value" | "gradient", index = 0): string[] {
  const value = of === "value" ? (t.data.loss?.value ?? -1) : t.data.output;
  const found = t.explain({ value, of, index }).short;
  return found ? [exprText(found.symbols), exprText(found.values)] : [];
}

test("of one number, the square of the difference, and twice the difference", () => {
  const t = traced([[3]], [[1]]);
  expect(short(t, "value")[1]).toBe("ℓ = (3 − 1)² = 4");
  expect(short(t, "value")[0]).toMatch(/^ℓ = \(.* − t.*\)²$/);
  expect(short(t, "gradient")[1]).toMatch(/ = 2·\(3 − 1\) = 4$/);
});

test("of several, their mean with its fraction, their sum without", () => {
  const [y, target] = [
    [
      [3, 1],
      [0, 5],
    ],
    [
      [1, 1],
      [1, 2],
    ],
  ];
  const [symbols, values] = short(traced(y, target), "value");
  expect(symbols).toMatch(/^ℓ = 1 \/ 4·\(\(.+\)² \+ \(.+\)² \+ \(.+\)² \+ \(.+\)²\)$/);
  expect(values).toBe("ℓ = 1 / 4·((3 − 1)² + (1 − 1)² + (0 − 1)² + (5 − 2)²) = 3.5");
  expect(short(traced(y, target), "gradient", 3)[1]).toMatch(/ = 1 \/ 2·\(5 − 2\) = 1\.5$/);
  expect(short(traced(y, target, new nn.MSELoss({ reduction: "sum" })), "value")[1]).toBe(
    "ℓ = (3 − 1)² + (1 − 1)² + (0 − 1)² + (5 − 2)² = 14",
  );
});

test("of a loss that is written out, with any factor, from either side, and with the largest terms of many", () => {
  const half: Loss = (y, t) => t.sub(y).square().sum().mul(0.5);
  expect(short(traced([[3, 1]], [[1, 2]], half), "gradient", 1)[1]).toMatch(/ = 1 − 2 = −1$/);
  expect(
    short(
      traced([[3, 1]], [[1, 2]], (y, t) => half(y, t).mul(0.6)),
      "value",
    )[1],
  ).toMatch(/^ℓ = 0\.3·\(/);
  const many = traced([Array.from({ length: 40 }, (_, i) => i)], [Array.from({ length: 40 }, () => 0)]);
  expect(short(many, "value")[1]).toMatch(/…\) = 513\.5$/);
});

test("no other loss has it, nor has one that is 0", () => {
  const others: Loss[] = [
    (y, t) => y.sub(t).abs().sum(),
    (y, t) => y.sub(t).square().sum().add(1),
    (y, t) =>
      y
        .sub(t)
        .square()
        .mul(tensor([[1, 2]]))
        .sum(),
    (y, t) => y.sub(t).square().sum().add(y.sub(t).square().sum()),
  ];
  for (const loss of others) {
    expect(short(traced([[3, 1]], [[1, 2]], loss), "value")).toEqual([]);
    expect(short(traced([[3, 1]], [[1, 2]], loss), "gradient")).toEqual([]);
  }
  expect(short(traced([[1]], [[1]]), "value")).toEqual([]);
});
