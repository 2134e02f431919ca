/** `compile`, with the backend that it compiles for. */
import { reference } from "../backends/reference/index.ts";
import { wasmBackend } from "../backends/wasm/backend.ts";
import { supportsBinary, supportsUnary } from "../backends/wasm/program/expression-functions.ts";
import { type Compiler, compileWith } from "../compile/compile.ts";
import { lowerGraph } from "../compile/lower.ts";

export type { Compilable, Compiled, CompileOptions } from "../compile/compile.ts";

const supports = { unary: supportsUnary, binary: supportsBinary };

/** What `compile` is made with. */
export const compiler: Compiler = {
  backend: wasmBackend,
  host: reference,
  lower: (graph, { strict = false }) => lowerGraph(graph, { strict, host: reference, supports }),
};

/**
 * Turns a function of tensors into one WebAssembly program, which runs many times faster than op by op: as `torch.compile`, for
 * whole training steps too.
 *
 * `fn` runs once for each signature (shapes and dtypes of its tensors, its other arguments by value, training and gradient modes),
 * and what it computes is recorded: forward pass, `backward()`, clipping, `optimizer.step()`. Later calls run the program alone.
 *
 * - Tensors that `fn` closes over are its state: parameters, buffers and the optimizer's averages are read and changed where they
 *   lie, so that uncompiled code sees the new values at once. Learning rates and other numbers of an optimizer, a dropout's `p`,
 *   step counts and random generators are read anew at each run; schedules work as ever, stepped
 *   after the call.
 * - Everything else that `fn` does in JavaScript happens only while recording: printing, counting, choosing by a variable.
 * - Arguments are tensors, numbers and other plain values, functions, models and optimizers, and arrays and plain objects of them.
 *   In TypeScript they are declared, `(x: Tensor) => …`. `this` is passed on, so that methods can be compiled.
 * - Not noticed after the first call: a variable that is bound to another tensor; a parameter or buffer that is replaced
 *   by another tensor (copy into it instead: `copy_()`, `loadStateDict()`); hooks and layers that are added; options of a layer other
 *   than a dropout's `p`; parameters pushed to a group, and `optimizer.state` that is cleared. `dispose()` makes the next call record
 *   anew. Arguments that share elements with state are read before the state changes.
 * - Results are new tensors without history: `backward()` belongs inside. Gradients are left in `grad` only with `keepGrads`, in that
 *   of arguments too, which must be leaves then.
 * - `dispose()` frees the memory of the programs at once; state that no other program uses moves back out of it.
 *
 * Numbers agree with those of the uncompiled function to rounding.
 *
 * @throws ChainruleError `record` when `fn` reads a value, computes a shape from values, changes an argument in place, steps a
 * schedule, or takes or returns an object that programs cannot look into; at its first call, with the line that does it, and with
 * nothing changed
 * @throws ChainruleError `backend` when memory does not suffice. Where the engine has no WebAssembly SIMD, `fn` itself runs, and
 * one warning says so.
 * @throws ChainruleError `broken` when a run stops in the middle, as when a worker dies: what the function changes is half done,
 * and is to be restored from a copy
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
 * const lossFn = new nn.MSELoss();
 * const step = compile((x: Tensor, y: Tensor) => {
 *   const loss = lossFn(model(x), y);
 *   optimizer.zeroGrad();
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * const [x, y] = [tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), tensor([[0], [1], [1], [0]])];
 * step(x, y).item(); // → 0.9027
 * for (let i = 0; i < 200; i++) step(x, y);
 * step(x, y).item() < 0.01; // → true
 *
 * @example
 * const f = (x: Tensor) => x.mul(2).tanh().sum();
 * const text = compile.explain(f, tensor([1, 2, 3])); // what would run, kernel by kernel
 * text.split("\n")[0]; // → ' 1 mul + tanh + sum … 9 FLOP …'
 */
export const compile = /* @__PURE__ */ compileWith(compiler);
