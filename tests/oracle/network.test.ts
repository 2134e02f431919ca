/** Autograd gives what the lecture's algorithm gives, written out as loops, on random networks. */
import { grad, noGrad, type Tensor, tensor } from "chainrule";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Activation,
  backward,
  forward,
  type Loss,
  type Network,
  risk,
  softmaxCrossEntropy,
  squaredError,
  updated,
} from "./network.ts";

interface Problem {
  readonly network: Network;
  readonly rows: number[][];
  /** For each row a target row, or a label. */
  readonly targets: number[][] | number[];
}

/** Numbers in 64ths, zero among them: kinks and ties are met exactly. */
const number = fc.integer({ min: -128, max: 128 }).map((n) => n / 64);
const vector = (length: number) => fc.array(number, { minLength: length, maxLength: length });
const matrix = (rows: number, columns: number) =>
  fc.array(vector(columns), { minLength: rows, maxLength: rows });

const activations: Activation[] = ["identity", "relu", "sigmoid", "tanh"];

const problem: fc.Arbitrary<Problem> = fc
  .record({
    widths: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 }),
    count: fc.integer({ min: 1, max: 5 }),
    classify: fc.boolean(),
  })
  .chain(({ widths, count, classify }) => {
    const last = widths[widths.length - 1];
    const layers = widths
      .slice(1)
      .map((n, k) => fc.record({ w: matrix(widths[k] + 1, n), f: fc.constantFrom(...activations) }));
    const labels = fc.array(fc.integer({ min: 0, max: last - 1 }), { minLength: count, maxLength: count });
    return fc.record({
      network: fc.tuple(...layers),
      rows: matrix(count, widths[0]),
      targets: classify ? labels : matrix(count, last),
    });
  });

const lossesOf = ({ targets }: Problem): Loss[] =>
  targets.map((t: number | number[]) => (typeof t === "number" ? softmaxCrossEntropy(t) : squaredError(t)));

const float64 = (data: number | number[] | number[][]): Tensor => tensor(data, { dtype: "float64" });

const functions: Record<Activation, (z: Tensor) => Tensor> = {
  identity: (z) => z.mul(1),
  relu: (z) => z.relu(),
  sigmoid: (z) => z.sigmoid(),
  tanh: (z) => z.tanh(),
};

/** The same by tensors: all rows at once, weights and biases apart. */
function byTensors({ network, rows, targets }: Problem) {
  const weights = network.map(({ w }) => float64(w.slice(1).map((row) => [...row])).requiresGrad_()); // [m, n]
  const biases = network.map(({ w }) => float64([...w[0]]).requiresGrad_());
  const z: Tensor[] = [];
  const y = [float64(rows).requiresGrad_()];
  network.forEach(({ f }, k) => {
    z.push(y[k].matmul(weights[k]).add(biases[k]));
    y.push(functions[f](z[k]));
  });
  const output = y[network.length];
  const losses =
    typeof targets[0] === "number"
      ? output
          .logSoftmax(1)
          .gather(1, tensor(targets as number[], { dtype: "int32" }).unsqueeze(1))
          .neg()
      : output.sub(float64(targets)).square().sum(1);
  return { weights, biases, z, y, loss: losses.mean() };
}

/** All numbers agree to 1e-12 of the largest of them, or of 1. */
function expectClose(found: Tensor, wanted: readonly (readonly number[])[], what: string): void {
  const flat = wanted.flat();
  const limit = 1e-12 * Math.max(1, ...flat.map(Math.abs));
  expect(found.numel, what).toBe(flat.length);
  found.data.forEach((v, i) => {
    if (!(Math.abs(v - flat[i]) <= limit))
      expect.fail(`${what}[${i}]: ${v} by autograd, ${flat[i]} by loops`);
  });
}

describe("autograd against the lecture's loops", () => {
  test("every z, y, ∂ℓ/∂z, ∂ℓ/∂y and ∂ℓ/∂w, and one update", () => {
    fc.assert(
      fc.property(problem, (given) => {
        const { network, rows } = given;
        const losses = lossesOf(given);
        const passes = rows.map((x) => forward(network, x));
        const back = passes.map((pass, n) => backward(network, pass, losses[n]));
        const whole = risk(network, rows, losses);
        const { weights, biases, z, y, loss } = byTensors(given);

        expectClose(loss, [[whole.risk]], "risk");
        const slopes = grad(loss, [...weights, ...biases, ...z, ...y]);
        const mean = (row: readonly number[]): number[] => row.map((v) => v / rows.length);
        const layers = network.length;
        for (let k = 0; k < layers; k++) {
          expectClose(
            z[k],
            passes.map((pass) => pass.z[k + 1]),
            `z of layer ${k + 1}`,
          );
          expectClose(slopes[k], whole.dw[k].slice(1), `∂L/∂w of layer ${k + 1}`);
          expectClose(slopes[layers + k], [whole.dw[k][0]], `∂L/∂w₀ of layer ${k + 1}`);
          expectClose(
            slopes[2 * layers + k],
            back.map(({ dz }) => mean(dz[k + 1])),
            `∂L/∂z of layer ${k + 1}`,
          );
        }
        for (let k = 0; k <= layers; k++) {
          expectClose(
            y[k],
            passes.map((pass) => pass.y[k]),
            `y of layer ${k}`,
          );
          expectClose(
            slopes[3 * layers + k],
            back.map(({ dy }) => mean(dy[k])),
            `∂L/∂y of layer ${k}`,
          );
        }

        const next = updated(network, whole.dw, 0.1);
        noGrad(() => {
          for (const [i, w] of [...weights, ...biases].entries()) w.sub_(slopes[i].mul(0.1));
        });
        next.forEach(({ w }, k) => {
          expectClose(weights[k], w.slice(1), `w of layer ${k + 1} after the update`);
          expectClose(biases[k], [w[0]], `w₀ of layer ${k + 1} after the update`);
        });
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test("the loops themselves agree with differences", () => {
    const network: Network = [
      {
        f: "tanh",
        w: [
          [0.1, -0.2, 0.3],
          [0.5, 0.4, -0.6],
          [-0.7, 0.8, 0.9],
        ],
      },
      {
        f: "sigmoid",
        w: [
          [0.2, -0.1],
          [0.3, 0.6],
          [-0.4, 0.5],
          [0.7, -0.8],
        ],
      },
    ];
    const rows = [
      [0.5, -1],
      [1.5, 0.25],
    ];
    for (const losses of [
      [squaredError([1, 0]), squaredError([0, 1])],
      [softmaxCrossEntropy(0), softmaxCrossEntropy(1)],
    ]) {
      const { dw } = risk(network, rows, losses);
      network.forEach(({ w }, k) => {
        w.forEach((row, i) => {
          row.forEach((_, j) => {
            const moved = (h: number): number => {
              const step = network.map((layer) => layer.w.map((r) => r.map(() => 0)));
              step[k][i][j] = -h;
              return risk(updated(network, step, 1), rows, losses).risk;
            };
            expect(dw[k][i][j]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 9);
          });
        });
      });
    }
  });
});
