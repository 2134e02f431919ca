import { cat, fromTypedArray, isFloating, type Tensor, where, zeros } from "../../tensor/index.ts";
import { type Call, dimOf, type Operator } from "./call.ts";
import { elementType } from "./tensors.ts";

/** Operators that move, choose, repeat and make elements. */

const MOST = Number.MAX_SAFE_INTEGER;

export const shapes: Readonly<Record<string, Operator>> = {
  Reshape: {
    inputs: [1, 2],
    attributes: ["allowzero", "shape", "consumed_inputs"],
    weights: [0],
    run(call) {
      const x = call.x();
      const wanted = call.numbersOf("shape", 1);
      if (!wanted) throw call.fault("It has no shape.");
      const keep = !call.flag("allowzero", false);
      return x.reshape(wanted.map((size, d) => (size === 0 && keep ? x.shape[d] : size)));
    },
  },
  Flatten: {
    attributes: ["axis"],
    weights: [0],
    run(call) {
      const x = call.x();
      const axis = call.number("axis", 1);
      const lead = axis < 0 ? axis + x.ndim : axis;
      const rows = x.shape.slice(0, lead).reduce((a, b) => a * b, 1);
      return x.reshape([rows, x.shape.slice(lead).reduce((a, b) => a * b, 1)]);
    },
  },
  Squeeze: {
    inputs: [1, 2],
    attributes: ["axes"],
    weights: [0],
    run(call) {
      const x = call.x();
      const axes = call.numbersOf("axes", 1)?.map((axis) => dimOf(call, axis, x.ndim));
      if (axes?.some((d) => x.shape[d] !== 1)) {
        throw call.fault(`A dimension of the shape [${x.shape.join(", ")}] is to go that is not 1.`);
      }
      return x.reshape(x.shape.filter((size, d) => (axes ? !axes.includes(d) : size !== 1)));
    },
  },
  Unsqueeze: {
    inputs: [1, 2],
    attributes: ["axes"],
    weights: [0],
    run(call) {
      const x = call.x();
      const axes = call.numbersOf("axes", 1) ?? [];
      const rank = x.ndim + axes.length;
      const places = new Set(axes.map((axis) => dimOf(call, axis, rank)));
      if (places.size < axes.length) throw call.fault("An axis is named twice.");
      const sizes = [...x.shape];
      return x.reshape(
        Array.from({ length: rank }, (_, d) => (places.has(d) ? 1 : (sizes.shift() as number))),
      );
    },
  },
  Transpose: {
    attributes: ["perm"],
    weights: [0],
    run(call) {
      const x = call.x();
      return x.permute(call.list("perm") ?? x.shape.map((_, d) => x.ndim - 1 - d));
    },
  },
  Concat: {
    inputs: [1, MOST],
    attributes: ["axis"],
    weights: "all",
    run: (call) => cat(call.all(), call.number("axis", 1)),
  },
  Split: {
    inputs: [1, 2],
    attributes: ["axis", "split", "num_outputs"],
    run(call) {
      const x = call.x();
      const dim = dimOf(call, call.number("axis", 0), x.ndim);
      const sizes = call.numbersOf("split", 1);
      if (sizes) return x.split(sizes, dim);
      const parts = call.number("num_outputs", call.node.outputs.length);
      const size = Math.ceil(x.shape[dim] / parts);
      return x.split(
        Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(size, x.shape[dim] - i * size))),
        dim,
      );
    },
  },
  Slice: {
    inputs: [1, 5],
    attributes: ["axes", "starts", "ends"],
    run(call) {
      const starts = call.numbersOf("starts", 1) ?? [];
      const ends = call.numbersOf("ends", 2) ?? [];
      const axes = call.numbersOf("axes", 3) ?? starts.map((_, i) => i);
      const steps = call.inputs[4] ? call.numbers(4) : starts.map(() => 1);
      let y = call.x();
      axes.forEach((axis, i) => {
        y = sliced(y, dimOf(call, axis, y.ndim), starts[i], ends[i], steps[i]);
      });
      return y;
    },
  },
  Gather: {
    inputs: [2, 2],
    attributes: ["axis"],
    weights: [0],
    run(call) {
      const x = call.x();
      const dim = dimOf(call, call.number("axis", 0), x.ndim);
      const index = fromStart(call.x(1), x.shape[dim]);
      const found = x.indexSelect(dim, index.reshape([index.numel]));
      return found.reshape([...x.shape.slice(0, dim), ...index.shape, ...x.shape.slice(dim + 1)]);
    },
  },
  GatherElements: {
    inputs: [2, 2],
    attributes: ["axis"],
    weights: [0],
    run(call) {
      const x = call.x();
      const dim = dimOf(call, call.number("axis", 0), x.ndim);
      return x.gather(dim, fromStart(call.x(1), x.shape[dim]));
    },
  },
  GatherND: {
    inputs: [2, 2],
    attributes: ["batch_dims"],
    weights: [0],
    run: (call) => gatherND(call.x(0), call.x(1), call.number("batch_dims", 0)),
  },
  ScatterElements: { inputs: [3, 3], attributes: ["axis", "reduction"], run: scatterElements },
  Scatter: { inputs: [3, 3], attributes: ["axis"], run: scatterElements },
  ScatterND: { inputs: [3, 3], attributes: ["reduction"], run: scatterND },
  Expand: {
    inputs: [2, 2],
    weights: [0],
    run(call) {
      const x = call.x();
      const wanted = call.numbers(1);
      const rank = Math.max(x.ndim, wanted.length);
      return x.expand(
        Array.from({ length: rank }, (_, d) => {
          const own = x.shape[d - rank + x.ndim] ?? 1;
          const other = wanted[d - rank + wanted.length] ?? 1;
          return other === 1 ? own : other;
        }),
      );
    },
  },
  Tile: {
    inputs: [2, 2],
    since: 6,
    run: (call) => call.x().repeat(call.numbers(1)),
  },
  Pad: { inputs: [1, 4], attributes: ["mode", "pads", "value"], since: 2, run: padded },
  Shape: {
    attributes: ["start", "end"],
    run(call) {
      const { shape } = call.x();
      return call.fixed(
        shape.slice(call.number("start", 0), call.has("end") ? call.number("end", 0) : undefined),
      );
    },
  },
  Size: { run: (call) => call.fixed([call.x().numel], []) },
  Constant: {
    inputs: [0, 0],
    attributes: ["value", "value_float", "value_floats", "value_int", "value_ints"],
    run(call) {
      const value = call.tensor("value") ?? call.tensor("value_float") ?? call.tensor("value_floats");
      if (value) return value;
      if (call.has("value_int")) return call.fixed([call.number("value_int", 0)], []);
      return call.fixed(call.list("value_ints") ?? []);
    },
  },
  ConstantOfShape: {
    attributes: ["value"],
    run(call) {
      const value = call.tensor("value") ?? zeros([1]);
      return value.reshape([]).expand(call.numbers(0)).clone();
    },
  },
  EyeLike: {
    attributes: ["dtype", "k"],
    run(call) {
      const x = call.x();
      const dtype = call.has("dtype") ? call.dtype("dtype", elementType.float) : x.dtype;
      const k = call.number("k", 0);
      const [rows, columns] = x.shape;
      const ones = zeros([rows, columns], { dtype: "float32" }).add(1);
      return ones.triu(k).tril(k).to(dtype);
    },
  },
  Range: {
    inputs: [3, 3],
    run(call) {
      const [start, limit, delta] = [0, 1, 2].map((place) => call.numbers(place)[0]);
      const count = Math.max(Math.ceil((limit - start) / delta), 0);
      const { dtype } = call.x();
      if (!isFloating(dtype)) return call.fixed(Array.from({ length: count }, (_, i) => start + i * delta));
      return fromTypedArray(Float64Array.from({ length: count }, (_, i) => start + i * delta)).to(dtype);
    },
  },
  Trilu: {
    inputs: [1, 2],
    attributes: ["upper"],
    run(call) {
      const k = call.inputs[1] ? call.numbers(1)[0] : 0;
      const x = call.x();
      if (x.numel === 0) return x;
      return call.flag("upper", true) ? x.triu(k) : x.tril(k);
    },
  },
  OneHot: {
    inputs: [3, 3],
    attributes: ["axis"],
    run(call) {
      const indices = call.x(0).to("int32");
      const [depth] = call.numbers(1);
      const rank = indices.ndim + 1;
      const dim = dimOf(call, call.number("axis", -1), rank);
      const places = call
        .fixed(Array.from({ length: depth }, (_, i) => i))
        .reshape(Array.from({ length: rank }, (_, d) => (d === dim ? depth : 1)));
      const chosen = fromStart(indices, depth).unsqueeze(dim).eq(places);
      const [off, on] = [call.x(2).select(0, 0), call.x(2).select(0, 1)];
      return where(chosen, on, off);
    },
  },
  Compress: {
    inputs: [2, 2],
    attributes: ["axis"],
    run(call) {
      const chosen = call.numbers(1).flatMap((take, i) => (take ? [i] : []));
      const x = call.has("axis") ? call.x() : call.x().reshape([call.x().numel]);
      const dim = dimOf(call, call.number("axis", 0), x.ndim);
      return x.indexSelect(dim, call.fixed(chosen));
    },
  },
  NonZero: { run: (call) => call.x().nonzero().permute([1, 0]) },
  ReverseSequence: {
    inputs: [2, 2],
    attributes: ["batch_axis", "time_axis"],
    run(call) {
      const x = call.x();
      const [batch, time] = [call.number("batch_axis", 1), call.number("time_axis", 0)];
      const rows = x.unbind(batch).map((row, i) => {
        const length = call.numbers(1)[i];
        const dim = time > batch ? time - 1 : time;
        const rest = row.narrow(dim, length, row.shape[dim] - length);
        return cat([row.narrow(dim, 0, length).flip(dim), rest], dim).unsqueeze(batch);
      });
      return cat(rows, batch);
    },
  },
  DepthToSpace: {
    attributes: ["blocksize", "mode"],
    run(call) {
      const [n, c, h, w] = call.x().shape;
      const b = call.number("blocksize", 1);
      const rest = c / (b * b);
      const y =
        call.text("mode", "DCR", "CRD") === "DCR"
          ? call.x().reshape([n, b, b, rest, h, w]).permute([0, 3, 4, 1, 5, 2])
          : call.x().reshape([n, rest, b, b, h, w]).permute([0, 1, 4, 2, 5, 3]);
      return y.reshape([n, rest, h * b, w * b]);
    },
  },
  SpaceToDepth: {
    attributes: ["blocksize"],
    run(call) {
      const [n, c, h, w] = call.x().shape;
      const b = call.number("blocksize", 1);
      const y = call
        .x()
        .reshape([n, c, h / b, b, w / b, b])
        .permute([0, 3, 5, 1, 2, 4]);
      return y.reshape([n, c * b * b, h / b, w / b]);
    },
  },
};

/** Places counted from the start, where some are counted from the end. */
function fromStart(index: Tensor, size: number): Tensor {
  const places = index.dtype === "int32" ? index : index.to("int32");
  return where(places.lt(0), places.add(size), places).to("int32");
}

/** As Python's x[start:end:step] along one dimension. */
function sliced(x: Tensor, dim: number, start: number, end: number, step: number): Tensor {
  const size = x.shape[dim];
  const [low, high] = step < 0 ? [-1, size - 1] : [0, size];
  const inside = (place: number): number => Math.min(high, Math.max(low, place < 0 ? place + size : place));
  const from = inside(start);
  const to = inside(end);
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (count === 0) return x.narrow(dim, 0, 0);
  const at = x.shape.map((_, d): string => (d === dim ? "" : ":"));
  if (step > 0) {
    at[dim] = `${from}:${from + (count - 1) * step + 1}:${step}`;
    return x.at(...at);
  }
  // Negative steps: the same places in ascending order, then reversed.
  const first = from + (count - 1) * step;
  at[dim] = `${first}:${from + 1}:${-step}`;
  return x.at(...at).flip(dim);
}

function padded(call: Call): Tensor {
  const x = call.x();
  const pads = call.numbersOf("pads", 1) ?? [];
  const value = call.inputs[2] ? call.numbers(2)[0] : call.number("value", 0);
  const axes = call.inputs[3]
    ? call.numbers(3).map((axis) => dimOf(call, axis, x.ndim))
    : x.shape.map((_, d) => d);
  const mode = call.text<string>("mode", "constant", "reflect", "edge", "wrap");
  // [before, after] of the last dimension first.
  const pairs = new Array<number>(2 * x.ndim).fill(0);
  axes.forEach((d, i) => {
    pairs[2 * (x.ndim - 1 - d)] = pads[i];
    pairs[2 * (x.ndim - 1 - d) + 1] = pads[axes.length + i];
  });
  if (mode === "constant") return x.pad(pairs, { value });
  return x.pad(pairs, { mode: mode === "edge" ? "replicate" : mode === "wrap" ? "circular" : "reflect" });
}

/** Row-major strides. */
const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));

/** The flat places that the last dimension of an index names in a tensor of a shape: [..., 1 place]. */
function flatPlaces(call: Tensor, shape: readonly number[]): Tensor {
  const width = call.shape[call.ndim - 1];
  const strides = stridesOf(shape.slice(0, width));
  let places: Tensor | null = null;
  for (let j = 0; j < width; j++) {
    const part = fromStart(call.select(-1, j), shape[j]).mul(strides[j]);
    places = places ? places.add(part) : part;
  }
  return places as Tensor;
}

function gatherND(x: Tensor, index: Tensor, batchDims: number): Tensor {
  if (batchDims > 0) {
    const rows = x.unbind(0).map((row, i) => gatherND(row, index.select(0, i), batchDims - 1).unsqueeze(0));
    return cat(rows, 0);
  }
  const width = index.shape[index.ndim - 1];
  const places = flatPlaces(index, x.shape);
  const rest = x.shape.slice(width);
  const flat = x.reshape([x.shape.slice(0, width).reduce((a, b) => a * b, 1), ...rest]);
  return flat.indexSelect(0, places.reshape([places.numel])).reshape([...places.shape, ...rest]);
}

function scatterElements(call: Call): Tensor {
  const [x, index, updates] = [call.x(0), call.x(1), call.x(2)];
  const dim = dimOf(call, call.number("axis", 0), x.ndim);
  return scattered(call, x, dim, fromStart(index, x.shape[dim]), updates);
}

function scatterND(call: Call): Tensor {
  const [x, index, updates] = [call.x(0), call.x(1), call.x(2)];
  const width = index.shape[index.ndim - 1];
  const rest = x.shape.slice(width);
  const rows = x.shape.slice(0, width).reduce((a, b) => a * b, 1);
  const inner = rest.reduce((a, b) => a * b, 1);
  const places = flatPlaces(index, x.shape);
  const at = places.reshape([places.numel, 1]).expand([places.numel, inner]);
  const flat = x.reshape([rows, inner]);
  return scattered(call, flat, 0, at, updates.reshape([places.numel, inner])).reshape(x.shape);
}

/** `x` with updates at places along a dimension, in their order where they meet. */
function scattered(call: Call, x: Tensor, dim: number, places: Tensor, updates: Tensor): Tensor {
  const reduction = call.text<string>("reduction", "none", "add", "mul", "max", "min");
  if (reduction === "none") return x.scatter(dim, places, updates);
  if (reduction === "add") return x.scatterAdd(dim, places, updates);
  const combine = { mul: "mul", max: "maximum", min: "minimum" }[reduction] as "mul";
  let y = x;
  for (let k = 0; k < places.shape[dim]; k++) {
    const at = places.narrow(dim, k, 1);
    y = y.scatter(dim, at, y.gather(dim, at)[combine](updates.narrow(dim, k, 1)));
  }
  return y;
}
