/** Training steps of real models: which kernels they become, and that these compute what eager execution does. */
import { describe, expect, test } from "vitest";
import { reference } from "../backends/reference/index.ts";
import type { Schedule } from "../core/schedule.ts";
import { manualSeed, nn, optim, randint, randn, type Tensor } from "../index.ts";
import { compileWith } from "./compile.ts";
import { lowerGraph } from "./lower.ts";
import { printSchedule } from "./print.ts";
import { interpretedBackend } from "./testing/interpreted.ts";

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
      "host () → b0: bernoulli, layer 2 (Dropout)
      product [1,8,4] over 6 of argument0[0,6,1] · state2[0,1,6]: matmul + add + tanh + mul + mul, layer 0 (Linear)
        b5[0,4,1] ← tanh(add(Σ, state1[0,0,1]))
        b4[0,4,1] ← mul(tanh(add(Σ, state1[0,0,1])), mul(b0[0,4,1], 2))
      product [1,8,3] over 4 of b4[0,4,1] · state7[0,1,4]: matmul + add, layer 3 (Linear)
        b8[0,3,1] ← add(Σ, state6[0,0,1])
      fold max [8] over [3] of b8[3,1]: max, CrossEntropyLoss
        b9[1] ← Σ
      fold sum [8] over [3] of exp(sub(b8[3,1], b9[1,0])): sub + exp + sum + log, CrossEntropyLoss
        b10[1] ← log(Σ)
      fold sum [] over [8] of f32(ne(argument1[1], -100)): ne + sum + div, CrossEntropyLoss
        b13[] ← Σ
        b12[] ← div(1, Σ)
      fold sum [] over [8] of where(ne(argument1[1], -100), neg(sub(sub(pick(b8[3], where(ne(argument1[1], -100), argument1[1], 0) · 1 < 3), b9[1]), b10[1])), 0): ne + where + neg + where + sum + div + gather + sub + sub, CrossEntropyLoss
        b14[] ← div(Σ, b13[])
      loop [8,3]: sub + sub + ne + where + where + neg + exp + mul + 3 more, CrossEntropyLoss
        b16[3,1] ← sub(where(eq(where(ne(argument1[1,0], -100), argument1[1,0], 0), constant15[0,1]), neg(where(ne(argument1[1,0], -100), b12[0,0], 0)), 0), mul(exp(sub(sub(b8[3,1], b9[1,0]), b10[1,0])), neg(where(ne(argument1[1,0], -100), b12[0,0], 0))))
      fold sum [3] over [8] of b16[1,3]: sum + mul + addScaled + mul + mul + mul + add + sqrt + 5 more, layer 3 (Linear)
        state18[1] ← addScaled(mul(state18[1], live28), Σ, live29)
        state17[1] ← add(mul(state17[1], live30), mul(mul(Σ, live31), Σ))
        state6[1] ← add(state6[1], div(mul(addScaled(mul(state18[1], live28), Σ, live29), live34), add(mul(sqrt(add(mul(state17[1], live30), mul(mul(Σ, live31), Σ))), live32), live33)))
      product [1,8,4] over 3 of b16[0,3,1] · state7[0,4,1]: matmul + mul + mul + square + neg + add + mul, layer 3 (Linear)
        b19[0,4,1] ← mul(mul(Σ, mul(b0[0,4,1], 2)), add(neg(square(b5[0,4,1])), 1))
      fold sum [4] over [8] of b19[1,4]: sum + mul + addScaled + mul + mul + mul + add + sqrt + 5 more, layer 0 (Linear)
        state21[1] ← addScaled(mul(state21[1], live10), Σ, live11)
        state20[1] ← add(mul(state20[1], live12), mul(mul(Σ, live13), Σ))
        state1[1] ← add(state1[1], div(mul(addScaled(mul(state21[1], live10), Σ, live11), live16), add(mul(sqrt(add(mul(state20[1], live12), mul(mul(Σ, live13), Σ))), live14), live15)))
      product [1,3,4] over 8 of b16[0,1,3] · b4[0,4,1]: matmul, layer 3 (Linear)
        b22[12,4,1] ← Σ
      loop [3,4]: mul + addScaled + mul + mul + mul + add + sqrt + mul + 4 more
        state24[4,1] ← addScaled(mul(state24[4,1], live19), b22[4,1], live20)
        state23[4,1] ← add(mul(state23[4,1], live21), mul(mul(b22[4,1], live22), b22[4,1]))
        state7[4,1] ← add(state7[4,1], div(mul(addScaled(mul(state24[4,1], live19), b22[4,1], live20), live25), add(mul(sqrt(add(mul(state23[4,1], live21), mul(mul(b22[4,1], live22), b22[4,1]))), live23), live24)))
      product [1,4,6] over 8 of b19[0,1,4] · argument0[0,6,1]: matmul, layer 0 (Linear)
        b25[24,6,1] ← Σ
      loop [4,6]: mul + addScaled + mul + mul + mul + add + sqrt + mul + 4 more
        state27[6,1] ← addScaled(mul(state27[6,1], live1), b25[6,1], live2)
        state26[6,1] ← add(mul(state26[6,1], live3), mul(mul(b25[6,1], live4), b25[6,1]))
        state2[6,1] ← add(state2[6,1], div(mul(addScaled(mul(state27[6,1], live1), b25[6,1], live2), live7), add(mul(sqrt(add(mul(state26[6,1], live3), mul(mul(b25[6,1], live4), b25[6,1]))), live5), live6)))
      return b14[]"
    `);
  });

  test("of batch normalization", () => {
    expect(kernelsOf(makers["SGD with momentum, GELU, batch norm"])).toMatchInlineSnapshot(`
      "product [1,8,4] over 6 of argument0[0,6,1] · state1[0,1,6]: matmul + add, layer 0 (Linear)
        b3[0,4,1] ← add(Σ, state0[0,0,1])
      loop [8]: ne + where, CrossEntropyLoss
        b5[1] ← where(ne(argument1[1], -100), argument1[1], 0)
      fold sum [] over [8] of f32(ne(argument1[1], -100)): ne + sum + div, CrossEntropyLoss
        b7[] ← Σ
        b6[] ← div(1, Σ)
      loop [8]: ne + where + mul, CrossEntropyLoss
        b9[1] ← where(ne(argument1[1], -100), b6[0], 0)
        b8[1] ← mul(where(ne(argument1[1], -100), b6[0], 0), 0.8999999761581421)
      fold sum [8] over [3] of add(neg(mul(b9[1,0], 0.03333333507180214)), where(eq(b5[1,0], constant10[0,1]), neg(b8[1,0]), 0)): mul + neg + neg + add + sum + eq + where, CrossEntropyLoss
        b11[1] ← Σ
      loop []: add, layer 1 (BatchNorm1d)
        state12[] ← add(state12[], 1)
      fold sum [4] over [8] of b3[1,4]: sum + mul + sub + mul + add, layer 1 (BatchNorm1d)
        b14[1] ← mul(Σ, 0.125)
        state13[1] ← add(state13[1], mul(sub(mul(Σ, 0.125), state13[1]), 0.10000000149011612))
      loop [8,4]: sub, layer 1 (BatchNorm1d)
        b15[4,1] ← sub(b3[4,1], b14[0,1])
      fold sum [4] over [8] of square(b15[1,4]): square + sum + mul + mul + sub + mul + add, layer 1 (BatchNorm1d)
        b17[1] ← mul(Σ, 0.125)
        state16[1] ← add(state16[1], mul(sub(mul(mul(Σ, 0.125), 1.1428571939468384), state16[1]), 0.10000000149011612))
      loop [1,4]: add + rsqrt + pow, layer 1 (BatchNorm1d)
        b19[0,1] ← rsqrt(add(b17[0,1], 0.000009999999747378752))
        b18[4,1] ← pow(rsqrt(add(b17[0,1], 0.000009999999747378752)), 3)
      loop [8,4]: mul + mul + add + mul + erf + add + mul + mul, layer 1 (BatchNorm1d)
        b25[4,1] ← mul(b15[4,1], b19[0,1])
        b24[4,1] ← mul(mul(b15[4,1], b19[0,1]), state21[0,1])
        b23[4,1] ← erf(mul(add(mul(mul(b15[4,1], b19[0,1]), state21[0,1]), state20[0,1]), 0.7071067690849304))
        b22[4,1] ← mul(add(mul(mul(b15[4,1], b19[0,1]), state21[0,1]), state20[0,1]), mul(add(erf(mul(add(mul(mul(b15[4,1], b19[0,1]), state21[0,1]), state20[0,1]), 0.7071067690849304)), 1), 0.5))
      product [1,8,3] over 4 of b22[0,4,1] · state27[0,1,4]: matmul + add, layer 3 (Linear)
        b28[0,3,1] ← add(Σ, state26[0,0,1])
      fold max [8] over [3] of b28[3,1]: max, CrossEntropyLoss
        b29[1] ← Σ
      fold sum [8] over [3] of exp(sub(b28[3,1], b29[1,0])): sub + exp + sum + log, CrossEntropyLoss
        b30[1] ← log(Σ)
      fold sum [8] over [3] of sub(sub(b28[3,1], b29[1,0]), b30[1,0]): sub + sub + sum, CrossEntropyLoss
        b31[1] ← Σ
      fold sum [] over [8] of where(ne(argument1[1], -100), add(mul(neg(sub(sub(pick(b28[3], b5[1] · 1 < 3), b29[1]), b30[1])), 0.8999999761581421), mul(neg(b31[1]), 0.03333333507180214)), 0): ne + neg + neg + mul + mul + add + where + sum + 4 more, CrossEntropyLoss
        b32[] ← div(Σ, b7[])
      loop [8,3]: sub + sub + mul + neg + neg + add + exp + mul + 3 more, CrossEntropyLoss
        b33[3,1] ← sub(add(neg(mul(b9[1,0], 0.03333333507180214)), where(eq(b5[1,0], constant10[0,1]), neg(b8[1,0]), 0)), mul(exp(sub(sub(b28[3,1], b29[1,0]), b30[1,0])), b11[1,0]))
      fold sum [3] over [8] of b33[1,3]: sum + addScaled + mul + addScaled + addScaled, layer 3 (Linear)
        state34[1] ← addScaled(mul(state34[1], live21), addScaled(Σ, state26[1], live23), live22)
        state26[1] ← addScaled(state26[1], addScaled(mul(state34[1], live21), addScaled(Σ, state26[1], live23), live22), live20)
      product [1,8,4] over 3 of b33[0,3,1] · state27[0,4,1]: matmul + add + add + mul + square + mul + exp + mul + 4 more, layer 3 (Linear)
        b36[0,4,1] ← mul(Σ, add(mul(add(b24[0,4,1], state20[0,0,1]), mul(exp(mul(square(add(b24[0,4,1], state20[0,0,1])), -0.5)), 0.3989422917366028)), mul(add(b23[0,4,1], 1), 0.5)))
        b35[0,4,1] ← mul(mul(Σ, add(mul(add(b24[0,4,1], state20[0,0,1]), mul(exp(mul(square(add(b24[0,4,1], state20[0,0,1])), -0.5)), 0.3989422917366028)), mul(add(b23[0,4,1], 1), 0.5))), state21[0,0,1])
      product [1,3,4] over 8 of b33[0,1,3] · b22[0,4,1]: matmul + addScaled + mul + addScaled + addScaled, layer 3 (Linear)
        state37[0,4,1] ← addScaled(mul(state37[0,4,1], live17), addScaled(Σ, state27[0,4,1], live19), live18)
        state27[0,4,1] ← addScaled(state27[0,4,1], addScaled(mul(state37[0,4,1], live17), addScaled(Σ, state27[0,4,1], live19), live18), live16)
      fold sum [4] over [8] of b36[1,4]: sum + addScaled + mul + addScaled + addScaled, layer 1 (BatchNorm1d)
        state38[1] ← addScaled(mul(state38[1], live13), addScaled(Σ, state20[1], live15), live14)
        state20[1] ← addScaled(state20[1], addScaled(mul(state38[1], live13), addScaled(Σ, state20[1], live15), live14), live12)
      fold sum [4] over [8] of mul(b36[1,4], b25[1,4]): mul + sum + addScaled + mul + addScaled + addScaled, layer 1 (BatchNorm1d)
        state39[1] ← addScaled(mul(state39[1], live9), addScaled(Σ, state21[1], live11), live10)
        state21[1] ← addScaled(state21[1], addScaled(mul(state39[1], live9), addScaled(Σ, state21[1], live11), live10), live8)
      fold sum [4] over [8] of mul(b35[1,4], b15[1,4]): mul + sum, layer 1 (BatchNorm1d)
        b40[1] ← Σ
      loop [8,4]: mul + mul + mul + mul + mul + mul + add, layer 1 (BatchNorm1d)
        b41[4,1] ← add(mul(b35[4,1], b19[0,1]), mul(mul(mul(mul(mul(b40[0,1], -0.5), b18[0,1]), 0.125), b15[4,1]), 2))
      fold sum [4] over [8] of neg(b41[1,4]): neg + sum, layer 1 (BatchNorm1d)
        b42[1] ← Σ
      loop [8,4]: mul + add, layer 1 (BatchNorm1d)
        b43[4,1] ← add(b41[4,1], mul(b42[0,1], 0.125))
      product [1,4,6] over 8 of b43[0,1,4] · argument0[0,6,1]: matmul + addScaled + mul + addScaled + addScaled, layer 0 (Linear)
        state44[0,6,1] ← addScaled(mul(state44[0,6,1], live1), addScaled(Σ, state1[0,6,1], live3), live2)
        state1[0,6,1] ← addScaled(state1[0,6,1], addScaled(mul(state44[0,6,1], live1), addScaled(Σ, state1[0,6,1], live3), live2), live0)
      fold sum [4] over [8] of b43[1,4]: sum + addScaled + mul + addScaled + addScaled, layer 0 (Linear)
        state45[1] ← addScaled(mul(state45[1], live5), addScaled(Σ, state0[1], live7), live6)
        state0[1] ← addScaled(state0[1], addScaled(mul(state45[1], live5), addScaled(Σ, state0[1], live7), live6), live4)
      return b32[]"
    `);
  });
});
