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
 *   lie, so that uncompiled code sees the new values at once. Learning rates and other numbers of an optimizer, step counts and
 *   random generators are read anew at each run; schedules work as ever.
 * - Everything else that `fn` does in JavaScript happens only while recording: printing, counting, choosing by a variable.
 * - Not noticed after the first call: changes inside of arguments that are neither tensors, arrays nor plain objects; a parameter or
 *   buffer that is replaced by another tensor (copy into it instead: `copy_()`, `loadStateDict()`); hooks and layers that are added;
 *   options of a layer, such as a dropout's `p`; parameters pushed to a group, and `optimizer.state` that is cleared. `dispose()`
 *   makes the next call record anew. Arguments that share elements with state are read before the state changes.
 * - Results are new tensors without history. Gradients are left in `grad` only with `keepGrads`.
 *
 * Numbers agree with those of the uncompiled function to rounding.
 *
 * @throws ChainruleError `record` when `fn` reads a value, computes a shape from values, or changes an argument in place; at its
 * first call, with the line that does it, and with nothing changed
 * @throws ChainruleError `backend` when memory does not suffice. Where the engine has no WebAssembly SIMD, `fn` itself runs, and
 * one warning says so.
 * @throws ChainruleError `broken` when a run stops in the middle, as when a worker dies: what the function changes is half done,
 * and is to be restored from a copy
 *
 * @example
 * const step = compile((x: Tensor, y: Tensor) => {
 *   const loss = lossFn(model(x), y);
 *   optimizer.zeroGrad();
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * for (const [x, y] of loader) console.log(step(x, y).item());
 */
export const compile = /* @__PURE__ */ compileWith(compiler);
