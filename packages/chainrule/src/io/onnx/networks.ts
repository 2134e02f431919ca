import { crossEntropy, dropout, groupNorm, nllLoss, type Reduction } from "../../nn/functional/index.ts";
import { einsum, linear, numel, ones, type Tensor } from "../../tensor/index.ts";
import { type Call, dimOf, type Operator } from "./call.ts";

/** Operators of networks: products, normalizations, softmax and its kin, dropout, losses. */

export const networks: Readonly<Record<string, Operator>> = {
  Gemm: {
    inputs: [2, 3],
    attributes: ["alpha", "beta", "transA", "transB"],
    since: 7,
    weights: [0, 1, 2],
    run: gemm,
  },
  MatMul: {
    inputs: [2, 2],
    weights: [0, 1],
    run: (call) => call.x(0).matmul(call.x(1)),
  },
  Einsum: {
    inputs: [1, Number.MAX_SAFE_INTEGER],
    attributes: ["equation"],
    weights: "all",
    run: (call) => einsum(call.string("equation"), call.all()),
  },

  Softmax: alongAxis((x, dim) => x.softmax(dim)),
  LogSoftmax: alongAxis((x, dim) => x.logSoftmax(dim)),
  Hardmax: alongAxis((x, dim) => {
    const size = x.shape[dim];
    const places = x.argmax(dim);
    const hot = places.oneHot(size).to(x.dtype);
    return hot.movedim(-1, dim);
  }),

  BatchNormalization: {
    inputs: [5, 5],
    attributes: ["epsilon", "momentum", "spatial", "training_mode", "is_test", "consumed_inputs"],
    since: 6,
    weights: [1, 2],
    run: batchNormalization,
  },
  LayerNormalization: {
    inputs: [2, 3],
    attributes: ["axis", "epsilon", "stash_type"],
    weights: [1, 2],
    run(call) {
      const x = call.x();
      const dims = from(call, x, call.number("axis", -1));
      const mean = x.mean(dims, { keepdim: true });
      const centered = x.sub(mean);
      const inverse = centered
        .square()
        .mean(dims, { keepdim: true })
        .add(call.number("epsilon", 1e-5))
        .rsqrt();
      const y = centered.mul(inverse).mul(call.x(1));
      const bias = call.inputs[2];
      return [bias ? y.add(bias) : y, mean, inverse];
    },
  },
  RMSNormalization: {
    inputs: [2, 2],
    attributes: ["axis", "epsilon", "stash_type"],
    weights: [1],
    run(call) {
      const x = call.x();
      const square = x.square().mean(from(call, x, call.number("axis", -1)), { keepdim: true });
      return x.mul(square.add(call.number("epsilon", 1e-5)).rsqrt()).mul(call.x(1));
    },
  },
  InstanceNormalization: {
    inputs: [3, 3],
    attributes: ["epsilon", "consumed_inputs"],
    weights: [1, 2],
    // Each channel is a group of its own.
    run: (call) =>
      groupNorm(call.x(), call.x().shape[1], {
        weight: call.x(1),
        bias: call.x(2),
        eps: call.number("epsilon", 1e-5),
      }),
  },
  GroupNormalization: {
    inputs: [3, 3],
    attributes: ["epsilon", "num_groups", "stash_type"],
    since: 18,
    weights: [1, 2],
    run(call) {
      const groups = call.number("num_groups", 1);
      const channels = call.x().shape[1];
      // Until version 21, weight and bias were those of groups.
      const each = (v: Tensor): Tensor => (call.opset < 21 ? v.repeatInterleave(channels / groups) : v);
      return groupNorm(call.x(), groups, {
        weight: each(call.x(1)),
        bias: each(call.x(2)),
        eps: call.number("epsilon", 1e-5),
      });
    },
  },
  MeanVarianceNormalization: {
    attributes: ["axes"],
    run(call) {
      const x = call.x();
      const dims = (call.list("axes") ?? [0, 2, 3]).map((axis) => dimOf(call, axis, x.ndim));
      const centered = x.sub(x.mean(dims, { keepdim: true }));
      return centered.div(centered.square().mean(dims, { keepdim: true }).sqrt().add(1e-9));
    },
  },
  LpNormalization: {
    attributes: ["axis", "p"],
    run(call) {
      const x = call.x();
      const dim = dimOf(call, call.number("axis", -1), x.ndim);
      const norm = x.norm(call.number("p", 2), dim, { keepdim: true });
      return x.div(norm.maskedFill(norm.eq(0), 1));
    },
  },

  Dropout: {
    inputs: [1, 3],
    attributes: ["ratio", "seed", "is_test", "consumed_inputs"],
    run(call) {
      const x = call.x();
      const ratio = call.inputs[1] ? call.numbers(1)[0] : call.number("ratio", 0.5);
      // Until version 12, a file says nothing of training: it describes a network that is used.
      const drops = call.training && call.inputs[2] !== undefined && call.numbers(2)[0] !== 0;
      const everywhere = ones(x.shape, { dtype: x.dtype });
      const scaled = dropout(everywhere, { p: ratio, training: drops });
      if (!drops || ratio === 0) return [x, everywhere.to("bool")];
      return [x.mul(scaled), scaled.ne(0)];
    },
  },

  NegativeLogLikelihoodLoss: {
    inputs: [2, 3],
    attributes: ["ignore_index", "reduction"],
    run: (call) => nllLoss(call.x(0), call.x(1), lossOptions(call)),
  },
  SoftmaxCrossEntropyLoss: {
    inputs: [2, 3],
    attributes: ["ignore_index", "reduction"],
    run: (call) => [crossEntropy(call.x(0), call.x(1), lossOptions(call)), call.x(0).logSoftmax(1)],
  },
};

const lossOptions = (call: Call) => ({
  weight: call.inputs[2] ?? null,
  // No label is NaN: all count.
  ignoreIndex: call.number("ignore_index", Number.NaN),
  reduction: call.text<Reduction>("reduction", "mean", "sum", "none"),
});

/** The dimensions from an axis on. */
function from(call: Call, x: Tensor, axis: number): number[] {
  const first = dimOf(call, axis, x.ndim);
  return x.shape.flatMap((_, d) => (d < first ? [] : [d]));
}

/** α A B + β C. The form in which layers are written is a linear map of rows. */
function gemm(call: Call): Tensor {
  const alpha = call.number("alpha", 1);
  const beta = call.number("beta", 1);
  const [a, b, c] = [call.x(0), call.x(1), call.inputs[2] ?? null];
  const [transA, transB] = [call.flag("transA", false), call.flag("transB", false)];
  if (
    !transA &&
    transB &&
    alpha === 1 &&
    (c === null || (beta === 1 && c.ndim === 1 && c.numel === b.shape[0]))
  )
    return linear(a, b, c);
  const product = (transA ? a.mT : a).matmul(transB ? b.mT : b);
  const y = alpha === 1 ? product : product.mul(alpha).to(product.dtype);
  if (c === null || beta === 0) return y;
  return y.add(beta === 1 ? c : c.mul(beta).to(c.dtype));
}

/** Until version 13, the dimensions from the axis on were one. */
function alongAxis(f: (x: Tensor, dim: number) => Tensor): Operator {
  return {
    attributes: ["axis"],
    run(call) {
      const x = call.x();
      const dim = dimOf(call, call.number("axis", call.opset < 13 ? 1 : -1), x.ndim);
      if (call.opset >= 13 || dim === x.ndim - 1) return f(x, dim);
      return f(x.reshape([numel(x.shape.slice(0, dim)), numel(x.shape.slice(dim))]), 1).reshape(x.shape);
    },
  };
}

function batchNormalization(call: Call): Tensor | Tensor[] {
  const [x, scale, bias, mean, variance] = call.all();
  const eps = call.number("epsilon", 1e-5);
  const channels = (v: Tensor): Tensor =>
    v.reshape([v.numel, ...new Array<number>(Math.max(0, x.ndim - 2)).fill(1)]);
  if (call.opset < 9 && !call.flag("spatial", true))
    throw call.fault("It normalizes each place by itself (spatial = 0).");
  const normalized = (m: Tensor, v: Tensor): Tensor =>
    x
      .sub(channels(m))
      .mul(channels(v.add(eps).rsqrt()))
      .mul(channels(scale))
      .add(channels(bias));
  if (!(call.training && call.flag("training_mode", false)))
    return [normalized(mean, variance), mean, variance];
  const dims = x.shape.flatMap((_, d) => (d === 1 ? [] : [d]));
  const current = x.mean(dims);
  const spread = x.sub(channels(current)).square().mean(dims);
  const momentum = call.number("momentum", 0.9);
  const moved = (old: Tensor, now: Tensor): Tensor => old.mul(momentum).add(now.mul(1 - momentum));
  return [normalized(current, spread), moved(mean, current), moved(variance, spread)];
}
