/** Operations on tensors: functions of `tf` and methods, which become methods here. */
import type { DType, TensorValue } from "./results.ts";
import { Leave, type Rewriter } from "./rewriter.ts";
import { bare, type Call, given, literal, NOT_LITERAL, type Node, propertyName } from "./syntax.ts";

/** An operation as it is called: `x` is the tensor, `rest` the further arguments. */
export interface Operation {
  readonly call: Call;
  readonly x: Node;
  readonly rest: readonly Node[];
  readonly value: TensorValue | undefined;
  readonly r: Rewriter;
}

type Writer = (operation: Operation) => string | undefined;

const words = (text: string): string[] => text.trim().split(/\s+/);
/** A literal that has to be known to write the operation. */
function known(node: Node | undefined, what: string): unknown {
  const value = literal(node);
  if (value === NOT_LITERAL) throw new Leave(`${what} has to be known to convert this; write it by hand.`);
  return value;
}

/** An operand: an array is made a tensor. */
export function operand(node: Node, r: Rewriter, dtype?: DType): string {
  const text = r.argument(node);
  const value = r.values.of(node);
  if (!(value?.is === "numbers" && value.array)) return text;
  return `${r.use("tensor")}(${text}${dtype ? `, { dtype: "${dtype}" }` : ""})`;
}

/** The tensor of an operation in front of the dot: what is a number or an array becomes one. */
function subject({ call, x, r }: Operation, name: string, args: readonly string[]): string {
  if (r.values.of(x)?.is !== "numbers") return r.method(call, x, name, args);
  r.did(call, `tf.${r.values.pathOf(call.callee)}`, `.${name}`);
  return `${r.use("tensor")}(${r.argument(x)}).${name}(${args.join(", ")})`;
}

/** Writes `x.name(rest…)`, with arrays among the operands made tensors. */
const renamed =
  (name: string): Writer =>
  (o) =>
    subject(
      o,
      name,
      o.rest.map((a) => operand(a, o.r)),
    );

/** Writes `x.name(rest…)` with the rest as it is: shapes and the like. */
const plain =
  (name: string): Writer =>
  (o) =>
    subject(
      o,
      name,
      o.rest.map((a) => o.r.argument(a)),
    );

const unary =
  (name: string): Writer =>
  (o) =>
    o.rest.length === 0 ? subject(o, name, []) : undefined;

/** `sum(axis, keepDims)` and its kin. */
const reduction =
  (name: string, whole: string = name, needs = false): Writer =>
  (o) => {
    const [axis, keep] = o.rest;
    const keeps = known(keep, "keepDims");
    // Means of whole numbers and truth values.
    const floats =
      (name === "mean" || name === "logsumexp") &&
      o.value?.dtype !== undefined &&
      o.value.dtype !== "float32";
    const named = floats ? `to("float32").${name}` : name;
    if (!given(axis)) {
      if (keeps === true)
        throw new Leave(
          `${name}: keepDims without an axis; name all dimensions: ${name}([0, 1], { keepdim: true }).`,
        );
      if (needs) throw new Leave(`${name} needs its dimensions: ${name}([0, 1]).`);
      return subject(o, floats ? named : whole, []);
    }
    return subject(o, named, [o.r.argument(axis), ...(keeps === true ? ["{ keepdim: true }"] : [])]);
  };

const reshaped =
  (shape: (rest: string[]) => string): Writer =>
  (o) =>
    subject(o, "reshape", [shape(o.rest.map((a) => o.r.argument(a)))]);

const cast =
  (dtype: DType): Writer =>
  (o) =>
    subject(o, "to", [`"${dtype}"`]);

const dtypes = new Set(["float32", "int32", "bool"]);

/** `slice(begin, size)` as one narrow for each dimension that is cut. */
function slice(o: Operation): string {
  const { r, rest } = o;
  const [begin, size] = rest;
  const list = (node: Node | undefined): Node[] | null =>
    node === undefined
      ? []
      : node.type === "ArrayExpression"
        ? (node.elements as Node[])
        : literal(node) === NOT_LITERAL && r.values.of(node)?.is !== "numbers"
          ? null
          : [node];
  const [begins, sizes] = [list(begin), list(size)];
  if (!begins || !sizes) throw new Leave("slice: write narrow(dim, begin, size) for each dimension.");
  const ranges = begins.map((from, dim) => {
    const to = sizes[dim];
    const [start, length] = [literal(from), to === undefined ? -1 : literal(to)];
    if (length !== -1) return `narrow(${dim}, ${r.argument(from)}, ${r.argument(to)})`;
    if (start === 0) return "";
    const [text] = [r.argument(from)];
    return `at(${[...Array(dim).fill('":"'), typeof start === "number" ? `"${start}:"` : `\`\${${text}}:\``].join(", ")})`;
  });
  const kept = ranges.filter((range) => range !== "");
  if (kept.length === 0) return subject(o, "clone", []);
  const [first, ...others] = kept;
  const [, name, args] = /^(\w+)\((.*)\)$/s.exec(first) ?? [];
  return [subject(o, name, [args]), ...others].join(".");
}

function gather(o: Operation): string {
  const [indices, axis, batch] = o.rest;
  if (given(batch))
    throw new Leave("gather with batch dimensions has no counterpart of one call: see gather and at.");
  const value = o.r.values.of(indices);
  const flat = Array.isArray(literal(indices)) || (value?.is === "tensor" && value.rank === 1);
  if (!flat)
    throw new Leave(
      "gather: indexSelect(dim, indices) takes indices of one dimension, int32; at(indices) takes others.",
    );
  return subject(o, "indexSelect", [given(axis) ? o.r.argument(axis) : "0", operand(indices, o.r, "int32")]);
}

function matMul(o: Operation): string {
  const { r, x, rest } = o;
  const [other, first, second] = rest;
  const [transposeA, transposeB] = [known(first, "transposeA"), known(second, "transposeB")];
  const right = transposeB === true ? `${r.receiver(other)}.mT` : operand(other, r);
  if (transposeA !== true) return subject(o, "matmul", [right]);
  r.did(o.call, "matMul", ".matmul");
  return `${r.receiver(x)}.mT.matmul(${right})`;
}

function norm(o: Operation): string {
  const [order] = o.rest;
  if (o.rest.length > 1 || (given(order) && literal(order) !== "euclidean"))
    throw new Leave("norm: see norm(p, dim, { keepdim }).");
  return subject(o, "norm", []);
}

function pad(o: Operation): string {
  const pads = known(o.rest[0], "The padding") as unknown;
  if (!Array.isArray(pads)) throw new Leave("pad: pads are given from the last dimension to the first.");
  const pairs = pads
    .map((p) => (Array.isArray(p) ? p : pads))
    .slice(0, Array.isArray(pads[0]) ? undefined : 1);
  const flat = [...pairs].reverse().flat();
  const [, value] = o.rest;
  return subject(o, "pad", [
    `[${flat.join(", ")}]`,
    ...(given(value) ? [`{ value: ${o.r.argument(value)} }`] : []),
  ]);
}

/** `a.div(b)` of two whole tensors rounds down in TensorFlow.js. */
function div(o: Operation): string {
  const other = o.r.values.of(o.rest[0]);
  const whole = o.value?.dtype === "int32" && other?.is === "tensor" && other.dtype === "int32";
  return subject(o, whole ? "floorDivide" : "div", [operand(o.rest[0], o.r)]);
}

function moments(o: Operation): string {
  const { r, x, rest } = o;
  if (bare(x).type !== "Identifier")
    throw new Leave("moments: x.mean(dim), and x.var(dim, { correction: 0 }).");
  const [axis, keep] = rest;
  const keeps = known(keep, "keepDims") === true ? "keepdim: true" : "";
  const dim = given(axis) ? r.argument(axis) : "undefined";
  const text = r.receiver(x);
  r.did(o.call, "tf.moments", ".mean, .var");
  const mean =
    !given(axis) && !keeps ? `${text}.mean()` : `${text}.mean(${dim}${keeps ? `, { ${keeps} }` : ""})`;
  return `{ mean: ${mean}, variance: ${text}.var(${dim}, { correction: 0${keeps ? `, ${keeps}` : ""} }) }`;
}

/** Joins, which take a list: functions here. */
const join =
  (name: string): Writer =>
  (o) => {
    const { r, x, rest, call } = o;
    const isMethod = call.callee.type === "MemberExpression" && call.callee.object === x;
    const other = isMethod ? rest[0] : undefined;
    const axis = isMethod ? rest[1] : rest[0];
    const list = isMethod
      ? other?.type === "ArrayExpression"
        ? `[${[x, ...(other.elements as Node[])].map((n) => r.argument(n)).join(", ")}]`
        : `[${r.argument(x)}, ${r.values.of(other)?.is === "tensors" ? "..." : ""}${r.argument(other as Node)}]`
      : r.argument(x);
    const local = r.use(name);
    r.did(call, isMethod ? `.${propertyName(call.callee)}` : `tf.${r.values.pathOf(call.callee)}`, local);
    return `${local}(${[list, ...(given(axis) ? [r.argument(axis)] : [])].join(", ")})`;
  };

const comparisons = {
  equal: "eq",
  notEqual: "ne",
  greater: "gt",
  greaterEqual: "ge",
  less: "lt",
  lessEqual: "le",
};
const others = {
  logicalAnd: "logicalAnd", logicalOr: "logicalOr", logicalXor: "logicalXor",
  floorDiv: "floorDivide", mod: "remainder", outerProduct: "outer", dot: "matmul", add: "add", sub: "sub", mul: "mul", pow: "pow",
  maximum: "maximum", minimum: "minimum", atan2: "atan2", 
}; // biome-ignore format: a table

/** What is written in the place of an operation. A name that is missing is not understood. */
export const operations: Readonly<Record<string, Writer>> = {
  ...Object.fromEntries(
    words(
      `abs neg exp expm1 log log1p sqrt rsqrt square reciprocal sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf
      sigmoid logSigmoid relu relu6 selu softplus floor ceil round sign clone logicalNot`,
    ).map((name) => [name, unary(name)]),
  ),
  isNaN: unary("isnan"),
  isInf: unary("isinf"),
  isFinite: unary("isfinite"),
  ...Object.fromEntries(Object.entries(comparisons).map(([theirs, ours]) => [theirs, renamed(ours)])),
  ...Object.fromEntries(Object.entries(others).flatMap(([theirs, ours]) => [[theirs, renamed(ours)]])),
  div,
  squaredDifference: (o) => {
    const { r, call, rest } = o;
    r.did(call, "squaredDifference", ".sub(…).square");
    return `${subject(o, "sub", [operand(rest[0], r)])}.square()`;
  },
  sum: reduction("sum"),
  mean: reduction("mean"),
  max: reduction("amax", "max"),
  min: reduction("amin", "min"),
  prod: (o) => {
    if (o.rest[0]?.type === "ArrayExpression") throw new Leave("prod takes one dimension: prod(dim).");
    return reduction("prod")(o);
  },
  any: reduction("any"),
  all: reduction("all"),
  logSumExp: reduction("logsumexp", "logsumexp", true),
  argMax: (o) => subject(o, "argmax", [given(o.rest[0]) ? o.r.argument(o.rest[0]) : "0"]),
  argMin: (o) => subject(o, "argmin", [given(o.rest[0]) ? o.r.argument(o.rest[0]) : "0"]),
  norm,
  matMul,
  transpose: (o) =>
    given(o.rest[0])
      ? subject(o, "permute", [o.r.argument(o.rest[0])])
      : subject(o, "T", []).replace(/\(\)$/, ""),
  softmax: (o) => subject(o, "softmax", [given(o.rest[0]) ? o.r.argument(o.rest[0]) : "-1"]),
  logSoftmax: (o) => subject(o, "logSoftmax", [given(o.rest[0]) ? o.r.argument(o.rest[0]) : "-1"]),
  leakyRelu: (o) => subject(o, "leakyRelu", [given(o.rest[0]) ? o.r.argument(o.rest[0]) : "0.2"]),
  elu: unary("elu"),
  clipByValue: (o) =>
    subject(
      o,
      "clamp",
      o.rest.map((a) => o.r.argument(a)),
    ),
  cumsum: (o) => {
    if (o.rest.length > 1) throw new Leave("cumsum: exclusive and reverse sums have to be written out.");
    return subject(o, "cumsum", [given(o.rest[0]) ? o.r.argument(o.rest[0]) : "0"]);
  },
  expandDims: (o) => subject(o, "unsqueeze", [given(o.rest[0]) ? o.r.argument(o.rest[0]) : "0"]),
  squeeze: (o) =>
    subject(
      o,
      "squeeze",
      o.rest.map((a) => o.r.argument(a)),
    ),
  flatten: unary("flatten"),
  as1D: reshaped(() => "[-1]"),
  reshape: plain("reshape"),
  tile: plain("tile"),
  broadcastTo: plain("broadcastTo"),
  asScalar: reshaped(() => "[]"),
  as2D: reshaped((sizes) => `[${sizes.join(", ")}]`),
  as3D: reshaped((sizes) => `[${sizes.join(", ")}]`),
  as4D: reshaped((sizes) => `[${sizes.join(", ")}]`),
  reshapeAs: reshaped(([other]) => `${other}.shape`),
  toFloat: cast("float32"),
  toInt: cast("int32"),
  toBool: cast("bool"),
  asType: (o) => operations.cast(o),
  cast: (o) => {
    if (!dtypes.has(String(known(o.rest[0], "The dtype"))))
      throw new Leave("There is no such dtype here: float32, float64, int32 and bool.");
    return subject(o, "to", [o.r.argument(o.rest[0])]);
  },
  slice,
  gather,
  pad,
  moments,
  reverse: (o) => {
    if (given(o.rest[0])) return subject(o, "flip", [o.r.argument(o.rest[0])]);
    if (o.value?.rank === undefined) throw new Leave("reverse of all dimensions: name them: flip([0, 1]).");
    return subject(o, "flip", [`[${Array.from({ length: o.value.rank }, (_, i) => i).join(", ")}]`]);
  },
  unstack: (o) =>
    subject(
      o,
      "unbind",
      o.rest.map((a) => o.r.argument(a)),
    ),
  split: (o) => {
    const [count, axis] = o.rest;
    const dim = given(axis) ? [o.r.argument(axis)] : [];
    const value = literal(count);
    if (Array.isArray(value)) return subject(o, "split", [o.r.argument(count), ...dim]);
    if (typeof value !== "number")
      throw new Leave("split: chunk(count, dim) for a number of parts, split(sizes, dim) for sizes.");
    return subject(o, "chunk", [o.r.argument(count), ...dim]);
  },
  topk: (o) => {
    if (known(o.rest[1], "sorted") === false) return undefined;
    return subject(o, "topk", [given(o.rest[0]) ? o.r.argument(o.rest[0]) : "1"]);
  },
  concat: join("cat"),
  stack: join("stack"),
  where: (o) => {
    // tf.where(condition, a, b), and condition.where(a, b) of old.
    const { r, call, x, rest } = o;
    const local = r.use("where");
    r.did(call, "where", local);
    return `${local}(${[x, ...rest].map((n) => operand(n, r)).join(", ")})`;
  },
  oneHot: (o) => {
    const { r, x, rest } = o;
    const [depth, on, off, dtype] = rest;
    if (given(on) || given(off)) throw new Leave("oneHot gives 1 and 0; other values by where.");
    const to = literal(dtype);
    const suffix = to === undefined || to === "int32" ? "" : `.to(${r.argument(dtype)})`;
    if (x.type !== "ArrayExpression") return `${subject(o, "oneHot", [r.argument(depth)])}${suffix}`;
    r.did(o.call, "tf.oneHot", ".oneHot");
    return `${operand(x, r, "int32")}.oneHot(${r.argument(depth)})${suffix}`;
  },
  addN: (o) => {
    const { r, x } = o;
    if (x.type !== "ArrayExpression" || x.elements.length === 0) return undefined;
    const [first, ...more] = x.elements as Node[];
    r.did(o.call, "tf.addN", ".add");
    return `${r.receiver(first)}${more.map((n) => `.add(${r.argument(n)})`).join("")}`;
  },
};
