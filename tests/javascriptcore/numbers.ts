/** Numbers as text from which the same bits come back, but for those of NaN, which WebAssembly leaves open. */
import type { Tensor } from "chainrule";

const written = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

/** Every element of a tensor, in order. */
export const bitsOf = (t: Tensor): string =>
  Array.from(t.flatten().data, (x) => written(Number(x))).join(" ");
