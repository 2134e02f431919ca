import { noGrad, sameShape, showShape, stack, Tensor, tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { withArticle } from "../util/wording.ts";

/**
 * What {@link defaultCollate} makes of samples of type T: numbers, booleans and tensors become tensors with one more dimension in
 * front; tuples and records keep their form; all else is listed.
 */
export type Collated<T> = T extends number | boolean
  ? Tensor
  : T extends Tensor
    ? Tensor
    : T extends string
      ? string[]
      : T extends readonly unknown[]
        ? number extends T["length"]
          ? Collated<T[number]>[]
          : { -readonly [K in keyof T]: Collated<T[K]> }
        : T extends object
          ? { [K in keyof T]: Collated<T[K]> }
          : T[];

/**
 * Joins samples into a batch, as `torch.utils.data.default_collate`: tensors are stacked, numbers become a float32 tensor and
 * booleans a bool one, tuples and records are joined part by part, and texts are listed.
 *
 * (PyTorch makes float64 of Python's floats and int64 of its ints; numbers here are float32, as everywhere in chainrule. Give
 * labels as int32 tensors, or convert them.)
 *
 * @throws ChainruleError `data` without samples, and when samples differ in kind, in shape or in their parts
 *
 * @example
 * const samples: [Tensor, string][] = [[tensor([1, 2]), "a"], [tensor([3, 4]), "b"]];
 * const [x, names] = defaultCollate(samples);
 * x; // → tensor([[1., 2.], [3., 4.]])
 * names; // → ['a', 'b']
 * defaultCollate([{ age: 41, paid: true }, { age: 23, paid: false }]).paid; // → tensor([ true, false])
 * defaultCollate([tensor([1]), tensor([1, 2])]); // throws data: Samples of one batch have shapes
 */
export function defaultCollate<T>(samples: readonly T[]): Collated<T> {
  if (samples.length === 0) {
    throw new ChainruleError("data", "A batch has no samples.", "Give at least one.");
  }
  return noGrad(() => join(samples, "")) as Collated<T>;
}

function join(samples: readonly unknown[], path: string): unknown {
  const first = samples[0];
  if (first instanceof Tensor) return stackTensors(samples, first, path);
  if (typeof first === "number" || typeof first === "boolean") {
    requireAll(samples, (s) => typeof s === typeof first, path);
    return tensor(samples as number[]);
  }
  if (Array.isArray(first)) {
    requireAll(samples, (s) => Array.isArray(s) && s.length === first.length, path);
    return first.map((_, k) => {
      const part = samples.map((s) => (s as unknown[])[k]);
      return join(part, `${path}[${k}]`);
    });
  }
  if (isRecord(first)) {
    const keys = Object.keys(first);
    requireAll(samples, (s) => isRecord(s) && keys.every((key) => key in s), path);
    const part = (key: string): unknown[] => samples.map((s) => (s as Record<string, unknown>)[key]);
    return Object.fromEntries(keys.map((key) => [key, join(part(key), `${path}.${key}`)]));
  }
  return samples;
}

function stackTensors(samples: readonly unknown[], first: Tensor, path: string): Tensor {
  requireAll(samples, (s) => s instanceof Tensor, path);
  const odd = (samples as readonly Tensor[]).find((s) => !sameShape(s.shape, first.shape));
  if (odd) {
    throw new ChainruleError(
      "data",
      `Samples of one batch have shapes ${showShape(first.shape)} and ${showShape(odd.shape)}${at(path)}.`,
      "Bring them to one shape in the dataset, or give the loader a collate that does.",
    );
  }
  return stack(samples as readonly Tensor[]);
}

function requireAll(samples: readonly unknown[], fits: (s: unknown) => boolean, path: string): void {
  const odd = samples.findIndex((s) => !fits(s));
  if (odd < 0) return;
  throw new ChainruleError(
    "data",
    `Sample ${odd} of a batch is not of the kind of sample 0${at(path)}: ${describe(samples[odd])} after ${describe(samples[0])}.`,
    "Let the dataset give samples of one form, or give the loader a collate that joins them.",
  );
}

const at = (path: string): string => (path === "" ? "" : ` at ${path}`);

const isRecord = (x: unknown): x is Record<string, unknown> => {
  if (x === null || typeof x !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
};

function describe(x: unknown): string {
  if (x instanceof Tensor) return `a tensor of shape ${showShape(x.shape)}`;
  if (Array.isArray(x)) return `an array of ${x.length}`;
  if (isRecord(x)) return `an object with ${Object.keys(x).join(", ")}`;
  return x === null ? "null" : withArticle(typeof x);
}
