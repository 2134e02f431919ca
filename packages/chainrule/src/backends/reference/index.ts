/** The reference backend: primitives as readable loops over typed arrays, run at once. The definition of correctness. */
import type { Interpreter } from "../../core/primitives.ts";
import { Tensor } from "../../core/tensor.ts";
import { addScaled, binary, copy, unary, where } from "./elementwise.ts";
import { argsort, gather, nonzero, scatter } from "./indexing.ts";
import { matmul } from "./matmul.ts";
import { random } from "./random.ts";
import { reduce, scan } from "./reduce.ts";

export const reference: Interpreter = {
  unary,
  binary,
  addScaled,
  where,
  copy,
  reduce,
  scan,
  matmul,
  gather,
  scatter,
  argsort,
  nonzero,
  random,
  view: (x, shape, strides, offset) => new Tensor(x.storage, shape, strides, offset),
};
