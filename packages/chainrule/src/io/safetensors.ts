import { fromTypedArray, type Tensor } from "../tensor/index.ts";
import { define } from "../util/define.ts";
import { ChainruleError } from "../util/errors.ts";
import { roundUp } from "../util/rounding.ts";
import { elementKinds, putElements, readElements, type WriteOptions, writtenKind } from "./elements.ts";
import { refusal } from "./refuse.ts";
import { checkHeader, formatNames, HEADER_AT, headerLength, METADATA } from "./safetensors-header.ts";

/**
 * The safetensors format: eight bytes with the header's length (little-endian), a JSON header that gives dtype, shape and place
 * of each tensor, then the elements. It holds no code, and every length in it is checked before it is believed.
 * https://huggingface.co/docs/safetensors
 */

/** Tensors by name, and texts that go with them. */
export interface SafetensorsFile {
  /** The tensors by their names. */
  readonly tensors: Record<string, Tensor>;
  /** The texts by their names; empty where the file has none. */
  readonly metadata: Record<string, string>;
}

/**
 * The bytes of a safetensors file. The same tensors always give the same bytes, on every machine.
 *
 * @param tensors by name; views are written out
 * @param metadata texts to keep in the header; by default none
 * @param options `dtype: "float16"` or `"bfloat16"` writes floating-point tensors in half the bytes, rounded to the nearest
 * @throws ChainruleError `argument` for a number beyond what the dtype holds, such as 1e6 in float16, and for the name `__metadata__`
 *
 * @example
 * const model = new nn.Linear(64, 10);
 * const bytes = writeSafetensors(model.stateDict(), { author: "me" });
 * bytes.length; // → 2768
 * writeSafetensors(model.stateDict(), {}, { dtype: "bfloat16" }).length; // → 1444
 * writeSafetensors({ w: tensor([1e6]) }, {}, { dtype: "float16" }); // throws argument: "w" holds 1000000
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteOptions = {},
): Uint8Array {
  // Wide elements first: then every tensor starts at a multiple of its element's size, as the format's own writer does it.
  const entries = Object.entries(tensors)
    .map(([name, tensor]) => ({ name, tensor, kind: writtenKind(tensor, options) }))
    .sort((a, b) => elementKinds[b.kind].size - elementKinds[a.kind].size);
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push([METADATA, metadata]);
  const starts: number[] = [];
  let end = 0;
  for (const { name, tensor, kind } of entries) {
    if (name === METADATA) {
      throw new ChainruleError(
        "argument",
        `A tensor can not be named "${METADATA}".`,
        "Give it another name.",
      );
    }
    starts.push(end);
    const start = end;
    end += tensor.numel * elementKinds[kind].size;
    header.push([name, { dtype: formatNames[kind], shape: tensor.shape, data_offsets: [start, end] }]);
  }
  // Not by an object: it would put names such as "1" first.
  const json = `{${header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const padded = roundUp(text.length, 8);
  const base = HEADER_AT + padded;
  const bytes = new Uint8Array(base + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.fill(0x20, HEADER_AT, base);
  bytes.set(text, HEADER_AT);
  entries.forEach(({ tensor, kind, name }, i) => {
    putElements(tensor, kind, bytes, base + starts[i], name);
  });
  return bytes;
}

/** How the format's readers refuse a file. */
export const refuseSafetensors = (source: string) =>
  refusal(source, "is no whole safetensors file", "Copy or download it anew, or save the model again.");

/**
 * Reads the bytes of a safetensors file. Tensors are copies: the bytes may be thrown away. Integers of all widths become int32
 * (int64 where its values fit), F16 and BF16 float32.
 *
 * The bytes are held to the format's rules: a header of at most 100 MB of JSON without a name twice, metadata of texts alone, and
 * tensors that lie side by side, without gaps, overlaps or a rest, each with as many bytes as its shape and dtype take.
 *
 * @param source how to name the file in messages
 * @throws ChainruleError `file` for bytes that are no such file, cut off, or inconsistent
 *
 * @example
 * const model = new nn.Linear(2, 3);
 * const bytes = writeSafetensors(model.stateDict(), { author: "me" });
 * const { tensors, metadata } = readSafetensors(bytes);
 * new nn.Linear(2, 3).loadStateDict(tensors);
 * metadata; // → { author: 'me' }
 * readSafetensors(bytes.slice(0, -1), "my.safetensors"); // throws file: my.safetensors is no whole
 */
export function readSafetensors(bytes: Uint8Array, source = "the file"): SafetensorsFile {
  const refuse = refuseSafetensors(source);
  const length = headerLength(bytes, bytes.length, refuse);
  const { entries, metadata } = checkHeader(
    bytes.subarray(HEADER_AT, HEADER_AT + length),
    bytes.length,
    refuse,
  );
  const tensors: Record<string, Tensor> = {};
  for (const { name, kind, shape, start, end } of entries) {
    const place = { kind, bytes: bytes.subarray(start, end), at: start, littleEndian: true };
    define(
      tensors,
      name,
      fromTypedArray(readElements({ ...place, name: `tensor "${name}"` }, refuse), shape),
    );
  }
  return { tensors, metadata };
}
