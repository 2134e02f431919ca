import { fromTypedArray, Tensor } from "../../tensor/index.ts";
import { define } from "../../util/define.ts";
import { ChainruleError } from "../../util/errors.ts";
import { counted } from "../../util/wording.ts";
import { type ElementKind, elementKinds, isShape, isWhole, readElements } from "../elements.ts";
import { type Refuse, refusal } from "../refuse.ts";
import { isZip, storedBytes, type ZipEntry, zipEntries } from "../zip.ts";
import { BadArguments, Global, Tuple, unpickle } from "./pickle.ts";

/**
 * Files of `torch.save`: a zip file of a pickle, which says what there is, and of the elements of each storage. The pickle is read
 * by a reader that knows tensors and plain data alone, so that a file from a stranger does no harm.
 * https://pytorch.org/docs/stable/notes/serialization.html
 */

/**
 * What a file of PyTorch holds. Dicts are objects, whose keys are texts (the number 0 becomes "0"); tuples and `torch.Size` are
 * lists; dtypes and devices are texts such as "torch.float32"; bytes are byte arrays; integers beyond 2⁵³ are bigints.
 */
export type TorchValue =
  | Tensor
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly TorchValue[]
  | { readonly [key: string]: TorchValue };

/** What {@link readTorch} can be told. */
export interface ReadTorchOptions {
  /** Where the state dictionary is in a checkpoint: the key of a dict, or several, separated by points. Default: the whole file. */
  key?: string;
  /** How to name the file in messages. Default "the file". */
  source?: string;
}

/**
 * The state dictionary of a file that `torch.save(model.state_dict(), path)` has written, by PyTorch's names and in its layouts: what
 * `loadStateDict` takes. float16 and bfloat16 become float32, and all integers int32.
 *
 * @throws ChainruleError `file` for bytes that are no such file, for what is neither a tensor nor plain data, which is named and never
 * executed, and for integers that do not fit int32; `state` where there is no state dictionary under the key
 *
 * @example
 * const model = new nn.Linear(2, 3);
 * const bytes = writeTorch({ model: model.stateDict(), epoch: 12 }); // as torch.save writes a checkpoint
 * const state = readTorch(bytes, { key: "model" });
 * model.loadStateDict(state);
 * state.weight.shape; // → [3, 2]
 * readTorch(bytes, { source: "model.pt" }); // throws state: …
 */
export function readTorch(bytes: Uint8Array, options: ReadTorchOptions = {}): Record<string, Tensor> {
  const { key, source = "the file" } = options;
  let value = readTorchValue(bytes, source);
  const path = key === undefined ? [] : key.split(".");
  path.forEach((name, i) => {
    const inside = isDict(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    if (inside === undefined) throw noState(source, `has no "${path.slice(0, i + 1).join(".")}"`, value);
    value = inside;
  });
  const place = key === undefined ? "holds" : `holds, under "${key}",`;
  if (!isDict(value)) throw noState(source, `${place} ${kindOf(value)}, and no state dictionary`, value);
  const state: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(value)) {
    if (!(tensor instanceof Tensor))
      throw noState(source, `${place} "${name}", which is ${kindOf(tensor)} and no tensor`, value);
    define(state, name, tensor);
  }
  return state;
}

/**
 * All that a file of `torch.save` holds, a checkpoint with optimizer and counters, say. Tensors that share a storage in PyTorch share
 * one here.
 *
 * @param source how to name the file in messages
 * @throws ChainruleError `file`, as `readTorch`
 *
 * @example
 * const bytes = writeTorch({ model: { weight: tensor([[1, 2]]) }, epoch: 12 });
 * readTorchValue(bytes); // → { model: { weight: tensor([[1., 2.]]) }, epoch: 12 }
 */
export function readTorchValue(bytes: Uint8Array, source = "the file"): TorchValue {
  const refuse = refusal(
    source,
    "can not be read as a file of torch.save",
    "Save a state dictionary by torch.save(model.state_dict(), path), with PyTorch 1.6 or later, and copy it whole.",
  );
  if (!isZip(bytes)) throw refuse(whatElse(bytes), 0);
  const entries = new Map(zipEntries(bytes, refuse).map((entry) => [entry.name, entry]));
  const pickle = [...entries.values()].find(({ name }) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickle === undefined) throw refuse("its zip file has no data.pkl", 0);
  const folder = pickle.name.slice(0, -"data.pkl".length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw refuse("it is a program of TorchScript (torch.jit.save), and no state dictionary", pickle.start);
  }
  const content = storedBytes(bytes, pickle, refuse);
  const order = entries.get(`${folder}byteorder`);
  const littleEndian =
    order === undefined || new TextDecoder().decode(storedBytes(bytes, order, refuse)) !== "big";
  const storages = new Storages(bytes, entries, `${folder}data/`, littleEndian, refuse);
  const globals = globalsFor(storages);
  const value = unpickle(
    content,
    pickle.start,
    { global: (name) => globals.get(name) ?? storageType(name), persistent: (id) => storages.named(id) },
    refuse,
  );
  return plain(value, new Map(), refuse, pickle.start, 0);
}

function whatElse(bytes: Uint8Array): string {
  // The magic number with which torch.save began before version 1.6.
  if ([0x80, 0x02, 0x8a, 0x0a, 0x6c].every((byte, i) => bytes[i] === byte))
    return "it has the form of before PyTorch 1.6; torch.save(torch.load(path), path) there writes it anew";
  return bytes.length === 0 ? "it is empty" : "it does not begin as a zip file";
}

// ---- storages ------------------------------------------------------------------------------------------------------

/** The kinds of storages by the names of their classes; those that are missing can not be held. */
const storageKinds: Readonly<Record<string, ElementKind>> = {
  DoubleStorage: "float64",
  FloatStorage: "float32",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ShortStorage: "int16",
  CharStorage: "int8",
  ByteStorage: "uint8",
  BoolStorage: "bool",
};

/** dtypes by name, also those that came without a class of storages. */
const dtypeKinds: Readonly<Record<string, ElementKind>> = {
  "torch.float64": "float64",
  "torch.float32": "float32",
  "torch.float16": "float16",
  "torch.bfloat16": "bfloat16",
  "torch.int64": "int64",
  "torch.int32": "int32",
  "torch.int16": "int16",
  "torch.int8": "int8",
  "torch.uint8": "uint8",
  "torch.uint16": "uint16",
  "torch.uint32": "uint32",
  "torch.uint64": "uint64",
  "torch.bool": "bool",
};

const UNTYPED = "UntypedStorage";

function storageType(path: string): Global | undefined {
  const [, name] = /^torch(?:\.storage|\.cuda)?\.([A-Z]\w*Storage)$/.exec(path) ?? [];
  return name !== undefined && (name === UNTYPED || Object.hasOwn(storageKinds, name))
    ? new Global(path, null)
    : undefined;
}

/** A storage that a tensor names: its elements are read when their kind is known. */
class TorchStorage {
  readonly key: string;
  /** null where the tensor says it. */
  readonly kind: ElementKind | null;

  constructor(key: string, kind: ElementKind | null) {
    this.key = key;
    this.kind = kind;
  }
}

class Storages {
  readonly fileSize: number;
  private readonly bytes: Uint8Array;
  private readonly entries: ReadonlyMap<string, ZipEntry>;
  private readonly folder: string;
  private readonly littleEndian: boolean;
  private readonly refuse: Refuse;
  private readonly read = new Map<string, Tensor>();

  constructor(
    bytes: Uint8Array,
    entries: ReadonlyMap<string, ZipEntry>,
    folder: string,
    littleEndian: boolean,
    refuse: Refuse,
  ) {
    this.bytes = bytes;
    this.fileSize = bytes.length;
    this.entries = entries;
    this.folder = folder;
    this.littleEndian = littleEndian;
    this.refuse = refuse;
  }

  /** The storage of a reference: ("storage", its class, its key, its device, how many elements). */
  named(id: unknown): TorchStorage {
    if (!(id instanceof Tuple)) throw new BadArguments("it refers to what is no storage");
    const [what, type, key] = id.items;
    if (what !== "storage" || !(type instanceof Global) || typeof key !== "string")
      throw new BadArguments("it refers to what is no storage");
    const name = type.name.slice(type.name.lastIndexOf(".") + 1);
    return new TorchStorage(key, name === UNTYPED ? null : (storageKinds[name] ?? null));
  }

  /** All elements of a storage, as a tensor of one dimension. */
  elements({ key }: TorchStorage, kind: ElementKind): Tensor {
    const known = this.read.get(`${kind} ${key}`);
    if (known) return known;
    const entry = this.entries.get(this.folder + key);
    if (entry === undefined) throw new BadArguments(`needs the storage "${key}", which is not in the file`);
    const bytes = storedBytes(this.bytes, entry, this.refuse);
    if (bytes.length % elementKinds[kind].size !== 0)
      throw new BadArguments(`needs ${kind} from the ${bytes.length} bytes of storage "${key}"`);
    const { littleEndian } = this;
    const array = readElements(
      { kind, bytes, at: entry.start, littleEndian, name: `storage "${key}"` },
      this.refuse,
    );
    const tensor = fromTypedArray(array);
    this.read.set(`${kind} ${key}`, tensor);
    return tensor;
  }
}

// ---- what may be called --------------------------------------------------------------------------------------------

function globalsFor(storages: Storages): ReadonlyMap<string, Global> {
  const tensor = (args: readonly unknown[]) => rebuilt(storages, args);
  const calls: Readonly<Record<string, Global["call"]>> = {
    "collections.OrderedDict": ordered,
    "torch._utils._rebuild_tensor_v2": tensor,
    "torch._utils._rebuild_tensor_v3": tensor,
    "torch._utils._rebuild_parameter": ([data]) => tensorOf(data),
    "torch.nn.parameter.Parameter": ([data]) => tensorOf(data),
    "torch.Size": ([sizes]) => new Tuple(sizes instanceof Tuple ? sizes.items : []),
    "torch.device": ([type, index]) => deviceOf(type, index),
    ...Object.fromEntries(Object.keys(dtypeKinds).map((name) => [name, null])),
  };
  return new Map(Object.entries(calls).map(([name, call]) => [name, new Global(name, call)]));
}

/** A device as a text, such as "cuda:0". */
function deviceOf(type: unknown, index: unknown): string {
  if (typeof type !== "string" || (index !== undefined && typeof index !== "number"))
    throw new BadArguments("is called with what is no device");
  return index === undefined ? type : `${type}:${index}`;
}

function ordered([pairs]: readonly unknown[]): Map<unknown, unknown> {
  if (pairs === undefined) return new Map();
  if (!Array.isArray(pairs)) throw new BadArguments("is called with what is no list of pairs");
  return new Map(
    pairs.map((pair: unknown): [unknown, unknown] => {
      const items = pair instanceof Tuple || Array.isArray(pair) ? listOf(pair) : [];
      if (items.length !== 2) throw new BadArguments("is called with what is no list of pairs");
      return [items[0], items[1]];
    }),
  );
}

function tensorOf(value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw new BadArguments("is called with what is no tensor");
}

const listOf = (value: unknown): readonly unknown[] =>
  value instanceof Tuple ? value.items : Array.isArray(value) ? value : [];

/** The tensor of (storage, offset, size, strides, whether it requires a gradient, hooks, [dtype]). */
function rebuilt(storages: Storages, args: readonly unknown[]): Tensor {
  const [storage, offset, size, stride, , , dtype] = args;
  if (!(storage instanceof TorchStorage)) throw new BadArguments("is called without a storage");
  const kind = dtype instanceof Global ? dtypeKinds[dtype.name] : storage.kind;
  if (kind === null || kind === undefined) throw new BadArguments("is called without a dtype");
  const shape = listOf(size);
  const strides = listOf(stride);
  if (!isWhole(offset) || !isShape(shape) || !isShape(strides))
    throw new BadArguments("is called with places that are no whole numbers");
  if (shape.length !== strides.length)
    throw new BadArguments(
      `is called with ${counted(strides.length, "stride")} for ${counted(shape.length, "dimension")}`,
    );
  const whole = storages.elements(storage, kind);
  const count = shape.reduce((product, length) => product * length, 1);
  const last = shape.reduce((at, length, d) => at + (length - 1) * strides[d], offset);
  const held = whole.numel;
  if (count > 0 ? last >= held : offset > held)
    throw new BadArguments(
      `of shape [${shape.join(", ")}] would end at element ${last + 1} of the ${held} of storage "${storage.key}"`,
    );
  // A stride of 0 repeats elements, which the file then holds once.
  if (!(count <= storages.fileSize))
    throw new BadArguments(
      `of shape [${shape.join(", ")}] has more elements than the file has bytes, by repeating some`,
    );
  return new Tensor(whole.storage, shape, strides, offset);
}

// ---- plain data ----------------------------------------------------------------------------------------------------

/** Deeper values are no state. */
const DEEPEST = 100;

/** What was read as the data that it is for the caller. What occurs twice is made once. */
function plain(
  value: unknown,
  made: Map<unknown, TorchValue>,
  refuse: Refuse,
  at: number,
  depth: number,
): TorchValue {
  if (value instanceof Global) return value.name;
  if (typeof value !== "object" || value === null) return value as TorchValue;
  if (value instanceof Tensor || value instanceof Uint8Array) return value;
  const known = made.get(value);
  if (known !== undefined) return known;
  if (depth > DEEPEST) throw refuse(`it is nested more than ${DEEPEST} deep`, at);
  const inner = (item: unknown) => plain(item, made, refuse, at, depth + 1);
  if (value instanceof Map) {
    const dict: Record<string, TorchValue> = {};
    made.set(value, dict);
    for (const [key, item] of value) {
      if (typeof key !== "string" && typeof key !== "number" && typeof key !== "boolean")
        throw refuse("a dict in it has a key that is neither a text nor a number", at);
      if (Object.hasOwn(dict, String(key)))
        throw refuse(`a dict in it has both the number and the text ${key}`, at);
      define(dict, String(key), inner(item));
    }
    return dict;
  }
  if (value instanceof Tuple || Array.isArray(value)) {
    const list: TorchValue[] = [];
    made.set(value, list);
    for (const item of listOf(value)) list.push(inner(item));
    return list;
  }
  throw refuse("it holds a storage without a tensor", at);
}

const isDict = (value: TorchValue): value is { readonly [key: string]: TorchValue } =>
  typeof value === "object" &&
  value !== null &&
  !(value instanceof Tensor) &&
  !(value instanceof Uint8Array) &&
  !Array.isArray(value);

function kindOf(value: TorchValue): string {
  if (value instanceof Tensor) return "a tensor";
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value)) return "a list";
  if (value === null) return "None";
  return typeof value === "object" ? "a dict" : typeof value === "string" ? "a text" : `a ${typeof value}`;
}

function noState(source: string, problem: string, value: TorchValue): ChainruleError {
  const inside = isDict(value) ? Object.entries(value) : [];
  const dicts = inside.filter(([, item]) => isDict(item)).map(([name]) => `"${name}"`);
  const remedy =
    dicts.length > 0
      ? `Name one of its dicts, by { key }: ${dicts.slice(0, 8).join(", ")}.`
      : "Save a state dictionary: torch.save(model.state_dict(), path). readTorchValue() gives all that is there.";
  return new ChainruleError("state", `${source} ${problem}.`, remedy);
}
