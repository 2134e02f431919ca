/**
 * safetensors: what is written here is read by another implementation, @jax-js/loaders, to the same bits, and both readers say the same
 * of files that are damaged at random: what it reads, this one reads to the same numbers, or refuses by a rule of the format.
 */
import { bernoulli, full, manualSeed, randint, randn, type Tensor, tensor } from "chainrule";
import { type ElementKind, readSafetensors, writeSafetensors } from "chainrule/io";
import { damaged, numbersFrom } from "../../packages/chainrule/src/io/testing/fuzz.ts";
import type { Outcome } from "../check-formats.ts";

interface Peer {
  safetensors: {
    parse(bytes: Uint8Array): {
      tensors: Record<string, { dtype: string; shape: number[]; data: ArrayLike<number | bigint> }>;
      metadata?: Record<string, string>;
    };
  };
}

const numbers = (data: ArrayLike<number | bigint>): number[] => Array.from(data as ArrayLike<number>, Number);
const sameNumbers = (a: number[], b: number[]): boolean =>
  a.length === b.length && a.every((x, i) => Object.is(x, b[i]));

/** A file by hand, of elements in a kind that the library itself does not write. */
function fileOf(format: string, elements: Uint8Array, count: number): Uint8Array {
  const header = JSON.stringify({ x: { dtype: format, shape: [count], data_offsets: [0, elements.length] } });
  const text = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length + elements.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(elements, 8 + text.length);
  return bytes;
}

export async function check(): Promise<Outcome> {
  let peer: Peer;
  try {
    peer = await import(
      new URL("../../bench/peers/node_modules/@jax-js/loaders/dist/index.js", import.meta.url).href
    );
  } catch {
    return { passed: 0, failures: ["safetensors: @jax-js/loaders is missing: npm ci --prefix bench/peers"] };
  }
  const { parse } = peer.safetensors;
  const failures: string[] = [];
  let passed = 0;
  const expect = (name: string, holds: boolean): void => {
    if (holds) passed++;
    else failures.push(`safetensors ${name}`);
  };
  manualSeed(3);
  const tensors: Record<string, Tensor> = {
    "layers.0.weight": randn([7, 5]),
    "layers.0.bias": randn([7]).mul(1e-30),
    view: randn([3, 4]).transpose(0, 1),
    double: randn([3], { dtype: "float64" }),
    count: randint(-1000, 1000, [9], { dtype: "int32" }),
    truth: bernoulli(full([13], 0.5)).to("bool"),
    scalar: tensor(3),
    none: tensor([]),
    'é"\\': tensor([1]),
  };
  const bytes = writeSafetensors(tensors, { a: "b" });
  const found = parse(bytes);
  expect("metadata", found.metadata?.a === "b");
  for (const [name, t] of Object.entries(tensors)) {
    const { shape, data } = found.tensors[name];
    expect(
      `${name} by the other reader`,
      String(shape) === String(t.shape) && sameNumbers(numbers(data), numbers(t.contiguous().data)),
    );
  }
  const halves = writeSafetensors({ x: randn([1000]), y: randn([50]).mul(1e-6) }, {}, { dtype: "float16" });
  const ours = readSafetensors(halves).tensors;
  for (const [name, { data }] of Object.entries(parse(halves).tensors))
    expect(`float16 ${name} by the other reader`, sameNumbers(numbers(data), numbers(ours[name].data)));
  const kinds: [string, ElementKind, Uint8Array, number][] = [
    ["U8", "uint8", Uint8Array.of(0, 255), 2],
    ["I8", "int8", Uint8Array.of(0, 255), 2],
    ["U16", "uint16", Uint8Array.of(1, 255), 1],
    ["I16", "int16", Uint8Array.of(1, 255), 1],
    ["U32", "uint32", Uint8Array.of(1, 2, 3, 4), 1],
    ["I64", "int64", Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255), 1],
    ["U64", "uint64", Uint8Array.of(255, 0, 0, 1, 0, 0, 0, 0), 1],
    // Every number of sixteen bits but infinities and NaN, whose sign JavaScript does not keep.
    ["F16", "float16", new Uint8Array(Uint16Array.from({ length: 0x7c00 }, (_, i) => i).buffer), 0x7c00],
  ];
  for (const [format, kind, elements, count] of kinds) {
    const file = fileOf(format, elements, count);
    const { x } = readSafetensors(file).tensors;
    expect(
      `${kind} as the other reader has it`,
      sameNumbers(numbers(x.data), numbers(parse(file).tensors.x.data)),
    );
  }
  const next = numbersFrom(5);
  let both = 0;
  for (let i = 0; i < 20_000; i++) {
    const file = damaged(bytes, next);
    let here: Record<string, Tensor>;
    try {
      here = readSafetensors(file).tensors;
    } catch {
      continue; // It is the stricter of the two.
    }
    try {
      const there = parse(file).tensors;
      both++;
      const same = Object.entries(here).every(([name, t]) =>
        sameNumbers(numbers(t.data), numbers(there[name].data)),
      );
      if (!same) failures.push(`safetensors: damaged file ${i} is read as other numbers`);
    } catch (error) {
      // BF16, which the other does not know.
      if (!String(error).includes("BF16"))
        failures.push(`safetensors: damaged file ${i} is read here alone: ${error}`);
    }
  }
  expect("damaged files that both read", both > 100);
  return { passed, failures };
}
