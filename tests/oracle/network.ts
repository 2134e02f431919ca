/**
 * The algorithm of the lecture, written out as loops over plain numbers: no tensors, no autograd, nothing of chainrule. An
 * independent check of everything that computes the same in a cleverer way.
 *
 * The bias is the weight w_0j from a constant unit y_0 = 1, so a layer from m to n units is a table w[i][j] of m + 1 rows.
 */

export type Activation = "identity" | "relu" | "sigmoid" | "tanh";

export interface Layer {
  /** w[i][j] leads from unit i of the layer before (0: the constant unit) to unit j. */
  readonly w: readonly (readonly number[])[];
  readonly f: Activation;
}

export type Network = readonly Layer[];

/** Loss of one output row, and its derivatives by the outputs. */
export interface Loss {
  value(y: readonly number[]): number;
  slope(y: readonly number[]): number[];
}

/** f(z). */
function activate(f: Activation, z: number): number {
  switch (f) {
    case "identity":
      return z;
    case "relu":
      return z > 0 ? z : 0;
    case "sigmoid":
      return 1 / (1 + Math.exp(-z));
    case "tanh":
      return Math.tanh(z);
  }
}

/** f′(z). */
function slopeOf(f: Activation, z: number): number {
  switch (f) {
    case "identity":
      return 1;
    case "relu":
      return z > 0 ? 1 : 0;
    case "sigmoid": {
      const y = 1 / (1 + Math.exp(-z));
      return y * (1 - y);
    }
    case "tanh": {
      const y = Math.tanh(z);
      return 1 - y * y;
    }
  }
}

/** What the forward pass remembers: y[0] = x, and z[k], y[k] of layer k = 1 … N (z[0] is empty). */
export interface Forward {
  readonly z: number[][];
  readonly y: number[][];
}

/** z_j^(k) = Σ_i w_ij^(k) y_i^(k−1), y_j^(k) = f_k(z_j^(k)). */
export function forward(network: Network, x: readonly number[]): Forward {
  const z: number[][] = [[]];
  const y: number[][] = [[...x]];
  for (const { w, f } of network) {
    const before = y[y.length - 1];
    const zk: number[] = [];
    const yk: number[] = [];
    for (let j = 0; j < w[0].length; j++) {
      let sum = w[0][j];
      for (let i = 0; i < before.length; i++) sum += w[i + 1][j] * before[i];
      zk.push(sum);
      yk.push(activate(f, sum));
    }
    z.push(zk);
    y.push(yk);
  }
  return { z, y };
}

/** ∂ℓ/∂z[k], ∂ℓ/∂y[k] and, for each layer, ∂ℓ/∂w. */
export interface Backward {
  readonly dz: number[][];
  readonly dy: number[][];
  readonly dw: number[][][];
}

/** From the last layer to the first. */
export function backward(network: Network, { z, y }: Forward, loss: Loss): Backward {
  const last = network.length;
  const dz: number[][] = y.map(() => []);
  const dy: number[][] = y.map(() => []);
  const dw: number[][][] = network.map(() => []);
  dy[last] = loss.slope(y[last]);
  for (let k = last; k >= 1; k--) {
    const { w, f } = network[k - 1];
    // ∂ℓ/∂z_j^(k) = f_k′(z_j^(k)) ∂ℓ/∂y_j^(k)
    for (let j = 0; j < z[k].length; j++) dz[k].push(slopeOf(f, z[k][j]) * dy[k][j]);
    for (let i = 0; i < w.length; i++) {
      // ∂ℓ/∂w_ij^(k) = y_i^(k−1) ∂ℓ/∂z_j^(k), with y_0 = 1
      const unit = i === 0 ? 1 : y[k - 1][i - 1];
      dw[k - 1].push(dz[k].map((slope) => unit * slope));
      if (i === 0) continue;
      // ∂ℓ/∂y_i^(k−1) = Σ_j w_ij^(k) ∂ℓ/∂z_j^(k)
      let sum = 0;
      for (let j = 0; j < dz[k].length; j++) sum += w[i][j] * dz[k][j];
      dy[k - 1].push(sum);
    }
  }
  return { dz, dy, dw };
}

/** ℓ = Σ_j (y_j − t_j)². */
export const squaredError = (target: readonly number[]): Loss => ({
  value: (y) => y.reduce((sum, v, j) => sum + (v - target[j]) ** 2, 0),
  slope: (y) => y.map((v, j) => 2 * (v - target[j])),
});

/** ℓ = −log p_label with p = softmax(y): ∂ℓ/∂y_j = p_j − [j = label]. */
export function softmaxCrossEntropy(label: number): Loss {
  const logSum = (y: readonly number[]): number => {
    const top = Math.max(...y);
    return top + Math.log(y.reduce((sum, v) => sum + Math.exp(v - top), 0));
  };
  return {
    value: (y) => logSum(y) - y[label],
    slope(y) {
      const all = logSum(y);
      return y.map((v, j) => Math.exp(v - all) - (j === label ? 1 : 0));
    },
  };
}

/** The empirical risk (1/N) Σ_n ℓ_n and its derivatives by all weights. */
export function risk(
  network: Network,
  rows: readonly (readonly number[])[],
  losses: readonly Loss[],
): { risk: number; dw: number[][][] } {
  let total = 0;
  const dw = network.map(({ w }) => w.map((row) => row.map(() => 0)));
  for (let n = 0; n < rows.length; n++) {
    const pass = forward(network, rows[n]);
    total += losses[n].value(pass.y[network.length]);
    const slopes = backward(network, pass, losses[n]).dw;
    for (let k = 0; k < dw.length; k++)
      for (let i = 0; i < dw[k].length; i++)
        for (let j = 0; j < dw[k][i].length; j++) dw[k][i][j] += slopes[k][i][j] / rows.length;
  }
  return { risk: total / rows.length, dw };
}

/** Gradient descent: w ← w − η ∂L/∂w. */
export const updated = (network: Network, dw: readonly number[][][], lr: number): Network =>
  network.map(({ w, f }, k) => ({ f, w: w.map((row, i) => row.map((v, j) => v - lr * dw[k][i][j])) }));
