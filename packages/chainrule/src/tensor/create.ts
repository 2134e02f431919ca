import { interpreter } from "../core/interpreter.ts";
import { fma32, fma64 } from "../core/random/fma.ts";
import { Tensor } from "../core/tensor.ts";
import { allocate, checkDType, type DType, dtypeOf, type TypedArray } from "../shape/dtype.ts";
import { checkShape, numel, type Shape, showShape } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { checkOptions, type OptionNames } from "../util/options.ts";
import { counted } from "../util/wording.ts";

/** What functions that make a tensor can be told. */
export interface CreationOptions {
  /** Element type; float32 unless the function says otherwise. */
  dtype?: DType;
  /** Make it a leaf whose gradient `backward()` collects. Floating dtypes only. Default false. */
  requiresGrad?: boolean;
}

/** Applies the options that all creation functions share to a tensor that was just made. */
export function finish(tensor: Tensor, options: CreationOptions | undefined): Tensor {
  return options?.requiresGrad ? tensor.requiresGrad_() : tensor;
}

const creationNames: OptionNames<CreationOptions> = { dtype: 0, requiresGrad: 0 };

/** The dtype asked for, or the default; anything else, and options of other names, is an error. */
export function chosenDType(
  options: CreationOptions | undefined,
  fallback: DType = "float32",
  names: object = creationNames,
): DType {
  checkOptions("A function that makes a tensor", options, names);
  return checkDType(options?.dtype ?? fallback);
}

/** Nested data: numbers or booleans, arrays of them, typed arrays as innermost rows. */
export type TensorData = number | boolean | TypedArray | readonly TensorData[];

/**
 * A tensor of the given numbers, copied, as `torch.tensor`. Numbers become float32 and booleans bool, typed arrays and tensors keep
 * their dtype, unless a dtype is named. A Uint8Array is bool: bytes that are numbers, such as those of an image, need a dtype.
 * Towards int32 fractions are cut off. The nesting gives the shape; one number has the shape [].
 *
 * @throws ChainruleError `shape` for rows of unequal lengths, `argument` for what is no number, `dtype` for one out of the range of
 * int32, for a typed array of no dtype, for bytes above 1 without a dtype, and for a gradient of whole numbers
 *
 * @example
 * tensor([[1, 2], [3, 4]]); // → tensor([[1., 2.], [3., 4.]])
 * tensor([0, 2, 1], { dtype: "int32" }); // → tensor([0, 2, 1], dtype=int32)
 * tensor(2, { requiresGrad: true }); // → tensor(2., requiresGrad)
 * tensor(new Uint8Array([0, 255]), { dtype: "float32" }); // → tensor([0., 255.])
 * tensor(new Uint8Array([0, 255])); // throws dtype: A Uint8Array is bool, and this one holds 255.
 * tensor([[1, 2], [3]]); // throws shape: The nested array is ragged: at [1] there is 1 entry
 */
export function tensor(data: TensorData | Tensor, options?: CreationOptions): Tensor {
  if (data instanceof Tensor) {
    const dtype = chosenDType(options, data.dtype);
    return finish(interpreter.copy(data, { shape: data.shape, dtype }), options);
  }
  const shape: number[] = [];
  let innermost: TensorData = data;
  while (isList(innermost)) {
    shape.push(innermost.length);
    if (isTyped(innermost) || innermost.length === 0) break;
    innermost = innermost[0];
  }
  const guess: DType = isTyped(innermost)
    ? dtypeOf(innermost)
    : typeof innermost === "boolean" && !holdsNumbers(data)
      ? "bool"
      : "float32";
  const dtype = chosenDType(options, guess);
  if (dtype === "bool" && options?.dtype === undefined) checkBytes(data);
  const elements = allocate(dtype, numel(shape));
  fillNested(data, shape, 0, elements, 0, dtype, []);
  return finish(Tensor.over(elements, shape, dtype), options);
}

const isTyped = (x: unknown): x is TypedArray => ArrayBuffer.isView(x) && !(x instanceof DataView);
const isList = (x: TensorData): x is TypedArray | readonly TensorData[] => Array.isArray(x) || isTyped(x);

/** Whether a number stands somewhere among booleans, which then count as 0 and 1. */
const holdsNumbers = (x: TensorData): boolean =>
  typeof x === "number" || isTyped(x) || (Array.isArray(x) && x.some(holdsNumbers));

/** Throws for bytes that are no truth values: as such, the shades of an image would be lost. */
function checkBytes(data: TensorData): void {
  if (Array.isArray(data)) data.forEach(checkBytes);
  const byte = data instanceof Uint8Array ? data.find((b) => b > 1) : undefined;
  if (byte === undefined) return;
  throw new ChainruleError(
    "dtype",
    `A Uint8Array is bool, and this one holds ${byte}.`,
    'Say what the bytes are: { dtype: "int32" }, or give Float32Array.from(bytes).',
  );
}

function fillNested(
  data: TensorData,
  shape: Shape,
  dim: number,
  out: TypedArray,
  at: number,
  dtype: DType,
  path: readonly number[],
): number {
  // biome-ignore format: the arguments of one walk
  if (dim === shape.length) {
    out[at] = element(data, dtype, path);
    return at + 1;
  }
  if (!isList(data) || data.length !== shape[dim]) {
    throw new ChainruleError(
      "shape",
      `The nested array is ragged: at [${path.join("][")}] there ${isList(data) ? `${data.length === 1 ? "is" : "are"} ${counted(data.length, "entry", "entries")}` : "is a single value"} where the first row has ${shape[dim]}.`,
      "Give rows of equal lengths.",
    );
  }
  for (let i = 0; i < data.length; i++)
    at = fillNested(data[i], shape, dim + 1, out, at, dtype, [...path, i]);
  return at;
}

function element(value: unknown, dtype: DType, path: readonly number[]): number {
  if (typeof value !== "number" && typeof value !== "boolean") {
    const shown =
      typeof value === "string" ? `the text "${value}"` : Array.isArray(value) ? "an array" : String(value);
    throw new ChainruleError(
      "argument",
      `${path.length > 0 ? `At [${path.join("][")}] stands ${shown}` : `The value is ${shown}`} where a number must be.`,
      "Give numbers or booleans in rows of equal lengths.",
    );
  }
  if (dtype === "bool") return value ? 1 : 0;
  if (dtype === "int32" && typeof value === "number" && !(value >= -(2 ** 31) && value < 2 ** 31)) {
    throw new ChainruleError(
      "dtype",
      `${value} does not fit int32.`,
      "Use float64, or smaller whole numbers.",
    );
  }
  return Number(value);
}

/**
 * A tensor over a typed array, without a copy: both share the elements. A compiled function reads it anew at each call where
 * it is an argument; one that closes over it takes the elements over when it is compiled, and they share nothing from then on.
 *
 * @param array a Uint8Array is bool and has to hold 0 and 1 alone; with another dtype, bytes are numbers, and copied
 * @param shape by default one dimension of the array's length
 * @throws ChainruleError `shape` when the array does not fill it, `dtype` for a typed array of no dtype and for a bool above 1
 *
 * @example
 * const array = new Float32Array([1, 2, 3, 4]);
 * const x = fromTypedArray(array, [2, 2]);
 * array[0] = 9;
 * x; // → tensor([[9., 2.], [3., 4.]])
 */
export function fromTypedArray(
  array: TypedArray,
  shape: Shape = [array.length],
  options?: CreationOptions,
): Tensor {
  const dtype = chosenDType(options, dtypeOf(array));
  if (numel(checkShape(shape)) !== array.length) {
    throw new ChainruleError(
      "shape",
      `An array of ${counted(array.length, "element")} does not fill the shape ${showShape(shape)}.`,
      `Give a shape of ${counted(array.length, "element")}.`,
    );
  }
  if (dtype === "bool") checkBytes(array);
  const shared = Tensor.over(array, shape, dtypeOf(array));
  shared.storage.borrowed = true;
  return finish(dtype === shared.dtype ? shared : interpreter.copy(shared, { shape, dtype }), options);
}

/**
 * A tensor filled with one number, as `torch.full`: float32 whatever the number, bool for a boolean, unless a dtype is named.
 *
 * @throws ChainruleError `shape` for sizes that are not whole numbers ≥ 0, `dtype` for a number that is out of int32's range
 *
 * @example
 * full([2, 2], 7); // → tensor([[7., 7.], [7., 7.]])
 * full([2], true); // → tensor([true, true])
 */
export function full(shape: Shape, value: number | boolean, options?: CreationOptions): Tensor {
  const dtype = chosenDType(options, typeof value === "boolean" ? "bool" : "float32");
  return finish(interpreter.copy(element(value, dtype, []), { shape: checkShape(shape), dtype }), options);
}

/**
 * A tensor of zeros, float32 unless another dtype is named, as `torch.zeros`.
 *
 * @example
 * zeros([2, 3]); // → tensor([[0., 0., 0.], [0., 0., 0.]])
 * zeros([]); // → tensor(0.)
 */
export const zeros = (shape: Shape, options?: CreationOptions): Tensor => full(shape, 0, options);

/**
 * A tensor of ones, float32 unless another dtype is named, as `torch.ones`.
 *
 * @example
 * ones([2], { dtype: "int32" }); // → tensor([1, 1], dtype=int32)
 */
export const ones = (shape: Shape, options?: CreationOptions): Tensor => full(shape, 1, options);

/**
 * Zeros in the shape and (unless another is named) dtype of another tensor, as `torch.zeros_like`.
 *
 * @example
 * zerosLike(tensor([[true, false]])); // → tensor([[false, false]])
 */
export const zerosLike = (x: Tensor, options?: CreationOptions): Tensor => fullLike(x, 0, options);

/**
 * Ones in the shape and (unless another is named) dtype of another tensor, as `torch.ones_like`.
 *
 * @example
 * onesLike(tensor([5, 6], { dtype: "int32" })); // → tensor([1, 1], dtype=int32)
 */
export const onesLike = (x: Tensor, options?: CreationOptions): Tensor => fullLike(x, 1, options);

/**
 * One number in the shape and (unless another is named) dtype of another tensor, as `torch.full_like`.
 *
 * @example
 * fullLike(tensor([[1, 2]]), 0.5); // → tensor([[0.5000, 0.5000]])
 */
export const fullLike = (x: Tensor, value: number | boolean, options?: CreationOptions): Tensor =>
  full(x.shape, value, { ...options, dtype: chosenDType(options, x.dtype) });

/** Refuses bool, which holds no row of numbers. */
export function noTruths(what: string, dtype: DType): void {
  if (dtype !== "bool") return;
  throw new ChainruleError(
    "dtype",
    `${what} makes numbers, and bool holds none.`,
    'Use "int32" or "float32".',
  );
}

/** Numbers, then the options: what functions take whose later numbers may be left out. */
type NumbersAndOptions = (number | CreationOptions | undefined)[];

function numbersAndOptions(
  given: NumbersAndOptions,
): [numbers: number[], options: CreationOptions | undefined] {
  const numbers = given.filter((x) => typeof x === "number");
  return [
    numbers,
    given.find((x) => typeof x !== "number" && x !== undefined) as CreationOptions | undefined,
  ];
}

/**
 * Numbers in a vector register of 256 bits: PyTorch computes `arange` and `linspace` in pairs of vectors, from the first
 * number of each on, and only what remains one by one. The same bits need the same order.
 */
const lanes = { float32: 8, float64: 4, int32: 1, bool: 1 } as const;

/**
 * Numbers from `start` (inclusive, default 0) to `end` (exclusive) by `step` (default 1): `arange(5)`, `arange(1, 5)`,
 * `arange(0, 1, 0.1)`. int32 when all three are whole, else float32, as `torch.arange` (with int64 there). Its bits too are PyTorch's
 * (see linspace).
 *
 * @throws ChainruleError `argument` for a step that is 0 or leads away from `end`, and for ends that are not finite; `dtype` for bool
 *
 * @example
 * arange(2, 8, 2); // → tensor([2, 4, 6], dtype=int32)
 * arange(0, 1, 0.25); // → tensor([0.0000, 0.2500, 0.5000, 0.7500])
 * arange(3, 0); // throws argument: arange cannot step from 3 to 0 by 1
 */
export function arange(end: number, options?: CreationOptions): Tensor;
export function arange(start: number, end: number, options?: CreationOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: CreationOptions): Tensor;
export function arange(...given: NumbersAndOptions): Tensor {
  const [numbers, options] = numbersAndOptions(given);
  const [from, to, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  if (!(step !== 0) || !Number.isFinite(from) || !Number.isFinite(to) || !((to - from) * step >= 0)) {
    throw new ChainruleError(
      "argument",
      `arange cannot step from ${from} to ${to} by ${step}.`,
      "The step must lead from start towards end, and must not be zero.",
    );
  }
  const whole = [from, to, step].every((x) => x === (x | 0));
  const dtype = chosenDType(options, whole ? "int32" : "float32");
  noTruths("arange", dtype);
  const count = Math.max(0, Math.ceil((to - from) / step));
  const elements = allocate(dtype, count);
  const vector = lanes[dtype];
  const paired = count - (count % (2 * vector));
  for (let i = 0; i < count; i++) {
    const lane = i < paired ? i % vector : 0;
    if (lane === 0) elements[i] = fma64(step, i, from);
    else
      elements[i] =
        dtype === "float32" ? elements[i - lane] + lane * step : fma64(step, lane, elements[i - lane]);
  }
  return finish(Tensor.over(elements, [count], dtype), options);
}

/**
 * `steps` numbers at equal distances from `start` to `end`, both included; float32 unless another dtype is named. The bits
 * are those of `torch.linspace` (on x86 with AVX2, up to 32768 numbers).
 *
 * @throws ChainruleError `argument` when `steps` is no whole number ≥ 0, `dtype` for bool
 *
 * @example
 * linspace(0, 1, 5); // → tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
 * linspace(3, 4, 1); // → tensor([3.])
 */
export function linspace(start: number, end: number, steps: number, options?: CreationOptions): Tensor {
  if (!Number.isInteger(steps) || steps < 0) {
    throw new ChainruleError(
      "argument",
      `linspace cannot make ${steps} numbers.`,
      "Give a whole number of steps ≥ 0.",
    );
  }
  const dtype = chosenDType(options);
  noTruths("linspace", dtype);
  const elements = allocate(dtype, steps);
  const single = dtype === "float32";
  const round = single ? Math.fround : dtype === "float64" ? (x: number) => x : Math.trunc;
  const fma = single ? fma32 : fma64;
  const from = round(start);
  const to = round(end);
  const gaps = Math.max(1, steps - 1);
  const step = single ? round(round(to - from) / gaps) : (to - from) / gaps;
  const half = Math.floor(steps / 2);
  const at = (i: number): number => (i < half ? fma(step, i, from) : fma(-step, steps - 1 - i, to));
  const vector = lanes[dtype];
  const paired = steps - (steps % (2 * vector));
  for (let i = 0; i < steps; i++) {
    const lane = i < paired ? i % vector : 0;
    elements[i] = lane === 0 ? at(i) : elements[i - lane] + round(lane * step);
  }
  if (steps === 1) elements[0] = start;
  return finish(Tensor.over(elements, [steps], dtype), options);
}

/**
 * A matrix [n, m] (m = n when left out) with ones on its diagonal, float32 unless another dtype is named, as `torch.eye`.
 *
 * @throws ChainruleError `shape` for sizes that are not whole numbers ≥ 0
 *
 * @example
 * eye(2, 3); // → tensor([[1., 0., 0.], [0., 1., 0.]])
 */
export function eye(n: number, options?: CreationOptions): Tensor;
export function eye(n: number, m: number, options?: CreationOptions): Tensor;
export function eye(...given: NumbersAndOptions): Tensor {
  const [[n, m = n], options] = numbersAndOptions(given);
  const dtype = chosenDType(options);
  const elements = allocate(dtype, numel(checkShape([n, m])));
  for (let i = 0; i < Math.min(n, m); i++) elements[i * m + i] = 1;
  return finish(Tensor.over(elements, [n, m], dtype), options);
}
