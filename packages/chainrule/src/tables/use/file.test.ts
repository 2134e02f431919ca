import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "../../io/index.ts";
import { fromTypedArray, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import type { TableModel } from "../model.ts";
import { modelBytes, modelFromBytes } from "./file.ts";
import { sampleModel } from "./testing/model.ts";

const model = sampleModel();
const bytes = modelBytes(model);
const { tensors, metadata } = readSafetensors(bytes);

/** A file with another description, or other tensors. */
const fileWith = (spec: unknown, weights: Record<string, Tensor> = tensors): Uint8Array =>
  writeSafetensors(weights, { ...metadata, spec: typeof spec === "string" ? spec : JSON.stringify(spec) });

function problemOf(file: Uint8Array): string {
  try {
    modelFromBytes(file, "x");
  } catch (error) {
    if (error instanceof ChainruleError) return error.message;
    throw error;
  }
  return "none";
}

const weightsOf = ({ network }: TableModel): number[] =>
  Object.values(network.stateDict()).flatMap(({ data }) => [...data]);

test("a model's file gives the model back, and the same bytes", () => {
  const found = modelFromBytes(bytes);
  expect(found.spec).toEqual(model.spec);
  expect(weightsOf(found)).toEqual(weightsOf(model));
  expect(found.network.training).toBe(false);
  expect(modelBytes(found)).toEqual(bytes);
});

test("an altered weight is found, and a file without a check sum", () => {
  const altered = bytes.slice();
  altered[altered.length - 3] ^= 1;
  expect(problemOf(altered)).toMatch(/^x: It is not as it was written/);
  const { crc32c: _, ...without } = metadata;
  expect(problemOf(writeSafetensors(tensors, without))).toMatch(/^x: It has no check sum/);
});

describe("refuses", () => {
  const { spec } = model;
  const network = (more: object) => ({ ...spec, network: { ...spec.network, ...more } });
  test.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /^x: It is no whole safetensors file: it has 0 bytes \(at byte 0\)\./],
    [
      "weights of a network",
      writeSafetensors(tensors, {}),
      /^x: It holds tensors, but no model .* Weights of a network: readSafetensors\(\) and loadStateDict\(\)\.$/,
    ],
    [
      "weights alone",
      writeSafetensors(tensors, { format: "chainrule table model" }),
      /^x: It holds the weights of a model without their description/,
    ],
    ["a description that is no JSON", fileWith("{"), /^x: Its description is no whole JSON/],
    [
      "another version",
      fileWith({ ...spec, version: 3 }),
      /version is 3, and this chainrule reads version 2/,
    ],
    ["a part that is missing", fileWith({ ...spec, target: undefined }), /model\.target is missing/],
    [
      "a network that is too large",
      fileWith(network({ hidden: [1e6, 1e6] })),
      /holds \d+ numbers where .* has 10/,
    ],
    [
      "more layers than anybody has",
      fileWith(network({ hidden: new Array(1001).fill(1) })),
      /network\.hidden is .* where a list of at most 1000 must be/,
    ],
    ["fewer weights", fileWith(network({ hidden: [16] })), /holds \d+ numbers where/],
    ["nesting without end", fileWith("[".repeat(5e6)), /^x: /],
    ["nesting that ends", fileWith(`{"version":${"[".repeat(1e6)}${"]".repeat(1e6)}}`), /^x: /],
    [
      "weights of other names",
      fileWith(spec, Object.fromEntries(Object.entries(tensors).map(([name, x]) => [`a.${name}`, x]))),
      /^x: The state does not fit TableNetwork/,
    ],
    [
      "weights that are no numbers",
      fileWith(spec, {
        ...tensors,
        "layers.0.bias": fromTypedArray(new Float32Array(16).fill(Number.NaN)),
      }),
      /^x: Its weights "layers\.0\.bias" are not all finite numbers/,
    ],
  ])("%s", (_, file, message) => {
    expect(problemOf(file)).toMatch(message);
  });
});

test("many names in a description, and many tensors over the same bytes, take no time and no memory", () => {
  const levels = Array.from({ length: 300_000 }, (_, i) => `${i}`);
  const [feature, ...rest] = model.spec.features;
  const start = performance.now();
  expect(problemOf(fileWith({ ...model.spec, features: [{ ...feature, levels }, ...rest] }))).toMatch(/^x: /);
  // 50,000 tensors, each of the same megabyte.
  const entry = `{"dtype":"F32","shape":[250000],"data_offsets":[0,1000000]}`;
  const header = `{${Array.from({ length: 50_000 }, (_, i) => `"${i}":${entry}`).join()}}`;
  const overlapping = new Uint8Array(8 + header.length + 1_000_000);
  new DataView(overlapping.buffer).setBigUint64(0, BigInt(header.length), true);
  overlapping.set(new TextEncoder().encode(header), 8);
  expect(problemOf(overlapping)).toMatch(/starts at byte 0 and not at 1000000/);
  expect(performance.now() - start).toBeLessThan(5000);
});

/** Reads what may be damaged: a model, or a ChainruleError. */
function survives(file: Uint8Array): void {
  expect(problemOf(file)).toMatch(/^(none|x: )/);
}

describe("any damage is a ChainruleError, or none", () => {
  test("every length", () => {
    for (let length = 0; length < bytes.length; length += length < 200 ? 1 : 97) {
      expect(problemOf(bytes.subarray(0, length))).toMatch(/^x: It is no whole safetensors file/);
    }
  });

  test("every byte of the header, one at a time", () => {
    const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    for (let at = 0; at < end; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 1 << (at % 7);
      survives(damaged);
    }
  });

  test("bytes anywhere", () => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
        const damaged = bytes.slice();
        for (const [at, value] of changes) damaged[at] = value;
        survives(damaged);
      }),
      { numRuns: 300 },
    );
  });

  test("another value anywhere in the description", () => {
    let parts = 0;
    JSON.stringify(model.spec, (_, x) => {
      parts++;
      return x;
    });
    const values = fc.oneof(fc.jsonValue(), fc.constantFrom(1e308, -1, 2 ** 31, 1e6, "", null, "__proto__"));
    fc.assert(
      fc.property(fc.nat(parts - 1), values, (which, value) => {
        let place = 0;
        const changed = JSON.stringify(model.spec, (_, x) => (place++ === which ? value : x));
        survives(fileWith(changed ?? "null"));
      }),
      { numRuns: 500 },
    );
  });
});
