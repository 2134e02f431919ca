import { interpreter } from "../core/interpreter.ts";
import { type Spec, Tensor } from "../core/tensor.ts";

/** One number seen in a whole shape: a tensor without history that takes the memory of one element. */
export function repeated(value: number, { shape, dtype }: Spec): Tensor {
  const one = interpreter.copy(value, { shape: [], dtype });
  return interpreter.view(
    one,
    shape,
    shape.map(() => 0),
    0,
  );
}

/** Positions as an int32 vector. */
export const positions = (indices: Iterable<number>): Tensor => {
  const elements = Int32Array.from(indices);
  return Tensor.over(elements, [elements.length], "int32");
};

/** 0, 1, …, n − 1 as int32. */
export function upTo(n: number): Tensor {
  const elements = new Int32Array(n);
  for (let i = 0; i < n; i++) elements[i] = i;
  return Tensor.over(elements, [n], "int32");
}
