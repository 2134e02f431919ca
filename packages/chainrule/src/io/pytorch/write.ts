import { Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { type ElementKind, elementKinds, putElements, type WriteOptions, writtenKind } from "../elements.ts";
import { zipOf } from "../zip.ts";
import type { TorchValue } from "./read.ts";

/** The classes of storages that PyTorch reads elements by. */
const storageNames = {
  float64: "DoubleStorage",
  float32: "FloatStorage",
  float16: "HalfStorage",
  bfloat16: "BFloat16Storage",
  int32: "IntStorage",
  bool: "BoolStorage",
} as const;

/**
 * The bytes of a file that `torch.load` reads, with `weights_only=True` too: a state dictionary, or lists and dicts of tensors, numbers
 * and texts. Tensors are written row by row; those that are one and the same share a storage there too. int32 stays int32 (load_state_dict
 * converts it). The same data always give the same bytes.
 *
 * @param options `dtype: "float16"` or `"bfloat16"` writes floating-point tensors in half the bytes
 * @throws ChainruleError `argument` for something that is none of these, or a number beyond what the dtype holds
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const model = new nn.Linear(2, 3);
 * const bytes = writeTorch(model.stateDict());
 * await writeFile("model.pt", bytes); // in Python: model.load_state_dict(torch.load("model.pt"))
 * readTorch(bytes).weight.equal(model.weight); // → true
 */
export function writeTorch(value: TorchValue, options: WriteOptions = {}): Uint8Array {
  const pickler = new Pickler(options);
  const pickle = pickler.dump(value);
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return zipOf([
    ["archive/data.pkl", pickle],
    ["archive/byteorder", text("little")],
    ...pickler.storages.map((bytes, i): [string, Uint8Array] => [`archive/data/${i}`, bytes]),
    ["archive/version", text("3\n")],
  ]);
}

/** Writes the operations of protocol 2, as torch.save does. */
class Pickler {
  readonly storages: Uint8Array[] = [];
  private readonly options: WriteOptions;
  private readonly out: number[] = [];
  /** Tensors that were written, by where their elements are. */
  private readonly known = new Map<object, { key: string; shape: string }[]>();
  private readonly around: object[] = [];

  constructor(options: WriteOptions) {
    this.options = options;
  }

  dump(value: TorchValue): Uint8Array {
    this.out.push(0x80, 2);
    this.value(value, "");
    this.out.push(0x2e);
    return Uint8Array.from(this.out);
  }

  private value(value: TorchValue, path: string): void {
    if (value === null) this.out.push(0x4e);
    else if (typeof value === "boolean") this.out.push(value ? 0x88 : 0x89);
    else if (typeof value === "number") this.number(value);
    else if (typeof value === "string") this.text(value);
    else if (value instanceof Tensor) this.tensor(value, path);
    else this.container(value, path);
  }

  private container(value: TorchValue, path: string): void {
    const prototype: unknown =
      typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
    const isList = Array.isArray(value);
    if (!isList && prototype !== Object.prototype && prototype !== null) {
      throw new ChainruleError(
        "argument",
        `${path || "The value"} is ${Object.prototype.toString.call(value).slice(8, -1)}, which is not written for PyTorch.`,
        "Give tensors, numbers, texts, true, false and null, in lists and plain objects.",
      );
    }
    if (this.around.includes(value as object)) {
      throw new ChainruleError("argument", `${path} holds itself.`, "Give data without cycles.");
    }
    this.around.push(value as object);
    const inner = (key: string): string => (path === "" ? key : `${path}.${key}`);
    this.out.push(isList ? 0x5d : 0x7d, 0x28); // EMPTY_LIST or EMPTY_DICT, MARK
    for (const [key, item] of Object.entries(value as Readonly<Record<string, TorchValue>>)) {
      if (!isList) this.text(key);
      this.value(item, inner(key));
    }
    this.out.push(isList ? 0x65 : 0x75); // APPENDS or SETITEMS
    this.around.pop();
  }

  private number(x: number): void {
    if (Number.isInteger(x) && !Object.is(x, -0) && Math.abs(x) <= 0x7fffffff) {
      this.out.push(0x4a, x & 255, (x >> 8) & 255, (x >> 16) & 255, (x >> 24) & 255); // BININT
      return;
    }
    if (Number.isSafeInteger(x) && !Object.is(x, -0)) {
      this.out.push(0x8a, 8, ...littleEndian(BigInt.asUintN(64, BigInt(x)))); // LONG1
      return;
    }
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, x);
    this.out.push(0x47, ...new Uint8Array(view.buffer)); // BINFLOAT
  }

  private text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    const { length } = bytes;
    this.out.push(0x58, length & 255, (length >> 8) & 255, (length >> 16) & 255, length >>> 24); // BINUNICODE
    for (const byte of bytes) this.out.push(byte);
  }

  private global(module: string, name: string): void {
    this.out.push(0x63, ...new TextEncoder().encode(`${module}\n${name}\n`));
  }

  private tuple(items: readonly number[]): void {
    this.out.push(0x28);
    for (const item of items) this.number(item);
    this.out.push(0x74);
  }

  /** torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, OrderedDict()) */
  private tensor(tensor: Tensor, path: string): void {
    const kind = writtenKind(tensor, this.options) as keyof typeof storageNames;
    const key = this.storage(tensor, kind, path);
    this.global("torch._utils", "_rebuild_tensor_v2");
    this.out.push(0x28, 0x28);
    this.text("storage");
    this.global("torch", storageNames[kind]);
    this.text(key);
    this.text("cpu");
    this.number(tensor.numel);
    this.out.push(0x74, 0x51); // TUPLE, BINPERSID
    this.number(0);
    this.tuple(tensor.shape);
    this.tuple(tensor.shape.map((_, d) => tensor.shape.slice(d + 1).reduce((a, b) => a * b, 1)));
    this.out.push(0x89);
    this.global("collections", "OrderedDict");
    this.out.push(0x29, 0x52, 0x74, 0x52); // EMPTY_TUPLE, REDUCE, TUPLE, REDUCE
  }

  /** The key of the storage that holds a tensor's elements, row by row. */
  private storage(tensor: Tensor, kind: ElementKind, path: string): string {
    const shape = JSON.stringify([tensor.offset, tensor.shape, tensor.strides]);
    const known = this.known.get(tensor.storage) ?? [];
    const same = known.find((one) => one.shape === shape);
    if (same) return same.key;
    const bytes = new Uint8Array(tensor.numel * elementKinds[kind].size);
    putElements(tensor, kind, bytes, 0, path);
    const key = String(this.storages.push(bytes) - 1);
    this.known.set(tensor.storage, [...known, { key, shape }]);
    return key;
  }
}

const littleEndian = (value: bigint): number[] =>
  Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
