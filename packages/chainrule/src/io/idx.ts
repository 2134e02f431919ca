import { fromTypedArray, type Tensor } from "../tensor/index.ts";
import { viewOf } from "./bytes.ts";
import { type ElementKind, elementKinds, MOST_DIMS, readElements } from "./elements.ts";
import { gunzipped } from "./inflate.ts";
import { refusal } from "./refuse.ts";

/** Kinds of elements by the third byte of a file. */
const kinds: Readonly<Record<number, ElementKind>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/**
 * The array of an IDX file, the form in which MNIST is published, as it is or compressed by gzip: two zeros, a byte for the kind of
 * elements, a byte for the number of dimensions, their sizes, then the elements, all big-endian. Integers of all widths become int32.
 * https://yann.lecun.org/exdb/mnist
 *
 * @param source how to name the file in messages
 * @throws ChainruleError `file` for bytes that are no such file or cut off
 *
 * @example
 * const kind = [0, 0, 8, 3]; // uint8, three dimensions
 * const sizes = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2]; // one image of 2 by 2; MNIST has 60000 of 28 by 28
 * const images = await readIdx(Uint8Array.from([...kind, ...sizes, 0, 51, 102, 255]));
 * images; // → tensor([[[0, 51], [102, 255]]], dtype=int32)
 * images.flatten(1).to("float32").div(255); // → tensor([[0.0000, 0.2000, 0.4000, 1.0000]])
 */
export async function readIdx(bytes: Uint8Array, source = "the file"): Promise<Tensor> {
  const refuse = refusal(source, "is no whole IDX file");
  const file = await gunzipped(bytes, refuse);
  const [first, second, type, dims] = file;
  if (file.length < 4 || first !== 0 || second !== 0) throw refuse("it does not begin with two zeros", 0);
  if (!Object.hasOwn(kinds, type))
    throw refuse(`its kind of elements is ${type}, which the format has not`, 2);
  const kind = kinds[type];
  const start = 4 + 4 * dims;
  if (dims > MOST_DIMS || start > file.length)
    throw refuse(`the sizes of its ${dims} dimensions are not there`, 3);
  const view = viewOf(file);
  const shape = Array.from({ length: dims }, (_, d) => view.getUint32(4 + 4 * d));
  const wanted = shape.reduce((a, b) => a * b, 1) * elementKinds[kind].size;
  if (file.length - start !== wanted) {
    throw refuse(
      `${file.length - start} bytes of elements are there where shape [${shape.join(", ")}] of ${kind} takes ${wanted}`,
      start,
    );
  }
  const place = { kind, bytes: file.subarray(start), at: start, littleEndian: false, name: "its array" };
  return fromTypedArray(readElements(place, refuse), shape);
}
