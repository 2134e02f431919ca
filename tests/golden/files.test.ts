// Files of PyTorch and NumPy, as they wrote them, and a gzipped IDX file.
import { readFileSync } from "node:fs";
import { type DType, nn, type Tensor, tensor } from "chainrule";
import { readIdx, readNpy, readNpz, readTorch, readTorchValue } from "chainrule/io";
import { describe, expect, test } from "vitest";

interface Value {
  readonly dtype: DType;
  readonly shape: number[];
  readonly data: (number | string)[];
}
interface File {
  readonly file: string;
  readonly values: Record<string, Value>;
}
interface Refused {
  readonly file: string;
  readonly says: string;
}
type Files = Record<string, File>;

const golden = JSON.parse(readFileSync(new URL("data/files.json", import.meta.url), "utf8")) as {
  torch: Files & {
    network: File & { input: Value; output: Value };
    refused: Record<string, Refused>;
  };
  npy: Files & { refused: Record<string, Refused> };
  npz: Files;
  idx: Files;
};

const bytesOf = ({ file }: { readonly file: string }): Uint8Array => Buffer.from(file, "base64");
const { refused: refusedByTorch, ...torchFiles } = golden.torch;
const { refused: refusedByNpy, ...npyFiles } = golden.npy;

const numbers: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};
const seen = (t: Tensor) => ({ dtype: t.dtype, shape: t.shape, data: Array.from(t.contiguous().data) });
const wanted = ({ dtype, shape, data }: Value) => ({
  dtype,
  shape,
  data: data.map((x) => (typeof x === "string" ? numbers[x] : x)),
});
const expectAll = (found: Record<string, Tensor>, values: Record<string, Value>): void => {
  expect(Object.keys(found)).toEqual(Object.keys(values));
  for (const [name, value] of Object.entries(values)) expect(seen(found[name])).toEqual(wanted(value));
};

describe("PyTorch", () => {
  test.each(Object.entries(torchFiles))("%s", (name, file) => {
    const key = name.startsWith("protocol") ? "model" : undefined;
    expectAll(readTorch(bytesOf(file), { key }), file.values);
  });

  test("a state fits the same network here, which gives the same outputs", () => {
    const { network } = golden.torch;
    const model = new nn.Sequential(
      new nn.Linear(2, 3),
      new nn.BatchNorm1d(3),
      new nn.ReLU(),
      new nn.Linear(3, 1),
    );
    expect(model.loadStateDict(readTorch(bytesOf(network)))).toEqual({
      missingKeys: [],
      unexpectedKeys: [],
    });
    model.eval();
    const { shape, data } = network.input;
    const y = model(tensor(data as number[]).reshape(shape));
    y.flatten().data.forEach((value, i) => {
      expect(value).toBeCloseTo(network.output.data[i] as number, 6);
    });
    expect(model.stateDict()["1.num_batches_tracked"].item()).toBe(3);
  });

  test("a checkpoint is plain data around its tensors", () => {
    const { model, ...rest } = readTorchValue(bytesOf(golden.torch["protocol 4"])) as Record<string, unknown>;
    expect(Object.keys(model as object)).toEqual(Object.keys(golden.torch.network.values));
    expect(rest).toEqual({
      epoch: 3,
      lr: 0.1,
      names: ["a", "é"],
      none: null,
      big: 2n ** 60n,
      size: [3, 4],
    });
  });

  test("says where the state is in a checkpoint", () => {
    const bytes = bytesOf(golden.torch["protocol 2"]);
    expect(() => readTorch(bytes)).toThrow(/"model", which is a dict and no tensor.*{ key }: "model"/s);
    expect(() => readTorch(bytes, { key: "net" })).toThrow(/has no "net"/);
    expect(() => readTorch(bytes, { key: "epoch" })).toThrow(/under "epoch", a number/);
  });

  test.each(Object.entries(refusedByTorch))("refuses %s", (_, file) => {
    expect(() => readTorchValue(bytesOf(file), "m.pt")).toThrow(/^m\.pt can not be read.*\(at byte \d+\)/s);
    expect(() => readTorchValue(bytesOf(file))).toThrow(file.says);
  });
});

describe("NumPy", () => {
  test.each(Object.entries(npyFiles))("%s", (_, file) => {
    expectAll({ "": readNpy(bytesOf(file)) }, file.values);
  });

  test.each(Object.entries(refusedByNpy))("refuses %s", (_, file) => {
    expect(() => readNpy(bytesOf(file), "x.npy")).toThrow(/^x\.npy is no whole .npy file.*\(at byte \d+\)/s);
    expect(() => readNpy(bytesOf(file))).toThrow(file.says);
  });

  test.each(Object.entries(golden.npz))("%s .npz", async (_, file) => {
    expectAll(await readNpz(bytesOf(file)), file.values);
  });
});

test.each(Object.entries(golden.idx))("IDX %s", async (_, file) => {
  expectAll({ "": await readIdx(bytesOf(file)) }, file.values);
});
