/** The ways to run an op, each of which has to give the same results: backends × modes. */
import { grad } from "../../autograd/grad.ts";
import { reference } from "../../backends/reference/index.ts";
import { gemmTier } from "../../backends/wasm/gemm.ts";
import { matmulOr } from "../../backends/wasm/matmul.ts";
import { interpreter, withInterpreter } from "../../core/interpreter.ts";
import { apply, type Op } from "../../core/op.ts";
import type { Interpreter } from "../../core/primitives.ts";
import { fillUniform, Generator } from "../../core/random.ts";
import { Tensor } from "../../core/tensor.ts";
import { compile } from "../../tensor/compile.ts";
import { type Arguments, differentiableOf, withDifferentiable } from "./samples.ts";

/** A function of tensors, with its derivative inside where one is wanted. */
export type Computation = (...inputs: Tensor[]) => Tensor[];

export interface Engine {
  readonly name: string;
  run(computation: Computation, inputs: readonly Tensor[]): Tensor[];
}

const eager = (name: string, backend: Interpreter): Engine => ({
  name: `${name}, eager`,
  run: (computation, inputs) => withInterpreter(backend, () => computation(...inputs)),
});

/** The definition of correctness. */
export const oracle: Engine = eager("reference", reference);

/** Small products too, unless the engine that runs the tests lacks what the kernels need. */
const wherePossible = (): boolean => gemmTier().tier !== "none";

/** The whole computation, derivatives included, as one program. */
const compiled = (name: string, strict: boolean): Engine => ({
  name,
  run(computation, inputs) {
    const program = compile((...xs: Tensor[]) => computation(...xs), { strict });
    try {
      return program(...inputs);
    } finally {
      program.dispose();
    }
  },
});

/** What is compared with it. A later backend or mode is one more line. */
export const engines: readonly Engine[] = [
  eager("default wiring", interpreter),
  eager("generated kernels for every product", {
    ...reference,
    matmul: matmulOr(reference.matmul, wherePossible),
  }),
  compiled("compiled", false),
  compiled("compiled, strict", true),
];

/** The value of an op, and the gradients of a random weighting of it, where it has a derivative. */
export function valueAndGradients(engine: Engine, op: Op, args: Arguments): Tensor[] {
  const xs = differentiableOf(op, args).map(({ tensor }) => tensor);
  return engine.run((...inputs) => {
    const leaves = inputs.map((x) => x.detach().requiresGrad_());
    const y = apply(op, withDifferentiable(op, args, leaves));
    return y.requiresGrad ? [y, ...gradientsOf(y, leaves)] : [y];
  }, xs);
}

/** Gradients of a fixed random weighting of `y`; a large empty or unused input gets zeros. */
function gradientsOf(y: Tensor, leaves: readonly Tensor[]): Tensor[] {
  const weights = new Float64Array(y.numel);
  fillUniform(weights, new Generator(5), -1, 1);
  const gradOutputs = Tensor.over(
    y.dtype === "float32" ? Float32Array.from(weights) : weights,
    y.shape,
    y.dtype,
  );
  const found = grad([y], leaves, { gradOutputs: [gradOutputs], allowUnused: true });
  return found.map((g, i) => g ?? Tensor.over(new Float64Array(leaves[i].numel), leaves[i].shape, "float64"));
}
