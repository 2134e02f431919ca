import "../../index.ts";
import { reference } from "../../backends/reference/index.ts";
import type { Graph } from "../../core/graph.ts";
import { withInterpreter } from "../../core/interpreter.ts";
import type { Spec, Tensor } from "../../core/tensor.ts";
import { Recorder } from "../recorder.ts";

/** The graph of a function of tensors of these shapes and dtypes. */
export function record(specs: readonly Spec[], fn: (...x: Tensor[]) => Tensor | readonly Tensor[]): Graph {
  const recorder = new Recorder(reference);
  return withInterpreter(recorder, () => {
    const results = fn(...specs.map((spec, index) => recorder.argument(index, spec)));
    return recorder.finish("storage" in results ? [results] : results);
  });
}

/** float32 of a shape. */
export const f32 = (...shape: number[]): Spec => ({ shape, dtype: "float32" });

/** int32 of a shape. */
export const i32 = (...shape: number[]): Spec => ({ shape, dtype: "int32" });
