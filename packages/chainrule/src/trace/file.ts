/** Traces as files: what is kept of the numbers, and reading them again. */
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
} from "./format.ts";

export interface TraceFileOptions {
  /** Of each larger tensor so many elements are kept: those with the largest |value|, |gradient| and |value · gradient|. Default 64. */
  most?: number;
  /** Terms of each explanation. Default 8. */
  terms?: number;
}

type Kept = TraceFile["numbers"][number];

/** A trace as plain data, for `JSON.stringify`: numbers, and the explanations of those that are kept, each with its numeric check. */
export function fileOf(trace: TraceReader, options: TraceFileOptions = {}): TraceFile {
  const { most = 64, terms = 8 } = options;
  const { data } = trace;
  const numbers: Record<number, Kept> = {};
  const refs: ElementRef[] = [];
  for (const value of data.values) {
    const given = trace.read(value.id, "value");
    const gradient = value.hasGradient ? trace.read(value.id, "gradient") : null;
    const hasUpdate = gradient !== null && value.role === "parameter" && data.lr !== null;
    const update = hasUpdate ? trace.read(value.id, "update") : null;
    const indices = given.length > most ? weightiest(given, gradient, most) : null;
    const pick = (all: Float64Array): number[] => (indices ? indices.map((i) => all[i]) : Array.from(all));
    numbers[value.id] = {
      indices,
      value: pick(given),
      gradient: gradient && pick(gradient),
      update: update && pick(update),
    };
    for (const index of indices ?? given.keys()) refs.push({ value: value.id, of: "value", index });
  }
  const backwards = refs.toReversed();
  const all = [
    ...refs,
    ...backwards
      .filter(({ value }) => numbers[value].gradient)
      .map((ref) => ({ ...ref, of: "gradient" as const })),
    ...refs.filter(({ value }) => numbers[value].update).map((ref) => ({ ...ref, of: "update" as const })),
  ];
  return { ...data, numbers, explained: all.map((ref) => trace.explain(ref, { terms, numeric: true })) };
}

/**
 * The places of the elements that matter most, ascending. Whoever shows a wide layer shows its largest numbers and its largest
 * derivatives: a third of the places each; the others go by the product of both.
 */
function weightiest(value: Float64Array, gradient: Float64Array | null, most: number): number[] {
  const third = Math.floor(most / 3);
  const kept = new Set(largest(value.map(Math.abs), third));
  if (gradient) for (const i of largest(gradient.map(Math.abs), third)) kept.add(i);
  for (const i of largest(
    gradient ? value.map((v, i) => Math.abs(v * gradient[i])) : value.map(Math.abs),
    most,
  )) {
    if (kept.size >= most) break;
    kept.add(i);
  }
  return [...kept].sort((a, b) => a - b);
}

/** The places of the largest sizes, the largest first; of equal ones the first ones. */
function largest(sizes: Float64Array, most: number): number[] {
  const best: number[] = [];
  // Nearly all are compared with the last of the best alone: a sort of all would take most of the time that a file takes.
  for (let i = 0; i < sizes.length; i++) {
    if (best.length >= most && !(sizes[i] > sizes[best[most - 1]])) continue;
    let at = Math.min(best.length, most - 1);
    while (at > 0 && sizes[i] > sizes[best[at - 1]]) {
      best[at] = best[at - 1];
      at--;
    }
    if (most > 0) best[at] = i;
  }
  return best;
}

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

const explanation: Reader<Explained> = fields({
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
});

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
      op: nullable(fields({ name: text, formula: text })),
      inputs: list(fields({ name: text, value: whole })),
      usedBy: list(whole),
      hasGradient: truth,
    }),
  ),
  layers: list(
    fields({
      path: text,
      kind: text,
      k: whole,
      part: oneOf("network", "loss"),
      values: list(whole),
      parameters: list(whole),
      reads: list(whole),
    }),
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
    checkKept(
      found,
      shape.reduce((n, size) => n * size, 1),
      hasGradient,
      at,
    );
    return found;
  });
  const explained = list(explanation)(own(source, "explained", "the file"), "explained");
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
  if (data.rows < 1) refuse("rows", "is below 1");
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

const keyOf = ({ value, of, index }: ElementRef): string => `${value}.${of}.${index}`;

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
    const numbers = kept?.[of];
    if (!numbers)
      throw absent(`The trace has no ${of} of value ${value}.`, "Ask for what `data` says is there.");
    const size = this.data.values[value].shape.reduce((n, part) => n * part, 1);
    const { start, count } = range ?? { start: 0, count: size };
    const found = new Float64Array(Math.max(0, Math.min(count, size - start))).fill(Number.NaN);
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
    return withTerms(found, options.terms ?? found.terms.length);
  }

  /** Put together from the explanations of the input's gradients, as far as the file has them. */
  jacobian(result: number, input: number, row = 0): { rows: number; columns: number; data: Float64Array } {
    const size = (id: number): [start: number, count: number] => {
      const { shape, role } = this.data.values[id] ?? refuse(`value ${id}`, "is not there");
      const all = shape.reduce((n, part) => n * part, 1);
      const { rows } = this.data;
      const hasRows = rows > 1 && shape[0] === rows && (role === "input" || role === "result");
      return hasRows ? [(row * all) / rows, all / rows] : [0, all];
    };
    const [start, rows] = size(result);
    const [from, columns] = size(input);
    const data = new Float64Array(rows * columns);
    for (let i = 0; i < columns; i++) {
      const { terms, termCount } = this.explain({ value: input, of: "gradient", index: from + i });
      if (terms.length < termCount)
        throw absent("The file does not hold this whole Jacobian.", "Save all terms, by toJSON({ terms }).");
      for (const { factors } of terms) {
        const { ref } = factors[0];
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
