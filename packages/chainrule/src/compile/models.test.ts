/** Training steps of real models: which kernels they become, and that these compute what eager execution does. */
import { describe, expect, test } from "vitest";
import { reference } from "../backends/reference/index.ts";
import type { Schedule } from "../core/schedule.ts";
import { manualSeed, nn, optim, randint, randn, type Tensor } from "../index.ts";
import { compileWith } from "./compile.ts";
import { lowerGraph } from "./lower.ts";
import { interpretedBackend } from "./testing/interpreted.ts";
import { printSchedule } from "./testing/print.ts";

const supports = { unary: () => true, binary: () => true };

type Loss = (input: Tensor, target: Tensor) => Tensor;

type Step = (x: Tensor, y: Tensor) => Tensor;

interface Training {
  readonly model: Network;
  readonly step: Step;
}

/** Programs are run in JavaScript; the last one is kept. */
function compiler(): { compile: (step: Step) => Step; last: () => Schedule } {
  let last: Schedule | undefined;
  const compile = compileWith({
    host: reference,
    backend: interpretedBackend((schedule) => {
      last = schedule;
    }),
    lower: (graph) => lowerGraph(graph, { strict: false, host: reference, supports }),
  });
  return { compile, last: () => last as Schedule };
}

type Network = nn.Sequential<nn.Layer[]>;

function network(...between: nn.Layer[]): Network {
  const layers: nn.Layer[] = [new nn.Linear(6, 4), ...between, new nn.Linear(4, 3)];
  return new nn.Sequential(...layers);
}

function training(
  model: Network,
  optimizer: { zeroGrad(): void; step(): void },
  lossFn: Loss,
  clip = Number.POSITIVE_INFINITY,
): Training {
  const forward = model as unknown as (x: Tensor) => Tensor;
  return {
    model,
    step: (x, y) => {
      const loss = lossFn(forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      if (clip < Number.POSITIVE_INFINITY) nn.utils.clipGradNorm_(model.parameters(), clip);
      optimizer.step();
      return loss;
    },
  };
}

const makers: Record<string, () => Training> = {
  "SGD, cross-entropy": () => {
    const model = network(new nn.ReLU());
    return training(model, new optim.SGD(model.parameters(), { lr: 0.1 }), new nn.CrossEntropyLoss());
  },
  "SGD with momentum, GELU, batch norm": () => {
    const model = network(new nn.BatchNorm1d(4), new nn.GELU());
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.01 });
    return training(model, optimizer, new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }));
  },
  "Adam, dropout": () => {
    const model = network(new nn.Tanh(), new nn.Dropout(0.5));
    return training(model, new optim.Adam(model.parameters(), { lr: 0.01 }), new nn.CrossEntropyLoss());
  },
  "AdamW with amsgrad, layer norm, clipping": () => {
    const model = network(new nn.LayerNorm([4]), new nn.SiLU());
    const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01, amsgrad: true });
    return training(model, optimizer, new nn.CrossEntropyLoss(), 0.5);
  },
};

const batch = (): [Tensor, Tensor] => [randn([8, 6]), randint(0, 3, [8])];

describe("a compiled step does what the eager one does", () => {
  test.each(Object.entries(makers))("%s", (_, make) => {
    const run = (wrap: (step: Step) => Step): { losses: number[]; weights: number[] } => {
      manualSeed(7);
      const { model, step } = make();
      const stepped = wrap(step);
      const losses = Array.from({ length: 5 }, () => stepped(...batch()).item());
      return { losses, weights: [...model.parameters()].flatMap((p) => [...p.data]) };
    };
    const eager = run((step) => step);
    const compiled = run(compiler().compile);
    for (const [i, loss] of compiled.losses.entries()) expect(loss).toBeCloseTo(eager.losses[i], 5);
    for (const [i, weight] of compiled.weights.entries()) expect(weight).toBeCloseTo(eager.weights[i], 4);
  });
});

describe("kernels", () => {
  function kernelsOf(make: () => Training): string {
    manualSeed(7);
    const { compile, last } = compiler();
    compile(make().step)(...batch());
    return printSchedule(last());
  }

  test("of a step of SGD: updates are stored by the products", () => {
    expect(kernelsOf(makers["SGD, cross-entropy"])).toMatchInlineSnapshot(`
      "product [1,8,4] over 6 of argument0[0,6,1] · state1[0,1,6]: matmul + add + relu, layer 0 (Linear)
        b3[0,4,1] ← relu(add(Σ, state0[0,0,1]))
      product [1,8,3] over 4 of b3[0,4,1] · state5[0,1,4]: matmul + add, layer 2 (Linear)
        b6[0,3,1] ← add(Σ, state4[0,0,1])
      fold max [8] over [3] of b6[3,1]: max, CrossEntropyLoss
        b7[1] ← Σ
      fold sum [8] over [3] of exp(sub(b6[3,1], b7[1,0])): sub + exp + sum + log, CrossEntropyLoss
        b8[1] ← log(Σ)
      fold sum [] over [8] of f32(ne(argument1[1], -100)): ne + sum + div, CrossEntropyLoss
        b11[] ← Σ
        b10[] ← div(1, Σ)
      fold sum [] over [8] of where(ne(argument1[1], -100), neg(sub(sub(pick(b6[3], where(ne(argument1[1], -100), argument1[1], 0) · 1 < 3), b7[1]), b8[1])), 0): ne + where + neg + where + sum + div + gather + sub + sub, CrossEntropyLoss
        b12[] ← div(Σ, b11[])
      loop [8,3]: sub + sub + ne + where + where + neg + exp + mul + 3 more, CrossEntropyLoss
        b14[3,1] ← sub(where(eq(where(ne(argument1[1,0], -100), argument1[1,0], 0), constant13[0,1]), neg(where(ne(argument1[1,0], -100), b10[0,0], 0)), 0), mul(exp(sub(sub(b6[3,1], b7[1,0]), b8[1,0])), neg(where(ne(argument1[1,0], -100), b10[0,0], 0))))
      fold sum [3] over [8] of b14[1,3]: sum + addScaled, layer 2 (Linear)
        state4[1] ← addScaled(state4[1], Σ, live12)
      product [1,8,4] over 3 of b14[0,3,1] · state5[0,4,1]: matmul + ne + where, layer 2 (Linear)
        b15[0,4,1] ← where(ne(b3[0,4,1], 0), Σ, 0)
      product [1,3,4] over 8 of b14[0,1,3] · b3[0,4,1]: matmul + addScaled, layer 2 (Linear)
        state5[0,4,1] ← addScaled(state5[0,4,1], Σ, live8)
      product [1,4,6] over 8 of b15[0,1,4] · argument0[0,6,1]: matmul + addScaled, layer 0 (Linear)
        state1[0,6,1] ← addScaled(state1[0,6,1], Σ, live0)
      fold sum [4] over [8] of b15[1,4]: sum + addScaled, layer 0 (Linear)
        state0[1] ← addScaled(state0[1], Σ, live4)
      return b12[]"
    `);
  });

  test("of a step of Adam: one pass over each parameter and its averages", () => {
    expect(kernelsOf(makers["Adam, dropout"])).toMatchInlineSnapshot(`
      "fold sum [] over [8] of f32(ne(argument1[1], -100)): ne + sum + div, CrossEntropyLoss
        b2[] ← Σ
        b1[] ← div(1, Σ)
      loop []: copy, layer 2 (Dropout)
        b3[] ← live0
      host (b3) → b4: bernoulli, layer 2 (Dropout)
      product [1,8,4] over 6 of argument0[0,6,1] · state6[0,1,6]: matmul + add + tanh + mul + mul, layer 0 (Linear)
        b9[0,4,1] ← tanh(add(Σ, state5[0,0,1]))
        b8[0,4,1] ← mul(tanh(add(Σ, state5[0,0,1])), mul(b4[0,4,1], live1))
      product [1,8,3] over 4 of b8[0,4,1] · state11[0,1,4]: matmul + add, layer 3 (Linear)
        b12[0,3,1] ← add(Σ, state10[0,0,1])
      fold max [8] over [3] of b12[3,1]: max, CrossEntropyLoss
        b13[1] ← Σ
      fold sum [8] over [3] of exp(sub(b12[3,1], b13[1,0])): sub + exp + sum + log, CrossEntropyLoss
        b14[1] ← log(Σ)
      fold sum [] over [8] of where(ne(argument1[1], -100), neg(sub(sub(pick(b12[3], where(ne(argument1[1], -100), argument1[1], 0) · 1 < 3), b13[1]), b14[1])), 0): ne + where + neg + where + sum + div + gather + sub + sub, CrossEntropyLoss
        b15[] ← div(Σ, b2[])
      loop [8,3]: sub + sub + ne + where + where + neg + exp + mul + 3 more, CrossEntropyLoss
        b17[3,1] ← sub(where(eq(where(ne(argument1[1,0], -100), argument1[1,0], 0), constant16[0,1]), neg(where(ne(argument1[1,0], -100), b1[0,0], 0)), 0), mul(exp(sub(sub(b12[3,1], b13[1,0]), b14[1,0])), neg(where(ne(argument1[1,0], -100), b1[0,0], 0))))
      fold sum [3] over [8] of b17[1,3]: sum + mul + addScaled + mul + mul + mul + add + sqrt + 5 more, layer 3 (Linear)
        state19[1] ← addScaled(mul(state19[1], live30), Σ, live31)
        state18[1] ← add(mul(state18[1], live32), mul(mul(Σ, live33), Σ))
        state10[1] ← add(state10[1], div(mul(addScaled(mul(state19[1], live30), Σ, live31), live36), add(mul(sqrt(add(mul(state18[1], live32), mul(mul(Σ, live33), Σ))), live34), live35)))
      product [1,8,4] over 3 of b17[0,3,1] · state11[0,4,1]: matmul + mul + mul + square + neg + add + mul, layer 3 (Linear)
        b20[0,4,1] ← mul(mul(Σ, mul(b4[0,4,1], live1)), add(neg(square(b9[0,4,1])), 1))
      fold sum [4] over [8] of b20[1,4]: sum + mul + addScaled + mul + mul + mul + add + sqrt + 5 more, layer 0 (Linear)
        state22[1] ← addScaled(mul(state22[1], live12), Σ, live13)
        state21[1] ← add(mul(state21[1], live14), mul(mul(Σ, live15), Σ))
        state5[1] ← add(state5[1], div(mul(addScaled(mul(state22[1], live12), Σ, live13), live18), add(mul(sqrt(add(mul(state21[1], live14), mul(mul(Σ, live15), Σ))), live16), live17)))
      product [1,3,4] over 8 of b17[0,1,3] · b8[0,4,1]: matmul, layer 3 (Linear)
        b23[12,4,1] ← Σ
      loop [3,4]: mul + addScaled + mul + mul + mul + add + sqrt + mul + 4 more
        state25[4,1] ← addScaled(mul(state25[4,1], live21), b23[4,1], live22)
        state24[4,1] ← add(mul(state24[4,1], live23), mul(mul(b23[4,1], live24), b23[4,1]))
        state11[4,1] ← add(state11[4,1], div(mul(addScaled(mul(state25[4,1], live21), b23[4,1], live22), live27), add(mul(sqrt(add(mul(state24[4,1], live23), mul(mul(b23[4,1], live24), b23[4,1]))), live25), live26)))
      product [1,4,6] over 8 of b20[0,1,4] · argument0[0,6,1]: matmul, layer 0 (Linear)
        b26[24,6,1] ← Σ
      loop [4,6]: mul + addScaled + mul + mul + mul + add + sqrt + mul + 4 more
        state28[6,1] ← addScaled(mul(state28[6,1], live3), b26[6,1], live4)
        state27[6,1] ← add(mul(state27[6,1], live5), mul(mul(b26[6,1], live6), b26[6,1]))
        state6[6,1] ← add(state6[6,1], div(mul(addScaled(mul(state28[6,1], live3), b26[6,1], live4), live9), add(mul(sqrt(add(mul(state27[6,1], live5), mul(mul(b26[6,1], live6), b26[6,1]))), live7), live8)))
      return b15[]"
    `);
  });

  test("of batch normalization", () => {
    expect(kernelsOf(makers["SGD with momentum, GELU, batch norm"])).toMatchInlineSnapshot(`
      "product [1,8,4] over 6 of argument0[0,6,1] · state1[0,1,6]: matmul + add, layer 0 (Linear)
        b3[0,4,1] ← add(Σ, state0[0,0,1])
      fold sum [4] over [8] of b3[1,4]: sum + mul + sub + mul + add, layer 1 (BatchNorm1d)
        b6[1] ← mul(Σ, 0.125)
        b5[1] ← add(state4[1], mul(sub(mul(Σ, 0.125), state4[1]), 0.10000000149011612))
      loop [8,4]: sub, layer 1 (BatchNorm1d)
        b7[4,1] ← sub(b3[4,1], b6[0,1])
      fold sum [4] over [8] of square(b7[1,4]): square + sum + mul + mul + sub + mul + add, layer 1 (BatchNorm1d)
        b10[1] ← mul(Σ, 0.125)
        b9[1] ← add(state8[1], mul(sub(mul(mul(Σ, 0.125), 1.1428571939468384), state8[1]), 0.10000000149011612))
      loop [1,4]: add + rsqrt + pow, layer 1 (BatchNorm1d)
        b12[0,1] ← rsqrt(add(b10[0,1], 0.000009999999747378752))
        b11[4,1] ← pow(rsqrt(add(b10[0,1], 0.000009999999747378752)), 3)
      loop [8,4]: mul + mul + add + mul + erf + add + mul + mul, layer 1 (BatchNorm1d)
        b18[4,1] ← mul(b7[4,1], b12[0,1])
        b17[4,1] ← mul(mul(b7[4,1], b12[0,1]), state14[0,1])
        b16[4,1] ← erf(mul(add(mul(mul(b7[4,1], b12[0,1]), state14[0,1]), state13[0,1]), 0.7071067690849304))
        b15[4,1] ← mul(add(mul(mul(b7[4,1], b12[0,1]), state14[0,1]), state13[0,1]), mul(add(erf(mul(add(mul(mul(b7[4,1], b12[0,1]), state14[0,1]), state13[0,1]), 0.7071067690849304)), 1), 0.5))
      product [1,8,3] over 4 of b15[0,4,1] · state20[0,1,4]: matmul + add, layer 3 (Linear)
        b21[0,3,1] ← add(Σ, state19[0,0,1])
      fold max [8] over [3] of b21[3,1]: max, CrossEntropyLoss
        b22[1] ← Σ
      fold sum [8] over [3] of exp(sub(b21[3,1], b22[1,0])): sub + exp + sum + log, CrossEntropyLoss
        b23[1] ← log(Σ)
      loop [8]: ne + where, CrossEntropyLoss
        b25[1] ← where(ne(argument1[1], -100), argument1[1], 0)
      fold sum [8] over [3] of sub(sub(b21[3,1], b22[1,0]), b23[1,0]): sub + sub + sum, CrossEntropyLoss
        b26[1] ← Σ
      fold sum [] over [8] of f32(ne(argument1[1], -100)): ne + sum + div, CrossEntropyLoss
        b28[] ← Σ
        b27[] ← div(1, Σ)
      fold sum [] over [8] of where(ne(argument1[1], -100), add(mul(neg(sub(sub(pick(b21[3], b25[1] · 1 < 3), b22[1]), b23[1])), 0.8999999761581421), mul(neg(b26[1]), 0.03333333507180214)), 0): ne + neg + neg + mul + mul + add + where + sum + 4 more, CrossEntropyLoss
        b29[] ← div(Σ, b28[])
      loop []: add, layer 1 (BatchNorm1d)
        state30[] ← add(state30[], 1)
      loop [8]: ne + where + mul, CrossEntropyLoss
        b32[1] ← where(ne(argument1[1], -100), b27[0], 0)
        b31[1] ← mul(where(ne(argument1[1], -100), b27[0], 0), 0.8999999761581421)
      fold sum [8] over [3] of add(neg(mul(b32[1,0], 0.03333333507180214)), where(eq(b25[1,0], constant33[0,1]), neg(b31[1,0]), 0)): mul + neg + neg + add + sum + eq + where, CrossEntropyLoss
        b34[1] ← Σ
      loop [8,3]: sub + sub + mul + neg + neg + add + exp + mul + 3 more, CrossEntropyLoss
        b35[3,1] ← sub(add(neg(mul(b32[1,0], 0.03333333507180214)), where(eq(b25[1,0], constant33[0,1]), neg(b31[1,0]), 0)), mul(exp(sub(sub(b21[3,1], b22[1,0]), b23[1,0])), b34[1,0]))
      fold sum [3] over [8] of b35[1,3]: sum + addScaled + mul + addScaled + addScaled, layer 3 (Linear)
        state36[1] ← addScaled(mul(state36[1], live21), addScaled(Σ, state19[1], live23), live22)
        state19[1] ← addScaled(state19[1], addScaled(mul(state36[1], live21), addScaled(Σ, state19[1], live23), live22), live20)
      product [1,8,4] over 3 of b35[0,3,1] · state20[0,4,1]: matmul + add + add + mul + square + mul + exp + mul + 4 more, layer 3 (Linear)
        b38[0,4,1] ← mul(Σ, add(mul(add(b17[0,4,1], state13[0,0,1]), mul(exp(mul(square(add(b17[0,4,1], state13[0,0,1])), -0.5)), 0.3989422917366028)), mul(add(b16[0,4,1], 1), 0.5)))
        b37[0,4,1] ← mul(mul(Σ, add(mul(add(b17[0,4,1], state13[0,0,1]), mul(exp(mul(square(add(b17[0,4,1], state13[0,0,1])), -0.5)), 0.3989422917366028)), mul(add(b16[0,4,1], 1), 0.5))), state14[0,0,1])
      product [1,3,4] over 8 of b35[0,1,3] · b15[0,4,1]: matmul + addScaled + mul + addScaled + addScaled, layer 3 (Linear)
        state39[0,4,1] ← addScaled(mul(state39[0,4,1], live17), addScaled(Σ, state20[0,4,1], live19), live18)
        state20[0,4,1] ← addScaled(state20[0,4,1], addScaled(mul(state39[0,4,1], live17), addScaled(Σ, state20[0,4,1], live19), live18), live16)
      fold sum [4] over [8] of b38[1,4]: sum + addScaled + mul + addScaled + addScaled, layer 1 (BatchNorm1d)
        state40[1] ← addScaled(mul(state40[1], live13), addScaled(Σ, state13[1], live15), live14)
        state13[1] ← addScaled(state13[1], addScaled(mul(state40[1], live13), addScaled(Σ, state13[1], live15), live14), live12)
      fold sum [4] over [8] of mul(b38[1,4], b18[1,4]): mul + sum + addScaled + mul + addScaled + addScaled, layer 1 (BatchNorm1d)
        state41[1] ← addScaled(mul(state41[1], live9), addScaled(Σ, state14[1], live11), live10)
        state14[1] ← addScaled(state14[1], addScaled(mul(state41[1], live9), addScaled(Σ, state14[1], live11), live10), live8)
      fold sum [4] over [8] of mul(b37[1,4], b7[1,4]): mul + sum, layer 1 (BatchNorm1d)
        b42[1] ← Σ
      loop [8,4]: mul + mul + mul + mul + mul + mul + add, layer 1 (BatchNorm1d)
        b43[4,1] ← add(mul(b37[4,1], b12[0,1]), mul(mul(mul(mul(mul(b42[0,1], -0.5), b11[0,1]), 0.125), b7[4,1]), 2))
      fold sum [4] over [8] of neg(b43[1,4]): neg + sum, layer 1 (BatchNorm1d)
        b44[1] ← Σ
      loop [8,4]: mul + add, layer 1 (BatchNorm1d)
        b45[4,1] ← add(b43[4,1], mul(b44[0,1], 0.125))
      product [1,4,6] over 8 of b45[0,1,4] · argument0[0,6,1]: matmul + addScaled + mul + addScaled + addScaled, layer 0 (Linear)
        state46[0,6,1] ← addScaled(mul(state46[0,6,1], live1), addScaled(Σ, state1[0,6,1], live3), live2)
        state1[0,6,1] ← addScaled(state1[0,6,1], addScaled(mul(state46[0,6,1], live1), addScaled(Σ, state1[0,6,1], live3), live2), live0)
      fold sum [4] over [8] of b45[1,4]: sum + addScaled + mul + addScaled + addScaled, layer 0 (Linear)
        state47[1] ← addScaled(mul(state47[1], live5), addScaled(Σ, state0[1], live7), live6)
        state0[1] ← addScaled(state0[1], addScaled(mul(state47[1], live5), addScaled(Σ, state0[1], live7), live6), live4)
      loop [4]: copy, layer 1 (BatchNorm1d)
        state4[1] ← b5[1]
      loop [4]: copy, layer 1 (BatchNorm1d)
        state8[1] ← b9[1]
      return b29[]"
    `);
  });
});
