import {
  type ElementRef,
  type Explained,
  exprText,
  type Quantity,
  type TraceData,
  type TraceReader,
  type TraceValue,
} from "chainrule/trace";
import { clip, counted, padEnd, percent, widthOfText, wrap } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { type TableColumn, tableLines } from "../terminal/table.ts";
import {
  type Columns,
  columnsOf,
  type Group,
  groupsOf,
  largestOf,
  numbersOf,
  placeOf,
  unitOf,
} from "./groups.ts";

/** How much of a pass is printed. */
export interface Shown {
  /** The only layer to show; undefined for all. */
  readonly layer?: number;
  /** Terms of each sum. */
  readonly terms: number;
}

/** So many units of a layer are listed; with a layer of one's own, so many. */
const UNITS = 8;
const UNITS_OF_ONE = 24;
/** So many derivatives by weights are written out of each layer; of one's own, so many. Of other parameters, fewer. */
const WEIGHTS = { few: 3, many: 12 };
const OTHERS = { few: 1, many: 4 };

/** A number as formulas write it. */
const numberText = (value: number): string => exprText({ kind: "number", value });

/** Prints a pass: what goes in, each layer forwards, the loss, and each layer backwards. */
export function sayTrace(output: Output, reader: TraceReader, shown: Shown): void {
  const all = groupsOf(reader.data);
  const groups = all.filter(
    ({ k, part }) => shown.layer === undefined || (part === "network" && k === shown.layer),
  );
  if (shown.layer === undefined) sayInputs(output, reader);
  heading(output, "Forward pass");
  for (const group of groups) sayForward(output, reader, group, shown);
  if (reader.data.loss === null) return;
  heading(output, "Backward pass");
  for (const group of groups.toReversed()) sayBackward(output, reader, group, shown);
}

function heading(output: Output, text: string): void {
  output.say();
  output.say(`  ${output.style.bold(text)}`);
}

function sayInputs(output: Output, reader: TraceReader): void {
  const { data } = reader;
  heading(output, "What goes in, prepared");
  for (const id of data.inputs) {
    const value = data.values[id];
    if (value !== undefined) sayNumbers(output, reader, [value], "value", 2 * UNITS);
  }
}

function sayForward(output: Output, reader: TraceReader, group: Group, { layer, terms }: Shown): void {
  const { data } = reader;
  sayTitle(output, data, group);
  if (group.part === "network") sayWords(output, data, group);
  if (group.part === "loss") sayLoss(output, reader, group);
  const most = layer === undefined ? UNITS : UNITS_OF_ONE;
  for (const columns of columnsOf(group, data)) {
    const indices = sayNumbers(output, reader, columns, "value", most);
    // One unit is followed through all that the layer does with it.
    const index = largest(indices, numbersOf(reader, columns[columns.length - 1], "value"));
    for (const { id } of columns)
      sayFormula(output, reader.explain({ value: id, of: "value", index }, { terms }));
  }
}

function sayBackward(output: Output, reader: TraceReader, group: Group, { layer, terms }: Shown): void {
  const { data } = reader;
  if (group.part === "loss") {
    output.say();
    output.say(`  ${output.style.cyan("Loss ℓ")}: ∂ℓ/∂ℓ = 1`);
    if (isCrossEntropy(data, group)) {
      const difference = data.rows === 1 ? "p − t" : `(p − t) / ${data.rows}`;
      const z = exprText(data.values[data.output].symbol);
      say(output, `and from it ∂ℓ/∂${z} = ${difference}, where t is 1 for the true class, else 0`, 4);
    }
    return;
  }
  sayTitle(output, data, group);
  const most = layer === undefined ? UNITS : UNITS_OF_ONE;
  for (const columns of columnsOf(group, data).toReversed()) {
    const derived = columns.filter(({ hasGradient }) => hasGradient).toReversed();
    if (derived.length === 0) continue;
    const indices = sayNumbers(output, reader, derived, "gradient", most);
    const index = largest(indices, numbersOf(reader, derived[derived.length - 1], "gradient"));
    for (const { id } of derived)
      sayFormula(output, reader.explain({ value: id, of: "gradient", index }, { terms }));
  }
  for (const id of group.layers.flatMap(({ parameters }) => parameters)) {
    const value = data.values[id];
    const isWeights = value.symbol.kind === "symbol" && value.symbol.base === "W";
    const { few, many } = isWeights ? WEIGHTS : OTHERS;
    sayWeights(output, reader, value, layer === undefined ? few : many, terms);
  }
}

/** What the loss makes of the outputs and the target, in words that need no symbols of their own. */
function sayLoss(output: Output, reader: TraceReader, group: Group): void {
  const { data } = reader;
  if (data.target === null) return;
  const z = reader.read(data.output, "value");
  const truth = reader.read(data.target, "value");
  if (isCrossEntropy(data, group)) sayProbabilities(output, data, z, truth);
  else if (group.layers[0]?.kind === "MSELoss" && z.length === 1) {
    const [name = ""] = data.unitNames[data.output] ?? [];
    const [left, right, exponent] = [z[0], truth[0], 2].map((value) => ({ kind: "number", value }) as const);
    const square = exprText({ kind: "power", base: { kind: "minus", left, right }, exponent });
    output.fact("ℓ = (z − t)²", `${square}, with ${clip(name, 24)} on the scale that is learned`);
  }
}

/** The probability of each class, or for several rows that of the true one. */
function sayProbabilities(output: Output, data: TraceData, z: Float64Array, truth: Float64Array): void {
  const [rows, classes] = data.values[data.output].shape;
  const names = data.unitNames[data.output];
  const nameOf = (j: number): string => clip(names?.[j] ?? String(j + 1), 24);
  const p = Array.from({ length: rows }, (_, n) => softmax(z.subarray(n * classes, (n + 1) * classes)));
  if (rows === 1) {
    const shown = p[0].map((share, j) => `${nameOf(j)} ${percent(share)}`);
    output.fact("p = eᶻ/Σ eᶻ", shown.join(", "));
    output.fact("ℓ = −ln p", `of ${nameOf(truth[0])}: −ln ${numberText(p[0][truth[0]])}`);
    return;
  }
  for (const [n, of] of p.slice(0, 2 * UNITS).entries()) {
    const right = of[truth[n]];
    output.fact(
      `−ln p of ${n + 1}`,
      `${nameOf(truth[n])}: −ln ${numberText(right)} = ${numberText(-Math.log(right))}`,
    );
  }
  output.fact("ℓ", `the mean over ${counted(rows, "row")}`);
}

const isCrossEntropy = ({ values, output }: TraceData, { layers }: Group): boolean =>
  layers[0]?.kind === "CrossEntropyLoss" && values[output].shape.length === 2;

function softmax(z: Float64Array): number[] {
  const most = Math.max(...z);
  const powers = Array.from(z, (x) => Math.exp(x - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** `Layer 1: Linear, Tanh` */
function sayTitle(output: Output, { layers }: TraceData, { k, part, layers: own }: Group): void {
  const kinds = own.map(({ kind, path }) => kind || path).filter((kind) => kind !== "");
  const isAlone = part === "loss" || layers.every((layer) => layer.k === 0);
  const name =
    part === "loss" ? "Loss ℓ" : k === 0 ? (isAlone ? "Operations" : "Before layer 1") : `Layer ${k}`;
  output.say();
  output.say(
    `  ${output.style.cyan(name)}${kinds.length === 0 ? "" : `: ${clip([...new Set(kinds)].join(", "), 60)}`}`,
  );
}

/** What layers and operations do that the lecture has no letters for, as far as they say it. */
function sayWords(output: Output, { values }: TraceData, { layers }: Group): void {
  const lines = layers.flatMap(({ kind, about, values: own }) => [
    ...(about === undefined ? [] : [`${kind}: ${about}`]),
    ...own.flatMap((id) => {
      const { symbol, op } = values[id];
      return op?.about === undefined ? [] : [`${exprText(symbol)} ${op.about}`];
    }),
  ]);
  for (const line of new Set(lines)) say(output, line, 4);
}

/** The largest elements of values of one shape, side by side. Returns which they are. */
function sayNumbers(
  output: Output,
  reader: TraceReader,
  columns: Columns,
  of: Quantity,
  most: number,
): readonly number[] {
  const { data } = reader;
  const numbers = columns.map((value) => numbersOf(reader, value, of));
  const [first] = columns;
  const { indices, rest } = largestOf(numbers[numbers.length - 1], most);
  const named = columns.find(({ id }) => data.unitNames[id] !== undefined) ?? first;
  const checks =
    of === "gradient" ? indices.map((index) => numericOf(reader, columns[columns.length - 1], index)) : [];
  const shown: TableColumn<number>[] = [
    {
      title: placeTitle(first, data),
      text: (i) => placeOf(indices[i], first, data.rows).join(", "),
      align: "right",
      importance: 0,
    },
    { title: "", text: (i) => unitOf(indices[i], named, data), importance: 3 },
    ...columns.map(
      (value, c): TableColumn<number> => ({
        title: symbolOf(value, of),
        text: (i) => numberText(numbers[c][indices[i]]),
        align: "right",
        importance: c === columns.length - 1 ? 1 : 2,
      }),
    ),
    ...(of === "gradient"
      ? [
          {
            title: "numeric",
            text: (i: number) => checks[i]?.number ?? "",
            align: "right",
            importance: 4,
          } as const,
          {
            title: "error",
            text: (i: number) => checks[i]?.error ?? "",
            align: "right",
            importance: 5,
          } as const,
        ]
      : []),
  ];
  const [head, ...lines] = tableLines(shown, [...indices.keys()], output.width);
  output.say(output.style.dim(head));
  for (const line of lines) output.say(line);
  if (rest !== null) {
    const last = symbolOf(columns[columns.length - 1], of);
    say(
      output,
      `and ${counted(rest.count, "more number")}: |${last}| is at most ${numberText(rest.largest)}`,
      4,
    );
  }
  return indices;
}

/** `j`, with several rows `n, j`. */
function placeTitle(value: TraceValue, { rows }: TraceData): string {
  const length = placeOf(0, value, rows).length;
  if (length === 0) return "";
  if (length === 1) return rows > 1 && value.shape[0] === rows ? "n" : "j";
  return rows > 1
    ? ["n", "j", "l", "m"].slice(0, length).join(", ")
    : ["i", "j", "l", "m"].slice(0, length).join(", ");
}

const symbolOf = ({ symbol }: TraceValue, of: Quantity): string => {
  const text = exprText(symbol);
  return of === "gradient" ? `∂ℓ/∂${text}` : text;
};

function numericOf(
  reader: TraceReader,
  { id }: TraceValue,
  index: number,
): { number: string; error: string } {
  return checkText(reader.explain({ value: id, of: "gradient", index }, { terms: 1, numeric: true }));
}

function checkText({ numeric }: Explained): { number: string; error: string } {
  if (numeric === null) return { number: "", error: "" };
  return {
    number: numberText(numeric.value),
    error: numeric.kink ? "a kink" : numeric.error === 0 ? "0" : numeric.error.toExponential(0),
  };
}

/** The element with the largest number among some. */
const largest = (indices: readonly number[], numbers: Float64Array): number =>
  indices.reduce((best, index) => (Math.abs(numbers[index]) > Math.abs(numbers[best]) ? index : best));

/** The largest derivatives by the elements of a parameter, each with its formula and its check. */
function sayWeights(
  output: Output,
  reader: TraceReader,
  value: TraceValue,
  most: number,
  terms: number,
): void {
  if (!value.hasGradient) return;
  const { indices, rest } = largestOf(numbersOf(reader, value, "gradient"), most);
  output.say();
  const text = symbolOf(value, "gradient");
  const others =
    rest === null
      ? ""
      : `; ${rest.count.toLocaleString("en-US")} more are at most ${numberText(rest.largest)}`;
  say(output, `${text}, ${value.shape.join(" × ")} (${clip(value.name, 40)})${others}`, 2);
  for (const index of indices) {
    const ref: ElementRef = { value: value.id, of: "gradient", index };
    const explained = reader.explain(ref, { terms, numeric: true });
    sayFormula(output, explained);
    const { number, error } = checkText(explained);
    if (number !== "") say(output, `numeric ${number}, error ${error}`, 6);
  }
}

/** A remark, in as many lines as it takes. */
function say(output: Output, text: string, indent: number): void {
  for (const line of wrap(text, output.width - indent - 1))
    output.say(output.style.dim(`${padEnd("", indent)}${line}`));
}

/** A formula in symbols, then with values, each in as many lines as it takes. */
function sayFormula(output: Output, { symbols, values, terms, termCount, rest, how }: Explained): void {
  if (symbols === null) return;
  const inSymbols = exprText(symbols);
  const name = inSymbols.slice(0, inSymbols.indexOf(" = "));
  const lines = [inSymbols, ...(values === null ? [] : [withoutName(exprText(values), name)])];
  for (const [i, line] of lines.entries()) {
    const indent = i === 0 ? 4 : Math.min(4 + widthOfText(name) + 1, 20);
    for (const [at, piece] of wrap(line, output.width - indent - 2).entries())
      output.say(`${padEnd("", at === 0 ? indent : indent + 2)}${piece}`);
  }
  if (how === "sum" && termCount > terms.length)
    say(
      output,
      `of ${counted(termCount, "term")}, the largest ${terms.length}; the others add up to ${numberText(rest)}`,
      6,
    );
}

/** `name = a = b` as `= a = b`, to stand below what has the name already. */
const withoutName = (text: string, name: string): string =>
  text.startsWith(`${name} = `) ? text.slice(name.length + 1) : `= ${text}`;
