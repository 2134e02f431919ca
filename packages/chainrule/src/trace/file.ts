/** Reads traces from files. */
import { ChainruleError } from "../util/errors.ts";
import {
  fields,
  list,
  nullable,
  number,
  oneOf,
  own,
  type Reader,
  record,
  refuse,
  text,
  truth,
  whole,
} from "./check.ts";
import {
  type ElementRef,
  type Explained,
  type Expr,
  type Quantity,
  TRACE_VERSION,
  type TraceData,
  type TraceFile,
  type TraceReader,
  type TraceValue,
} from "./format.ts";
import { checkPlace, termsOf } from "./places.ts";
import { plainSum } from "./sums.ts";

type Kept = TraceFile["numbers"][number];

const quantity = oneOf("value", "gradient", "update");
const reference = fields({ value: whole, of: quantity, index: whole });

/** Formulas are never deeper than this. */
const DEEPEST = 50;

/** Reads a formula; `depth` guards against nesting without end. */
function formula(value: unknown, at: string, depth = 0): Expr {
  if (depth > DEEPEST) refuse(at, "is nested too deeply");
  const given = record(value, at);
  const part = (key: string): Expr => formula(own(given, key, at), `${at}.${key}`, depth + 1);
  const parts = (key: string): Expr[] =>
    list((item, place) => formula(item, place, depth + 1))(own(given, key, at), `${at}.${key}`);
  const word = (key: string): string => text(own(given, key, at), `${at}.${key}`);
  const ref = given.ref === undefined ? {} : { ref: reference(given.ref, `${at}.ref`) };
  const kind = given.kind as Expr["kind"];
  switch (kind) {
    case "symbol": {
      const optional = (key: "sub" | "sup"): object => (given[key] === undefined ? {} : { [key]: word(key) });
      return { kind, base: word("base"), ...optional("sub"), ...optional("sup"), ...ref };
    }
    case "number":
      return { kind, value: number(own(given, "value", at), `${at}.value`), ...ref };
    case "text":
      return { kind, text: word("text") };
    case "equals":
    case "plus":
    case "times":
      return { kind, items: parts("items") };
    case "minus":
      return { kind, left: part("left"), right: part("right") };
    case "fraction":
      return { kind, top: part("top"), bottom: part("bottom") };
    case "power":
      return { kind, base: part("base"), exponent: part("exponent") };
    case "sum":
      return { kind, over: word("over"), of: part("of") };
    case "call":
      return { kind, name: word("name"), args: parts("args") };
    case "derivative":
      return { kind, of: part("of"), by: part("by"), ...ref };
    default:
      return refuse(`${at}.kind`, "is no kind of formula");
  }
}

const expression: Reader<Expr> = (value, at) => formula(value, at);

const factor: Reader<Explained["terms"][number]["factors"][number]> = (value, at) => {
  const { ref } = record(value, at);
  const read = fields({ symbol: expression, value: number })(value, at);
  return ref === undefined ? read : { ...read, ref: reference(ref, `${at}.ref`) };
};

const explanation: Reader<Explained> = fields(
  {
    ref: reference,
    number,
    symbol: expression,
    how: oneOf("given", "sum", "function"),
    symbols: nullable(expression),
    values: nullable(expression),
    terms: list(fields({ factors: list(factor), product: number })),
    termCount: whole,
    rest: number,
    source: nullable(fields({ op: text, formula: text, layer: text })),
    numeric: nullable(fields({ value: number, h: number, error: number, kink: truth })),
  },
  { short: fields({ symbols: expression, values: expression }) },
);

const names: Reader<Record<number, readonly string[]>> = (value, at) =>
  Object.fromEntries(
    Object.entries(record(value, at)).map(([id, list_]) => [
      whole(Number(id), `${at}.${id}`),
      list(text)(list_, `${at}.${id}`),
    ]),
  );

const description: Reader<TraceData> = fields({
  version: oneOf(TRACE_VERSION),
  model: text,
  mode: oneOf("train", "eval"),
  rows: whole,
  values: list(
    fields({
      id: whole,
      role: oneOf("input", "target", "parameter", "buffer", "constant", "result"),
      symbol: expression,
      name: text,
      shape: list(whole),
      dtype: text,
      layer: nullable(whole),
      op: nullable(fields({ name: text, formula: text }, { about: text })),
      inputs: list(fields({ name: text, value: whole })),
      usedBy: list(whole),
      hasGradient: truth,
    }),
  ),
  layers: list(
    fields(
      {
        path: text,
        kind: text,
        k: whole,
        part: oneOf("network", "loss"),
        values: list(whole),
        parameters: list(whole),
        reads: list(whole),
      },
      { about: text },
    ),
  ),
  inputs: list(whole),
  target: nullable(whole),
  output: whole,
  loss: nullable(fields({ value: whole, number, after: nullable(number) })),
  lr: nullable(number),
  unitNames: names,
});

const keptNumbers = fields({
  indices: nullable(list(whole)),
  value: list(number),
  gradient: nullable(list(number)),
  update: nullable(list(number)),
});

/**
 * Reads a trace from a file: what `JSON.parse` gave, or the text itself. Where a large tensor was cut, `read` gives NaN, and asking
 * for an explanation is an error that says so.
 *
 * @throws ChainruleError `file` for anything that is no such file, saying where it goes wrong
 *
 * @example
 * const t = trace((x: Tensor) => x.square().sum(), tensor([1, 2, 3]));
 * const saved = traceFromFile(JSON.stringify(t));
 * saved.read(saved.data.output, "value"); // → Float64Array(1) [14]
 * traceFromFile({ version: 1 }); // throws file: …
 */
export function traceFromFile(json: unknown): TraceReader {
  const given = typeof json === "string" ? parsed(json) : json;
  const data = description(given, "the file");
  checkReferences(data);
  const source = record(given, "the file");
  const numbers = record(own(source, "numbers", "the file"), "numbers");
  const kept = data.values.map(({ id, shape, hasGradient }) => {
    const at = `numbers.${id}`;
    const found = keptNumbers(own(numbers, String(id), "numbers"), at);
    checkKept(found, sizeOf({ shape }), hasGradient, at);
    return found;
  });
  const explained = list(explanation)(own(source, "explained", "the file"), "explained");
  explained.forEach((one, i) => void checkElements(one, data.values, `explained[${i}]`));
  return new FileReader(data, kept, explained);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ChainruleError("file", "This is no trace: it is no JSON.", "Give the whole file.", { cause });
  }
}

/** Whether ids mean something that is there. */
function checkReferences(data: TraceData): void {
  const isValue = (id: number, at: string): unknown =>
    id < data.values.length || refuse(at, "names no value");
  const all = (ids: readonly number[], at: string): void =>
    ids.forEach((id, i) => void isValue(id, `${at}[${i}]`));
  data.values.forEach((value, i) => {
    const at = `values[${i}]`;
    if (value.id !== i) refuse(`${at}.id`, "is not its place");
    if (value.layer !== null && value.layer >= data.layers.length) refuse(`${at}.layer`, "names no layer");
    all(value.usedBy, `${at}.usedBy`);
    all(
      value.inputs.map((input) => input.value),
      `${at}.inputs`,
    );
  });
  data.layers.forEach((layer, i) => {
    for (const key of ["values", "parameters", "reads"] as const) all(layer[key], `layers[${i}].${key}`);
  });
  all(
    [...data.inputs, data.output, ...(data.target === null ? [] : [data.target])],
    "inputs, output and target",
  );
  if (data.loss) isValue(data.loss.value, "loss.value");
  all(Object.keys(data.unitNames).map(Number), "unitNames");
}

/** Whether all that an explanation refers to is there, however deep it stands. */
function checkElements(part: unknown, values: readonly TraceValue[], at: string): void {
  if (typeof part !== "object" || part === null) return;
  for (const [key, child] of Object.entries(part)) {
    if (key !== "ref") {
      checkElements(child, values, at);
      continue;
    }
    const { value, index } = child as ElementRef;
    if (!(value < values.length && index < sizeOf(values[value])))
      refuse(at, "refers to an element that is not there");
  }
}

function checkKept(
  { indices, value, gradient, update }: Kept,
  size: number,
  hasGradient: boolean,
  at: string,
): void {
  const isSorted = indices?.every((index, i) => index < size && (i === 0 || index > indices[i - 1])) ?? true;
  if (!isSorted) refuse(`${at}.indices`, "are no ascending places in the tensor");
  const count = indices?.length ?? size;
  if (value.length !== count) refuse(`${at}.value`, `has ${value.length} numbers instead of ${count}`);
  for (const [key, list_] of [
    ["gradient", gradient],
    ["update", update],
  ] as const)
    if (list_ && list_.length !== count)
      refuse(`${at}.${key}`, `has ${list_.length} numbers instead of ${count}`);
  if (hasGradient !== (gradient !== null)) refuse(`${at}.gradient`, "and the value's hasGradient differ");
}

const sizeOf = ({ shape }: Pick<TraceValue, "shape">): number => shape.reduce((n, size) => n * size, 1);

/** More numbers than this are asked for in parts. */
const MOST_NUMBERS = 2 ** 26;

/** Room for numbers: a file may claim any shape for the few that it holds. */
function room(count: number): Float64Array {
  if (count <= MOST_NUMBERS) return new Float64Array(count);
  throw absent(
    `${count} numbers were asked for at once.`,
    `Ask for at most ${MOST_NUMBERS}, by read(value, of, { start, count }).`,
  );
}

const keyOf = ({ value, of, index }: ElementRef): string => `${value}.${of}.${index}`;

/** With the equations that the file leaves out, as they say no more than the terms. */
const withPlainSum = (found: Explained): Explained =>
  found.how === "sum" && found.symbols === null ? { ...found, ...plainSum(found) } : found;

/** A trace whose numbers lie in a file. */
class FileReader implements TraceReader {
  readonly data: TraceData;
  readonly #kept: readonly Kept[];
  readonly #explained: ReadonlyMap<string, Explained>;

  constructor(data: TraceData, kept: readonly Kept[], explained: readonly Explained[]) {
    this.data = data;
    this.#kept = kept;
    this.#explained = new Map(explained.map((one) => [keyOf(one.ref), one]));
  }

  read(value: number, of: Quantity, range?: { start: number; count: number }): Float64Array {
    const kept = this.#kept[value];
    const numbers = of === "value" || of === "gradient" || of === "update" ? kept?.[of] : null;
    if (!numbers)
      throw absent(`The trace has no ${of} of value ${value}.`, "Ask for what `data` says is there.");
    const size = sizeOf(this.data.values[value]);
    const { start, count } = range ?? { start: 0, count: size };
    checkPlace(start, size, `Value ${value}`, count);
    const found = room(count).fill(Number.NaN);
    numbers.forEach((one, k) => {
      const place = (kept.indices?.[k] ?? k) - start;
      if (place >= 0 && place < found.length) found[place] = one;
    });
    return found;
  }

  explain(ref: ElementRef, options: { terms?: number } = {}): Explained {
    const found = this.#explained.get(keyOf(ref));
    if (!found) {
      const { indices } = this.#kept[ref.value] ?? {};
      throw absent(
        `The file does not explain element ${ref.index} of value ${ref.value}${indices ? `: of this large tensor it keeps ${indices.length} elements` : ""}.`,
        "Save more of it, by toJSON({ most }), or trace the model itself.",
      );
    }
    return withPlainSum(withTerms(found, termsOf(options.terms ?? found.terms.length)));
  }

  /** Put together from the explanations of the input's gradients, as far as the file has them. */
  jacobian(result: number, input: number, row = 0): { rows: number; columns: number; data: Float64Array } {
    const size = (id: number): [start: number, count: number] => {
      const found = this.data.values[id];
      if (!found) throw absent(`There is no value ${id}.`, "Ask for what `data` says is there.");
      const { shape, role } = found;
      const all = sizeOf(found);
      const { rows } = this.data;
      const hasRows = rows > 1 && shape[0] === rows && (role === "input" || role === "result");
      return hasRows ? [(row * all) / rows, all / rows] : [0, all];
    };
    checkPlace(row, this.data.rows, "The batch", 1, "rows");
    const [start, rows] = size(result);
    const [from, columns] = size(input);
    const data = room(rows * columns);
    for (let i = 0; i < columns; i++) {
      const { terms, termCount } = this.explain({ value: input, of: "gradient", index: from + i });
      if (terms.length < termCount)
        throw absent("The file does not hold this whole Jacobian.", "Save all terms, by toJSON({ terms }).");
      for (const { factors } of terms) {
        const ref = factors[0]?.ref;
        const j = ref?.value === result ? ref.index - start : -1;
        if (j >= 0 && j < rows) data[j * columns + i] += factors.at(-1)?.value ?? 0;
      }
    }
    return { rows, columns, data };
  }
}

const absent = (problem: string, remedy: string): ChainruleError =>
  new ChainruleError("argument", problem, remedy);

/** The explanation with its largest terms alone. */
function withTerms(found: Explained, most: number): Explained {
  if (found.terms.length <= most) return found;
  const order = found.terms.map((_, i) => i);
  order.sort((a, b) => Math.abs(found.terms[b].product) - Math.abs(found.terms[a].product) || a - b);
  const kept = new Set(order.slice(0, most));
  const rest = found.terms.reduce((sum, { product }, i) => (kept.has(i) ? sum : sum + product), found.rest);
  return { ...found, terms: found.terms.filter((_, i) => kept.has(i)), rest };
}
