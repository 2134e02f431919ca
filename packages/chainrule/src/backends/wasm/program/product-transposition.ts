/** Turns blocks of sums, so that stores that run along m find them side by side. */
import { type FunctionReference, i32, range, v128, when } from "../assembler/index.ts";
import type { Helpers } from "../math/helpers.ts";
import { transpose } from "../pack.ts";
import type { Arithmetic } from "./product-arithmetic.ts";

const transpositionParams = {
  from: "i32", // rows of `width` elements without gaps
  rows: "i32", // a multiple of the lanes of a vector, maybe 0
  to: "i32", // `width` rows
  pitch: "i32", // bytes from one of them to the next
} as const;

export type Transposition = FunctionReference<typeof transpositionParams, "void">;

/** The function that transposes blocks `width` elements wide. */
export function transpositionOf(
  helpers: Helpers,
  { moved, lanes }: Arithmetic,
  width: number,
): Transposition {
  const name = `transpose_${moved}_${width}`;
  return helpers.get(name, (module) =>
    module.func(name, { params: transpositionParams }, (p, local) => {
      const side = lanes;
      const rowBytes = (width * 16) / side;
      const vectors = Array.from({ length: side }, (_, i) => local("v128", `row${i}`));
      const spare = Array.from({ length: side }, (_, i) => local("v128", `spare${i}`));
      const [done, column, at] = ["done", "column", "at"].map((variable) => local("i32", variable));
      return [
        when(p.rows, [
          range(done, 0, p.rows, side, [
            at.set(p.to),
            range(column, 0, width, side, [
              vectors.map((vector, i) => vector.set(v128.load(p.from, { offset: i * rowBytes }))),
              transpose(vectors, spare),
              vectors.flatMap((vector) => [v128.store(at, vector), at.set(i32.add(at, p.pitch))]),
              p.from.set(i32.add(p.from, 16)),
            ]),
            p.from.set(i32.add(p.from, (side - 1) * rowBytes)),
            p.to.set(i32.add(p.to, 16)),
          ]),
        ]),
      ];
    }),
  );
}
