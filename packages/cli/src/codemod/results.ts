/** What TensorFlow.js's operations give: the element type and the number of dimensions, where both follow from what goes in. */
import { literal, NOT_LITERAL, type Node } from "./syntax.ts";

export type DType = "float32" | "int32" | "bool";

/** What is known of a tensor. */
export interface TensorValue {
  readonly is: "tensor";
  readonly dtype?: DType;
  readonly rank?: number;
  /** A variable, whose elements change. */
  readonly changes?: true;
}

/** What is known of the value of an expression. */
export type Value =
  | TensorValue
  /** A list of tensors; `items` where each is known by its place. */
  | { readonly is: "tensors"; readonly of: TensorValue; readonly items?: readonly (Value | undefined)[] }
  | { readonly is: "record"; readonly fields: Readonly<Record<string, Value | undefined>> }
  | { readonly is: "model"; readonly origin: Node }
  | { readonly is: "optimizer"; readonly origin: Node }
  | { readonly is: "history" }
  | { readonly is: "layer"; readonly model: Node; readonly index: number }
  | { readonly is: "layers"; readonly model: Node }
  /** A number, or with `array` an array of them; `of` says what the elements are, or the class of a typed array. */
  | { readonly is: "numbers"; readonly of?: string; readonly array?: true }
  /** An array of something else. */
  | { readonly is: "list" }
  | { readonly is: "function"; readonly gives: Value }
  | { readonly is: "other" };

/** Stands for the call that makes a model, where it may be one of several. */
const UNKNOWN_MODEL = { type: "EmptyStatement", start: -1, end: -1 } as Node;
export const OTHER: Value = { is: "other" };
export const NUMBERS: Value = { is: "numbers" };
export const NUMBER: Value = { is: "numbers", of: "number" };
export const LIST: Value = { is: "numbers", of: "number", array: true };
export const ANY_TENSOR: TensorValue = { is: "tensor" };

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const likeFirst = words(
  "neg abs square relu relu6 clipByValue reverse reverse1d reverse2d tile pad pad1d pad2d slice slice1d slice2d clone round floor ceil sign cumsum cumprod mod broadcastTo",
);
const floating = words(
  `exp expm1 log log1p sqrt rsqrt reciprocal sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf sigmoid logSigmoid
  softplus softmax logSoftmax elu selu leakyRelu prelu step dropout euclideanNorm`,
);
const comparing = words(
  "equal notEqual greater greaterEqual less lessEqual logicalAnd logicalOr logicalNot logicalXor isNaN isInf isFinite",
);
const elementwise = words(
  "add sub mul div divNoNan pow maximum minimum squaredDifference floorDiv atan2 addN where",
);
const reducing = words("sum mean max min prod any all logSumExp argMax argMin norm");
const creating = words(
  "tensor tensor1d tensor2d tensor3d tensor4d tensor5d tensor6d scalar zeros ones fill eye linspace range randomNormal randomUniform truncatedNormal variable zerosLike onesLike oneHot diag",
);
const other = words(
  `matMul dot outerProduct transpose reshape expandDims squeeze cast stack concat concat1d concat2d gather flatten as1D as2D as3D as4D
  asScalar asType toFloat toInt toBool reshapeAs conv2d maxPool batchNorm einsum`,
);

/** Whether a name is an operation that gives one tensor. */
export const givesTensor = (name: string): boolean =>
  [likeFirst, floating, comparing, elementwise, reducing, creating, other].some((names) => names.has(name)) ||
  /^losses\.\w+$/.test(name);

export const isDType = (value: unknown): value is DType =>
  value === "float32" || value === "int32" || value === "bool";

const order: readonly DType[] = ["bool", "int32", "float32"];

/** The common element type; unknown where a part is, unless another is floating already. */
export function common(values: readonly (DType | undefined)[]): DType | undefined {
  if (values.includes("float32")) return "float32";
  if (values.includes(undefined) || values.length === 0) return undefined;
  return order[Math.max(...values.map((v) => (v ? order.indexOf(v) : 0)))];
}

/** What an operation gives, from its arguments and what is known of them. */
export function resultOf(
  name: string,
  args: readonly Node[],
  values: readonly (Value | undefined)[],
): TensorValue {
  const [first] = values;
  const result = kindOf(name, args, values);
  // A view of a variable changes with it.
  return isView(name) && first?.is === "tensor" && first.changes ? { ...result, changes: true } : result;
}

/** Whether an operation gives the same elements in another shape, which share their memory here. */
export const isView = (name: string): boolean =>
  /^(reshape|reshapeAs|flatten|as[1-4]D|asScalar|squeeze|expandDims|transpose|slice([1-4]d)?|broadcastTo|split|unstack)$/.test(
    name,
  );

function kindOf(name: string, args: readonly Node[], values: readonly (Value | undefined)[]): TensorValue {
  const tensors = values.map((v) =>
    v?.is === "tensor" ? v : v?.is === "numbers" ? ({ is: "tensor", dtype: "float32" } as const) : undefined,
  );
  const [x, y] = tensors;
  const make = (dtype: DType | undefined, rank?: number): TensorValue => ({
    is: "tensor",
    ...(dtype ? { dtype } : {}),
    ...(rank === undefined ? {} : { rank }),
  });
  const typeAt = (i: number): DType | undefined => {
    const value = literal(args[i]);
    return isDType(value) ? value : undefined;
  };
  const lengthAt = (i: number): number | undefined => {
    const shape = args[i];
    return shape?.type === "ArrayExpression" && shape.elements.every((e) => e && e.type !== "SpreadElement")
      ? shape.elements.length
      : undefined;
  };
  if (name.startsWith("losses.")) return make("float32", 0);
  if (creating.has(name)) return created(name, args, values, { make, typeAt, lengthAt });
  if (likeFirst.has(name)) return make(x?.dtype, x?.rank);
  if (floating.has(name)) return make("float32", x?.rank);
  if (comparing.has(name)) return make("bool", x?.rank);
  if (elementwise.has(name)) {
    const both = name === "where" ? tensors.slice(1, 3) : [x, y];
    return make(common(both.map((t) => t?.dtype)), x?.rank === 0 ? y?.rank : undefined);
  }
  if (reducing.has(name)) {
    const [axis, keep] = [literal(args[1]), literal(args[2])];
    const dtype = name.startsWith("arg")
      ? "int32"
      : name === "any" || name === "all"
        ? "bool"
        : name === "mean" || name === "norm" || name === "logSumExp"
          ? "float32"
          : x?.dtype === "bool"
            ? "int32"
            : x?.dtype;
    if (name === "norm") return make(dtype, args.length === 1 ? 0 : undefined);
    if (axis === undefined || axis === null)
      return make(dtype, name.startsWith("arg") ? undefined : keep === true ? undefined : 0);
    return make(
      dtype,
      typeof axis === "number" && x?.rank !== undefined ? x.rank - (keep === true ? 0 : 1) : undefined,
    );
  }
  switch (name) {
    case "toFloat":
      return make("float32", x?.rank);
    case "toInt":
      return make("int32", x?.rank);
    case "toBool":
      return make("bool", x?.rank);
    case "cast":
    case "asType":
      return make(typeAt(1), x?.rank);
    case "reshape":
      return make(x?.dtype, lengthAt(1));
    case "flatten":
    case "as1D":
      return make(x?.dtype, 1);
    case "asScalar":
      return make(x?.dtype, 0);
    case "as2D":
      return make(x?.dtype, 2);
    case "expandDims":
      return make(x?.dtype, x?.rank === undefined ? undefined : x.rank + 1);
    case "transpose":
      return make(x?.dtype, x?.rank);
    case "matMul":
      return make("float32", x?.rank);
    case "outerProduct":
      return make("float32", 2);
    case "stack":
    case "concat": {
      const of = values[0]?.is === "tensors" ? values[0].of : x;
      return make(of?.dtype, of?.rank === undefined ? undefined : of.rank + (name === "stack" ? 1 : 0));
    }
    case "gather":
    case "squeeze":
      return make(x?.dtype);
    default:
      return make(undefined);
  }
}

interface Making {
  make(dtype: DType | undefined, rank?: number): TensorValue;
  typeAt(i: number): DType | undefined;
  lengthAt(i: number): number | undefined;
}

function created(
  name: string,
  args: readonly Node[],
  values: readonly (Value | undefined)[],
  { make, typeAt, lengthAt }: Making,
): TensorValue {
  const [first] = values;
  const x = first?.is === "tensor" ? first : undefined;
  const held = first?.is === "numbers" ? typed(first.of) : undefined;
  const rank = /^tensor(\d)d$/.exec(name)?.[1];
  if (rank)
    return make(
      typeAt(rank === "1" ? 1 : 2) ?? (args.length <= (rank === "1" ? 1 : 2) ? held : undefined),
      Number(rank),
    );
  switch (name) {
    case "tensor":
      return make(typeAt(2) ?? (args.length <= 2 ? held : undefined), lengthAt(1) ?? depthOf(args[0]));
    case "scalar":
      return make(
        typeAt(1) ??
          (typeof literal(args[0]) === "boolean" ? "bool" : args.length < 2 ? "float32" : undefined),
        0,
      );
    case "zeros":
    case "ones":
      return make(args.length < 2 ? "float32" : typeAt(1), lengthAt(0));
    case "fill":
      return make(args.length < 3 ? "float32" : typeAt(2), lengthAt(0));
    case "range":
      return make(args.length < 4 ? "float32" : typeAt(3), 1);
    case "linspace":
      return make("float32", 1);
    case "eye":
      return make("float32", 2);
    case "randomNormal":
    case "randomUniform":
    case "truncatedNormal":
      return make(args.length < 4 ? "float32" : typeAt(3), lengthAt(0));
    case "zerosLike":
    case "onesLike":
      return make(x?.dtype, x?.rank);
    case "variable":
      return { ...make(args.length < 4 ? x?.dtype : typeAt(3), x?.rank), changes: true };
    case "oneHot":
      return make(args.length < 5 ? "int32" : typeAt(4), x?.rank === undefined ? undefined : x.rank + 1);
    default:
      return make(undefined);
  }
}

const typed = (of: string | undefined): DType | undefined =>
  of === "number" || of === "Float32Array" || of === "Float64Array"
    ? "float32"
    : of === "boolean"
      ? "bool"
      : of && /Int/.test(of)
        ? "int32"
        : undefined;

function depthOf(node: Node | undefined): number | undefined {
  const value = literal(node);
  if (value === NOT_LITERAL || node === undefined)
    return node?.type === "ArrayExpression" ? undefined : undefined;
  let depth = 0;
  for (let v = value; Array.isArray(v); v = v[0]) depth++;
  return depth;
}

/** What one of several values is: the kind of those that are known, with what they all have in common. */
export function merged(values: readonly (Value | undefined)[]): Value | undefined {
  const known = values.filter((v) => v !== undefined && v.is !== "other");
  const [first] = known;
  // One of several models is none that is known.
  const other = known.find((v) => v?.is === "model" && first?.is === "model" && v.origin !== first.origin);
  if (other?.is === "model") return { is: "model", origin: UNKNOWN_MODEL };
  if (first?.is !== "tensor") return first ?? values[0];
  if (values.length === 1) return first;
  const all = values.filter((v) => v?.is === "tensor");
  const asked = values.filter((v) => v?.is !== "other");
  const same = <K extends "dtype" | "rank">(key: K): TensorValue[K] =>
    all.length === asked.length && all.every((v) => v[key] === first[key]) ? first[key] : undefined;
  const [dtype, rank] = [same("dtype"), same("rank")];
  return {
    is: "tensor",
    ...(dtype ? { dtype } : {}),
    ...(rank === undefined ? {} : { rank }),
    ...(all.some((v) => v.changes) ? { changes: true } : {}),
  };
}
