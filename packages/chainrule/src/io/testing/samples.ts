import { tensor } from "../../tensor/index.ts";
import { readIdx } from "../idx.ts";
import { readNpy, readNpz, writeNpy, writeNpz } from "../numpy.ts";
import { readTorchValue } from "../pytorch/read.ts";
import { writeTorch } from "../pytorch/write.ts";
import { refusal } from "../refuse.ts";
import { readSafetensors, writeSafetensors } from "../safetensors.ts";
import { openSafetensors } from "../safetensors-lazy.ts";
import { storedBytes, zipEntries, zipOf } from "../zip.ts";
import type { FuzzedReader } from "./fuzz.ts";

/** Files for the readers of arrays and states to be damaged. */

const tensors = {
  w: tensor([
    [1, 2],
    [3, 4],
  ]),
  n: tensor([1, -2, 3], { dtype: "int32" }),
  d: tensor(0.1, { dtype: "float64" }),
  b: tensor([true, false, true]),
};

/** A state in the zip file of `torch.save`, in which one file is another. */
function torchWith(name: string, content: Uint8Array): Uint8Array {
  const whole = writeTorch({ model: tensors, epoch: 3, lr: 0.5, list: [1, [2, "x"], null, true] });
  const refuse = refusal("the sample", "is wrong");
  return zipOf(
    zipEntries(whole, refuse).map((entry) => [
      entry.name,
      entry.name === name ? content : storedBytes(whole, entry, refuse),
    ]),
  );
}

/** The contents of the files in a zip file, by name. */
function filesIn(whole: Uint8Array): Map<string, Uint8Array> {
  const refuse = refusal("the sample", "is wrong");
  return new Map(zipEntries(whole, refuse).map((entry) => [entry.name, storedBytes(whole, entry, refuse)]));
}

const state = torchWith("", new Uint8Array(0));
const PICKLE = "archive/data.pkl";
const idx = Uint8Array.from([0, 0, 13, 2, 0, 0, 0, 1, 0, 0, 0, 2, 63, 128, 0, 0, 64, 0, 0, 0]);

async function compressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function readLazily(bytes: Uint8Array): Promise<unknown> {
  const file = await openSafetensors(bytes);
  return Promise.all(Object.keys(file.tensors).map((name) => file.read(name)));
}

export const fuzzedReaders = async (): Promise<Readonly<Record<string, FuzzedReader>>> => ({
  safetensors: {
    read: (bytes) => readSafetensors(bytes),
    files: [
      writeSafetensors(tensors, { a: "b" }),
      writeSafetensors(tensors, {}, { dtype: "bfloat16" }),
      writeSafetensors({}),
    ],
  },
  "safetensors, lazily": { read: readLazily, files: [writeSafetensors(tensors)] },
  "torch.save": { read: (bytes) => readTorchValue(bytes), files: [state] },
  "pickles of torch.save": {
    read: (bytes) => readTorchValue(bytes),
    files: [filesIn(state).get(PICKLE) as Uint8Array],
    wrap: (pickle) => torchWith(PICKLE, pickle),
  },
  ".npy": {
    read: (bytes) => readNpy(bytes),
    files: Object.values(tensors).map(writeNpy),
  },
  ".npz": { read: (bytes) => readNpz(bytes), files: [writeNpz(tensors)] },
  IDX: { read: (bytes) => readIdx(bytes), files: [idx, await compressed(idx)] },
});
