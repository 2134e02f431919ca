import { apply } from "../core/op.ts";
import { defineMethods, type Tensor } from "../core/tensor.ts";
import { allocate } from "../shape/dtype.ts";
import { showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkList, checkOptions, type OptionNames } from "../util/options.ts";
import { positions } from "./constant.ts";
import { embed, slice } from "./slice.ts";

/** What the places that {@link Tensor.pad} adds hold. */
export interface PadOptions {
  /**
   * What goes into the new places: `"constant"` (default) the value, `"reflect"` the mirrored neighbours without the edge
   * itself, `"replicate"` the edge, `"circular"` the other end.
   */
  mode?: "constant" | "reflect" | "replicate" | "circular";
  /** For `"constant"`; default 0. */
  value?: number;
}

/** The place in 0 … n − 1 that is seen at a place before 0 or after n − 1. */
const continued = {
  reflect: (i: number, n: number) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i),
  replicate: (i: number, n: number) => Math.min(Math.max(i, 0), n - 1),
  circular: (i: number, n: number) => (n > 0 ? (i + n) % n : 0),
};

/** How many places a mode can continue a dimension of size n by. */
const reach = {
  reflect: (n: number) => n - 1,
  replicate: (n: number) => (n > 0 ? Number.POSITIVE_INFINITY : 0),
  circular: (n: number) => n,
};

declare module "../core/tensor.ts" {
  interface Tensor {
    /**
     * More places at both ends of dimensions, as `torch.nn.functional.pad`: `pads` counts them from the last dimension on,
     * [left, right, top, bottom, …]. Negative numbers take places away. A copy.
     *
     * @throws ChainruleError `argument` unless there are two whole numbers for each padded dimension, and for more places than
     * the mode has (`"reflect"`: size − 1, `"circular"`: size), `shape` when more is taken away than there is
     *
     * @example
     * tensor([[1, 2]]).pad([1, 0]); // → tensor([[0., 1., 2.]])
     * tensor([[1, 2]]).pad([0, 0, 0, 1], { value: 9 }); // → tensor([[1., 2.], [9., 9.]])
     * tensor([[1, 2, 3]]).pad([0, 2], { mode: "reflect" }); // → tensor([[1., 2., 3., 2., 1.]])
     * tensor([1, 2, 3]).pad([-1, 2], { mode: "replicate" }); // → tensor([2., 3., 3., 3.])
     */
    pad(pads: readonly number[], options?: PadOptions): Tensor;
  }
}

const padNames: OptionNames<PadOptions> = { mode: 0, value: 0 };

/** [before, after] for each dimension, outermost first. */
function pairsOf(x: Tensor, pads: readonly number[]): (readonly [number, number])[] {
  if (pads.length % 2 !== 0 || pads.length > 2 * x.ndim || pads.some((n) => !Number.isInteger(n))) {
    throw new ChainruleError(
      "argument",
      `The paddings [${pads.join(", ")}] do not fit a tensor of shape ${showShape(x.shape)}.`,
      `Give two whole numbers for each dimension, the last dimension first, at most ${2 * x.ndim} in all.`,
    );
  }
  const pairs = x.shape.map((size, d) => {
    const at = 2 * (x.ndim - 1 - d);
    const pair = [pads[at] ?? 0, pads[at + 1] ?? 0] as const;
    if (size + pair[0] + pair[1] >= 0) return pair;
    throw new ChainruleError(
      "shape",
      `The paddings ${pair[0]} and ${pair[1]} take more than the ${size} places that dimension ${d} has.`,
      "Take away less.",
    );
  });
  return pairs;
}

defineMethods({
  pad(pads, options) {
    checkList("Paddings must be an array", pads, "pad([1, 1])");
    checkOptions("pad", options, padNames);
    const mode = options?.mode ?? "constant";
    const pairs = pairsOf(this, pads);
    if (mode === "constant") return padConstant(this, pairs, options?.value ?? 0);
    if (!(mode in continued)) {
      throw new ChainruleError(
        "argument",
        `pad() knows no mode "${String(mode)}".`,
        'Use "constant", "reflect", "replicate" or "circular".',
      );
    }
    let y: Tensor = this;
    pairs.forEach(([before, after], d) => {
      if (before === 0 && after === 0) return;
      if (mode === "circular" && (before < 0 || after < 0)) {
        // What is taken away does not come in again at the other end.
        y = y.narrow(d, Math.max(0, -before), y.shape[d] + Math.min(0, before) + Math.min(0, after));
        before = Math.max(0, before);
        after = Math.max(0, after);
      }
      const size = y.shape[d];
      if (Math.max(before, after) > reach[mode](size)) {
        throw new ChainruleError(
          "argument",
          `The mode "${mode}" cannot continue dimension ${d} of size ${size} by ${Math.max(before, after)}.`,
          `At most ${reach[mode](size)} places can be added at an end.`,
        );
      }
      const places = allocate("int32", size + before + after).map((_, i) =>
        continued[mode](i - before, size),
      );
      y = y.indexSelect(d, positions(places));
    });
    return y === this ? this.clone() : y;
  },
});

function padConstant(x: Tensor, pairs: readonly (readonly [number, number])[], value: number): Tensor {
  const steps = x.shape.map(() => 1);
  let y = x;
  if (pairs.some(([before, after]) => before < 0 || after < 0)) {
    const starts = pairs.map(([before], d) => Math.min(Math.max(0, -before), x.shape[d]));
    const ends = pairs.map(([, after], d) => x.shape[d] + Math.min(0, after));
    const sizes = ends.map((end, d) => Math.max(0, end - starts[d]));
    y = apply(slice, { x, starts, sizes, steps });
  }
  const shape = x.shape.map((size, d) => size + pairs[d][0] + pairs[d][1]);
  const starts = pairs.map(([before], d) => Math.min(Math.max(0, before), shape[d]));
  return apply(embed, { x: y, shape, starts, steps, value });
}
