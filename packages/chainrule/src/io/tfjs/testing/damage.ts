import { crc32c } from "../../crc32.ts";
import { type FuzzedReader, numbersFrom } from "../../testing/fuzz.ts";
import { fromTfjs } from "../read.ts";

/** A model of TensorFlow.js: model.json, and its weight files by path. */
export interface WholeFiles {
  readonly json: object;
  readonly weights: Readonly<Record<string, Uint8Array>>;
}

/** What stands in the place of a value: of every kind, and numbers at the edges of what is believed. */
const junk = [null, true, -1, 0, 0.5, 1, 2, 3, 7, 2 ** 31, 1e300, "", "x", "Dense", "relu", "__proto__", [], [0], [null, 3], {}]; // biome-ignore format: a list

/**
 * A model with some of its values replaced, removed, doubled or exchanged, and its bytes cut or changed: lies about names, classes,
 * shapes and lengths.
 */
export function damagedModel(files: WholeFiles, next: (below: number) => number): WholeFiles {
  const json = structuredClone(files.json);
  const weights = { ...files.weights };
  for (let times = 1 + next(3); times > 0; times--) {
    const paths = Object.keys(weights);
    if (paths.length > 0 && next(10) < 3) {
      const path = paths[next(paths.length)];
      const bytes = weights[path].slice(0, next(2) === 0 ? next(weights[path].length) : undefined);
      if (bytes.length > 0) bytes[next(bytes.length)] ^= 1 << next(8);
      weights[path] = bytes;
      continue;
    }
    const places: [holder: object, key: string][] = [];
    const look = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, item] of Object.entries(value)) {
        places.push([value, key]);
        look(item);
      }
    };
    look(json);
    if (places.length === 0) break;
    const [holder, key] = places[next(places.length)];
    const kind = next(10);
    if (kind < 2) Reflect.deleteProperty(holder, key);
    else if (kind < 3 && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
    else {
      const [other, otherKey] = places[next(places.length)];
      const value = kind < 6 ? Reflect.get(other, otherKey) : junk[next(junk.length)];
      Reflect.set(holder, key, structuredClone(value));
    }
  }
  return { json, weights };
}

/** A model in one array of bytes: a line of JSON with model.json and the sizes of the weight files, then these. */
function packed({ json, weights }: WholeFiles): Uint8Array {
  const sizes = Object.entries(weights).map(([path, { length }]) => [path, length]);
  const parts = [new TextEncoder().encode(`${JSON.stringify({ json, sizes })}\n`), ...Object.values(weights)];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The model of such bytes, damaged or not; undefined where its first line is no such JSON. */
function unpacked(bytes: Uint8Array): WholeFiles | undefined {
  let start = bytes.indexOf(10) + 1;
  try {
    const { json, sizes } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, start)));
    const weights: Record<string, Uint8Array> = {};
    for (const [path, size] of sizes) {
      weights[path] = bytes.subarray(start, start + size);
      start += size;
    }
    return typeof json === "object" && json !== null ? { json, weights } : undefined;
  } catch {
    return undefined;
  }
}

/** The reader of models, for models in one array of bytes. Of those that are JSON still, half are damaged value by value too. */
export const fuzzedTfjs = (models: readonly WholeFiles[]): FuzzedReader => ({
  files: models.map(packed),
  read(bytes) {
    const next = numbersFrom(crc32c(bytes));
    const files = unpacked(bytes);
    if (!files) return fromTfjs({ json: bytes, weights: {} });
    return fromTfjs(next(2) === 0 ? files : damagedModel(files, next));
  },
});

/** The models in `tests/golden/data/tfjs.json`. */
export const modelsIn = (golden: string): WholeFiles[] =>
  (JSON.parse(golden) as { json: object; weights: Record<string, string> }[]).map(({ json, weights }) => ({
    json,
    weights: Object.fromEntries(
      Object.entries(weights).map(([path, base64]) => [
        path,
        Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
      ]),
    ),
  }));
