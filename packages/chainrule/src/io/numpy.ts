import { fromTypedArray, type Tensor } from "../tensor/index.ts";
import { define } from "../util/define.ts";
import { viewOf } from "./bytes.ts";
import { type ElementKind, elementKinds, isShape, putElements, readElements } from "./elements.ts";
import { type Refuse, refusal } from "./refuse.ts";
import { entryBytes, isZip, zipEntries, zipOf } from "./zip.ts";

/** Arrays of NumPy: `.npy`, one array, and `.npz`, a zip file of them. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */

/** Kinds of elements by the letters of a dtype; the order of bytes stands before them. */
const kinds: Readonly<Record<string, ElementKind>> = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/**
 * The array of a `.npy` file of any version, in row-major order whatever the file's. All integers become int32 (int64 where its
 * values fit), float16 float32.
 *
 * @param source how to name the file in messages
 * @throws ChainruleError `file` for bytes that are no such file, cut off, or of a dtype that is none of numbers and truth values
 *
 * @example
 * import { readFile, writeFile } from "node:fs/promises";
 * await writeFile("x.npy", writeNpy(tensor([[1, 2], [3, 4]]))); // as numpy.save("x.npy", x)
 * readNpy(await readFile("x.npy")); // → tensor([[1., 2.], [3., 4.]])
 * readNpy(new Uint8Array(20), "x.npy"); // throws file: x.npy is no whole .npy file
 */
export function readNpy(bytes: Uint8Array, source = "the file"): Tensor {
  return arrayOf(bytes, refusal(source, "is no whole .npy file"));
}

function arrayOf(bytes: Uint8Array, refuse: Refuse): Tensor {
  if (!MAGIC.every((byte, i) => bytes[i] === byte))
    throw refuse(isZip(bytes) ? "it is a zip file, which readNpz reads" : "it does not begin as one", 0);
  const version = bytes[6];
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw refuse("its header is cut off", 6);
  if (!(version >= 1 && version <= 3)) throw refuse(`it is of version ${version}, and 1 to 3 can be read`, 6);
  const view = viewOf(bytes);
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) throw refuse(`its header would end at byte ${end} of ${bytes.length}`, 8);
  const encoding = version === 3 ? "utf-8" : "latin1";
  const { kind, littleEndian, fortran, shape } = headerOf(
    new TextDecoder(encoding).decode(bytes.subarray(start, end)),
    start,
    refuse,
  );
  const wanted = shape.reduce((a, b) => a * b, 1) * elementKinds[kind].size;
  if (bytes.length - end !== wanted) {
    throw refuse(
      `${bytes.length - end} bytes of elements are there where shape (${shape.join(", ")}) of ${kind} takes ${wanted}`,
      end,
    );
  }
  const elements = readElements(
    { kind, bytes: bytes.subarray(end), at: end, littleEndian, name: "its array" },
    refuse,
  );
  if (!fortran) return fromTypedArray(elements, shape);
  // Column by column is row by row with the dimensions the other way round.
  const turned = fromTypedArray(elements, shape.toReversed());
  return turned.permute(shape.map((_, d) => shape.length - 1 - d)).contiguous();
}

interface Header {
  readonly kind: ElementKind;
  readonly littleEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** A header is a dict of Python with three keys: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
function headerOf(text: string, at: number, refuse: Refuse): Header {
  const found = new Map<string, string>();
  // One field after the other; a dtype of several fields is a list, which no tensor holds.
  const field = /\s*'(\w+)'\s*:\s*('[^']*'|\([^()]*\)|\[|\w+)\s*,?/y;
  field.lastIndex = text.indexOf("{") + 1;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) found.set(match[1], match[2]);
  const [descr, order, sizes] = ["descr", "fortran_order", "shape"].map((key) => found.get(key));
  if (descr === "[") throw refuse("its dtype has several fields, and only plain numbers can be read", at);
  if (!/^\s*\{/.test(text) || descr === undefined || order === undefined || sizes === undefined)
    throw refuse("its header is no dict of descr, fortran_order and shape", at);
  const [, byteOrder, letters] = /^'([<>|=])?(\w+)'$/.exec(descr) ?? [];
  const kind = letters !== undefined && Object.hasOwn(kinds, letters) ? kinds[letters] : undefined;
  if (kind === undefined) {
    throw refuse(
      `its dtype is ${descr.length > 60 ? `${descr.slice(0, 59)}…` : descr}, and only real numbers and truth values can be read`,
      at,
    );
  }
  if (order !== "True" && order !== "False") throw refuse(`its fortran_order is ${order}`, at);
  const inner = /^\((.*)\)$/s.exec(sizes)?.[1].trim().replace(/,$/, "");
  const shape =
    inner === undefined || inner === ""
      ? []
      : inner.split(",").map((size) => (/^\s*\d+L?\s*$/.test(size) ? Number.parseInt(size, 10) : Number.NaN));
  if (inner === undefined || !isShape(shape))
    throw refuse(`its shape is ${sizes.length > 60 ? `${sizes.slice(0, 59)}…` : sizes}`, at);
  return { kind, littleEndian: byteOrder !== ">", fortran: order === "True", shape };
}

const descriptions = { float32: "<f4", float64: "<f8", int32: "<i4", bool: "|b1" } as const;

/**
 * The bytes of a `.npy` file, version 1, in row-major order and the tensor's dtype: what `numpy.load` reads.
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const bytes = writeNpy(arange(6).reshape([2, 3]));
 * await writeFile("x.npy", bytes); // in Python: numpy.load("x.npy")
 * bytes.length; // → 152
 */
export function writeNpy(tensor: Tensor): Uint8Array {
  const { dtype, shape } = tensor;
  const sizes = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const dict = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': ${sizes}, }`;
  // Blanks and a newline make the whole header a multiple of 64 bytes.
  const start = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + tensor.numel * elementKinds[dtype].size);
  bytes.set(MAGIC);
  bytes[6] = 1;
  viewOf(bytes).setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(`${dict.padEnd(start - 11)}\n`), 10);
  putElements(tensor, dtype, bytes, start, "the array");
  return bytes;
}

/**
 * The arrays of a `.npz` file by their names, stored (`numpy.savez`) or compressed (`numpy.savez_compressed`).
 *
 * @param source how to name the file in messages
 * @throws ChainruleError `file`, as `readNpy`, also for a check sum that is another
 *
 * @example
 * const bytes = writeNpz({ x: tensor([[0, 1]]), y: tensor([2], { dtype: "int32" }) });
 * const { x, y } = await readNpz(bytes);
 * x; // → tensor([[0., 1.]])
 * y; // → tensor([2], dtype=int32)
 */
export async function readNpz(bytes: Uint8Array, source = "the file"): Promise<Record<string, Tensor>> {
  const refuse = refusal(source, "is no whole .npz file");
  const arrays: Record<string, Tensor> = {};
  for (const entry of zipEntries(bytes, refuse)) {
    const name = entry.name.replace(/\.npy$/, "");
    if (Object.hasOwn(arrays, name)) throw refuse(`it has the array "${name}" twice`, entry.start);
    const content = await entryBytes(bytes, entry, refuse);
    const inside: Refuse = (problem, at) => refuse(`in its array "${name}", ${problem}`, entry.start + at);
    define(arrays, name, arrayOf(content, inside));
  }
  return arrays;
}

/**
 * The bytes of a `.npz` file of arrays by their names, not compressed: what `numpy.load` reads.
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const model = new nn.Sequential({ fc: new nn.Linear(2, 1) });
 * const bytes = writeNpz(model.stateDict());
 * await writeFile("state.npz", bytes); // in Python: numpy.load("state.npz")["fc.weight"]
 * Object.keys(await readNpz(bytes)); // → ['fc.weight', 'fc.bias']
 */
export const writeNpz = (tensors: Readonly<Record<string, Tensor>>): Uint8Array =>
  zipOf(Object.entries(tensors).map(([name, tensor]) => [`${name}.npy`, writeNpy(tensor)]));
