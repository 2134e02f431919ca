/** The weights of a TensorFlow.js model: a manifest of names, shapes and dtypes, and binary files that hold the elements. */
import { fromTypedArray, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { asChoice, asList, asNames, asWhole, type Json } from "../../util/json.ts";
import { joined, viewOf } from "../bytes.ts";
import { elementKinds, elementReaders, MOST_DIMS, readElements } from "../elements.ts";
import type { Refuse } from "../refuse.ts";
import { Config } from "./config.ts";

/** Gives the bytes of one of the files that `weightsManifest` names, such as `group1-shard1of1.bin`. */
export type WeightSource = (path: string) => Bytes | Promise<Bytes>;
type Bytes = Uint8Array | ArrayBuffer;

const dtypes = ["float32", "int32", "bool", "uint8"] as const;
const packings = ["uint8", "uint16", "float16"] as const;

/** How the elements of one tensor lie in the files. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly count: number;
  readonly dtype: (typeof dtypes)[number];
  /** Elements kept in fewer bytes: x = scale · v + min, or half-precision numbers. */
  readonly packing: { dtype: (typeof packings)[number]; scale: number; min: number } | null;
  readonly forOptimizer: boolean;
}

const broken = (problem: string): ChainruleError =>
  new ChainruleError(
    "file",
    `The model's weights are not whole: ${problem}.`,
    "Give the files that were saved together with model.json, unchanged.",
  );

/**
 * Reads all tensors of a manifest, without those of an optimizer. No more is allocated than the files hold; numbers in fewer
 * bytes become float32 or int32 ones.
 */
export async function readWeights(
  manifest: Json,
  place: string,
  source: WeightSource,
): Promise<Map<string, Tensor>> {
  const found = new Map<string, Tensor>();
  const names = new Set<string>();
  for (const group of asList(manifest, place, (value, at) => new Config(value, at))) {
    // No file twice: it would take more memory than there are bytes.
    const paths = asNames(group.get("paths"), group.at("paths"));
    const entries = asList(group.get("weights"), group.at("weights"), readEntry);
    const shards = await Promise.all(paths.map(async (path) => bytesOf(path, await source(path))));
    const bytes = shards.length === 1 ? shards[0] : joined(shards);
    const at = (offset: number): string => placeOf(offset, paths, shards);
    const refuse: Refuse = (problem, offset) => broken(`${problem} (at ${at(offset)})`);
    let start = 0;
    for (const entry of entries) {
      const { name, count, packing, dtype } = entry;
      if (names.size === names.add(name).size) throw broken(`"${name}" is listed twice`);
      const end = start + count * elementKinds[packing?.dtype ?? dtype].size;
      if (end > bytes.length)
        throw broken(
          `"${name}" of shape [${entry.shape.join(", ")}] would start at ${at(start)} and end ${end - bytes.length} bytes behind the last`,
        );
      if (!entry.forOptimizer) found.set(name, tensorOf(entry, bytes.subarray(start, end), start, refuse));
      start = end;
    }
    if (start < bytes.length)
      throw broken(`nothing is said of ${bytes.length - start} bytes from ${at(start)}`);
  }
  return found;
}

function readEntry(value: Json, place: string): Entry {
  const config = new Config(value, place);
  const name = config.text("name");
  const shape = asList(config.get("shape"), config.at("shape"), (size, at) => asWhole(size, at), MOST_DIMS);
  const dtype = asChoice(config.get("dtype"), config.at("dtype"), dtypes);
  const count = shape.reduce((product, size) => product * size, 1);
  const forOptimizer = config.get("group") === "optimizer";
  if (config.get("quantization") === undefined)
    return { name, shape, count, dtype, packing: null, forOptimizer };
  const given = config.object("quantization");
  const packed = asChoice(given.get("dtype"), given.at("dtype"), packings);
  if (dtype !== "float32" && (dtype !== "int32" || packed === "float16"))
    throw broken(`"${name}" is ${dtype} packed as ${packed}`);
  const packing =
    packed === "float16"
      ? { dtype: packed, scale: 1, min: 0 }
      : { dtype: packed, scale: given.number("scale"), min: given.number("min") };
  return { name, shape, count, dtype, packing, forOptimizer };
}

/** The bytes that a source gave, in whichever of two forms. */
function bytesOf(path: string, given: unknown): Uint8Array {
  if (given instanceof Uint8Array) return given;
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  throw new ChainruleError(
    "argument",
    `weights("${path}") gave no bytes.`,
    "Give a function that returns a Uint8Array or an ArrayBuffer, or a promise of one, for each path.",
  );
}

/** A place in the files laid end to end, by file. */
function placeOf(offset: number, paths: readonly string[], shards: readonly Uint8Array[]): string {
  let start = 0;
  for (const [i, { length }] of shards.entries()) {
    if (offset < start + length) return `byte ${offset - start} of "${paths[i]}"`;
    start += length;
  }
  return `the end of "${paths.at(-1) ?? "no file"}"`;
}

function tensorOf(
  { name, shape, count, dtype, packing }: Entry,
  bytes: Uint8Array,
  start: number,
  refuse: Refuse,
): Tensor {
  if (packing === null || packing.dtype === "float16") {
    const kind = packing?.dtype ?? dtype;
    const elements = { kind, bytes, at: start, littleEndian: true, name: `"${name}"` };
    return fromTypedArray(readElements(elements, refuse), shape);
  }
  const { scale, min } = packing;
  const read = elementReaders[packing.dtype];
  const { size } = elementKinds[packing.dtype];
  const view = viewOf(bytes);
  const elements = dtype === "float32" ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const x = read(view, i * size, true) * scale + min;
    elements[i] = dtype === "float32" ? x : Math.round(x);
  }
  return fromTypedArray(elements, shape);
}

/** The weights of a model by layer. Each is taken once; what nobody took is an error. */
export class Weights {
  private readonly tensors: Map<string, Tensor>;
  /** Names of weights by `layer/weight`, where the layer is the first or the last but one part of the name. */
  private readonly byPlace = new Map<string, Set<string>>();
  private readonly taken = new Set<string>();

  constructor(tensors: Map<string, Tensor>) {
    this.tensors = tensors;
    for (const name of tensors.keys()) {
      const parts = name.replace(/:0$/, "").split("/");
      const weight = parts[parts.length - 1];
      for (const layer of [parts.slice(0, -1).join("/"), parts[0], parts[parts.length - 2]]) {
        const key = `${layer}/${weight}`;
        this.byPlace.set(key, (this.byPlace.get(key) ?? new Set()).add(name));
      }
    }
  }

  /**
   * The weights of a layer, in the order of `wanted`: under their names, or (as Keras 3 writes them) numbered in that order.
   *
   * @param inside the models around the layer, which tell two layers of one name apart
   */
  of(layer: string, wanted: readonly string[], inside: readonly string[], place: string): Tensor[] {
    return wanted.map((weight, i) => {
      const known =
        this.byPlace.get(`${layer}/${weight}`) ?? this.byPlace.get(`${layer}/${i}`) ?? new Set<string>();
      const exact = [...known].filter((name) => name.replace(/:0$/, "") === `${layer}/${weight}`);
      const nested = [...known].filter((name) => inside.every((outer) => name.split("/").includes(outer)));
      const [name, ...others] = exact.length > 0 ? exact : nested.length > 0 ? nested : known;
      if (name === undefined)
        throw broken(`"${layer}/${weight}" is missing, which the layer at ${place} needs`);
      if (others.length > 0)
        throw broken(`"${name}" and "${others[0]}" may both be the "${weight}" of the layer at ${place}`);
      this.taken.add(name);
      return this.tensors.get(name) as Tensor;
    });
  }

  /** Refuses a model that leaves weights over: it was not understood. */
  checkAllTaken(): void {
    const left = [...this.tensors.keys()].filter((name) => !this.taken.has(name));
    if (left.length > 0) throw broken(`no layer takes ${left.map((name) => `"${name}"`).join(", ")}`);
  }
}
