/**
 * Arbitrary arguments from declared signatures: `sum(dim?: Dims, options?: { keepdim?: boolean })` gives calls of the right
 * types, with values inside and outside of what the method accepts.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { fillRandint, Generator } from "../../core/random.ts";
import { Tensor } from "../../core/tensor.ts";
import { allocate, type DType, dtypes } from "../../shape/dtype.ts";
import { numel } from "../../shape/shape.ts";

export interface Signature {
  readonly name: string;
  readonly parameters: string;
}

/** The methods that a folder's files declare on Tensor, and the named types that their signatures use. */
export function declaredIn(folder: URL): { methods: Signature[]; types: Map<string, string> } {
  const methods: Signature[] = [];
  const types = new Map<string, string>();
  for (const file of readdirSync(folder).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  )) {
    const text = readFileSync(new URL(file, folder), "utf8")
      .replace(/\/\*\*[\s\S]*?\*\//g, "")
      .replace(/^\s*\/\/.*$/gm, "");
    for (const [, body] of text.matchAll(/interface Tensor \{([\s\S]*?)\n {2}\}/g)) {
      for (const member of split(body.replace(/\s+/g, " "), ";")) {
        const [, name, parameters] = /^(\w+)\((.*)\): /.exec(member) ?? [];
        if (name) methods.push({ name, parameters });
      }
    }
    for (const [, name, bases, body] of text.matchAll(
      /interface (\w+)(?: extends ([\w, ]+))? \{([\s\S]*?)\n?\}/g,
    ))
      types.set(name, [`{${body}}`, ...split(bases ?? "", ",")].join(" & "));
    for (const [, name, type] of text.matchAll(/^(?:export )?type (\w+) =\s*([^;]*);/gm))
      types.set(name, type);
  }
  return { methods, types };
}

/** Cuts at separators that are not inside brackets. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const c of text) {
    if ("({[<".includes(c)) depth++;
    if (")}]>".includes(c)) depth--;
    if (c === separator && depth === 0) {
      parts.push(part);
      part = "";
    } else part += c;
  }
  return [...parts, part].map((p) => p.trim()).filter((p) => p !== "");
}

const numbers = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -3, max: 4 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      0.5,
      -1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2 ** 45,
      1e300,
    ),
  },
);

const shapes = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom([2, 2], [2], [], [2, 2, 2], [2, 3], [3], [1, 2]) },
  { weight: 2, arbitrary: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }) },
);

/** Tensors of every dtype, contiguous or expanded, with or without gradient; some elements are not finite. */
export const tensors: fc.Arbitrary<Tensor> = fc
  .record({
    shape: shapes,
    dtype: fc.oneof(
      { weight: 5, arbitrary: fc.constant<DType>("float32") },
      { weight: 4, arbitrary: fc.constantFrom(...dtypes) },
    ),
    seed: fc.nat(1000),
    wild: fc.nat(9),
    requiresGrad: fc.boolean(),
    expanded: fc.nat(5),
  })
  .map(({ shape, dtype, seed, wild, requiresGrad, expanded }) => {
    const generator = new Generator(seed);
    const x = Tensor.over(allocate(dtype, numel(shape)), shape, dtype);
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, -1, 1e30];
    const draws = new Int32Array(x.numel);
    fillRandint(draws, generator, 0, 4);
    const value = (draw: number): number =>
      dtype === "bool" ? draw % 2 : wild === 0 ? odd[draw] : dtype === "int32" ? draw % 3 : draw - 1.75;
    x.storage.elements.set(Array.from(draws, value));
    const y =
      expanded === 0 && (shape[0] ?? 0) > 0
        ? new Tensor(
            x.storage,
            shape,
            x.strides.map((s, d) => (d === 0 ? 0 : s)),
            0,
          )
        : x;
    return requiresGrad && (dtype === "float32" || dtype === "float64") ? y.requiresGrad_() : y;
  });

const indices = fc.oneof(
  numbers,
  fc.constantFrom(":", "1:", ":-1", "::2", "-5:9", "3:1", "::0", "::-1", "...", "a:b", "", "1:2:3:4", null),
  tensors,
);

const known: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  number: numbers,
  /** How many results to make: nobody asks for billions of them. */
  Count: fc.oneof(
    fc.integer({ min: -3, max: 9 }),
    fc.constantFrom(0.5, Number.NaN, Number.POSITIVE_INFINITY),
  ),
  boolean: fc.boolean(),
  null: fc.constant(null),
  Tensor: tensors,
  Operand: fc.oneof(tensors, numbers),
  Index: indices,
  Shape: fc.oneof(
    { weight: 3, arbitrary: shapes },
    { weight: 2, arbitrary: fc.array(numbers, { maxLength: 4 }) },
  ),
  DType: fc.constantFrom(...dtypes, "int64" as DType),
  TensorHook: fc.option(tensors, { nil: undefined }).map((given) => () => given),
  Generator: fc.constant(1).map(() => new Generator(1)),
};

/** Values of a type as it is written; throws for a type that it does not know. */
export function arbitraryOf(type: string, types: ReadonlyMap<string, string>): fc.Arbitrary<unknown> {
  const text = type.trim().replace(/^readonly /, "");
  if (known[text]) return known[text];
  const options = split(text, "|");
  if (options.length > 1) {
    const texts = options.every((o) => o.startsWith('"')) ? [fc.constant("nonsense")] : [];
    return fc.oneof(...options.map((o) => arbitraryOf(o, types)), ...texts);
  }
  const joined = split(text, "&");
  if (joined.length > 1) {
    const parts = joined.map((part) => arbitraryOf(part, types) as fc.Arbitrary<object>);
    return fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as unknown);
  }
  if (text.endsWith("[]")) {
    const inner = text.slice(0, -2).replace(/^\((.*)\)$/, "$1");
    return fc.array(arbitraryOf(inner, types), { maxLength: 4 });
  }
  if (text.startsWith("{")) return objectOf(text.slice(1, -1), types);
  if (/^".*"$/.test(text)) return fc.constant(text.slice(1, -1));
  const meaning = types.get(text);
  if (meaning) return arbitraryOf(meaning, types);
  throw new Error(`No arbitrary value for the type ${text}: add it to signatures.ts.`);
}

function objectOf(body: string, types: ReadonlyMap<string, string>): fc.Arbitrary<unknown> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  const required: string[] = [];
  for (const field of split(body, ";")) {
    const [, name, optional, type] = /^(?:readonly )?(\w+)(\??):\s*([\s\S]*)$/.exec(field) ?? [];
    if (!name) throw new Error(`Not a field: ${field}`);
    fields[name] = arbitraryOf(type, types);
    if (!optional) required.push(name);
  }
  return fc.record(fields, { requiredKeys: required });
}

/** Lists of arguments for `a: number, b?: Tensor, ...rest: readonly Index[]`. */
export function callsOf(parameters: string, types: ReadonlyMap<string, string>): fc.Arbitrary<unknown[]> {
  const parts = split(parameters, ",").map((parameter) => {
    const [, rest, , optional, type] = /^(\.\.\.)?(\w+)(\??):\s*([\s\S]*)$/.exec(parameter) ?? [];
    if (!type) throw new Error(`Not a parameter: ${parameter}`);
    const value = arbitraryOf(type, types);
    if (rest) return value as fc.Arbitrary<unknown[]>;
    const single = value.map((v) => [v]);
    return optional ? fc.option(single, { nil: [undefined] }) : single;
  });
  return fc.tuple(...parts).map((lists) => lists.flat());
}
