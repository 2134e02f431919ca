/**
 * The order in which a forward and a backward pass compute their numbers, and the places in it. A place is one number, or all the
 * smaller numbers of a wide layer as one. Positions of a coarser granularity start at places of the finest one.
 */
import type { ElementRef, Quantity, TraceData, TraceValue } from "chainrule/trace";

export type Pass = "forward" | "loss" | "backward" | "update";
export const granularities = ["term", "unit", "layer", "pass"] as const;
export type Granularity = (typeof granularities)[number];

/** Numbers that come from one formula: those of one result, of its gradient, or of a weight with its bias. */
export interface Stage {
  readonly pass: Pass;
  readonly of: Quantity;
  /** Ids; a bias stands before the weight that it belongs to. */
  readonly values: readonly number[];
  /** The lecture's k: stages of one pass and one k are a layer. The loss has a layer of its own. */
  readonly k: number | "loss";
}

export interface Place {
  /** In `stages`. */
  readonly stage: number;
  /** The number; of a rest, its largest. */
  readonly ref: ElementRef;
  /** How many numbers this place stands for when it is the rest of a wide layer; else 0. */
  readonly rest: number;
}

export interface Walk {
  readonly stages: readonly Stage[];
  readonly places: readonly Place[];
}

/** What is looked at: a number, or the rest of its stage, and how many terms of its sum were added so far, minus one. */
export interface Cursor {
  readonly ref: ElementRef;
  readonly rest: boolean;
  readonly term: number | null;
}

/** Numbers by value and quantity, as far as they are there. */
export type Numbers = (value: number, of: Quantity) => Float64Array | undefined;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** How a value lies in a batch: how many rows it has, and how many numbers each. What belongs to all rows has one. */
export function layoutOf(data: TraceData, value: TraceValue): { rows: number; units: number } {
  const size = sizeOf(value.shape);
  const ofRows = value.role !== "parameter" && value.role !== "buffer" && value.shape[0] === data.rows;
  return ofRows && data.rows > 0 ? { rows: data.rows, units: size / data.rows } : { rows: 1, units: size };
}

/** The bias that is added with a weight [out, in], by the weight's id. */
export function biasesOf(data: TraceData): Map<number, number> {
  const found = new Map<number, number>();
  for (const { op, inputs } of data.values) {
    const weight = inputs.find(({ name }) => name === "weight")?.value;
    const bias = inputs.find(({ name }) => name === "bias")?.value;
    if (!op || weight === undefined || bias === undefined) continue;
    const [w, b] = [data.values[weight], data.values[bias]];
    if (w.role === "parameter" && w.shape.length === 2 && b.shape.length === 1 && b.shape[0] === w.shape[0])
      found.set(weight, bias);
  }
  return found;
}

/** The losses that are read as one step. */
const wholeLosses = ["CrossEntropyLoss", "MSELoss"];

/** The small operations that such a loss is made of: all that it computes before ℓ. */
export function insideLoss(data: TraceData): ReadonlySet<number> {
  const values = data.layers.flatMap(({ part, kind, values }) =>
    part === "loss" && wholeLosses.includes(kind) ? values : [],
  );
  return new Set(values.filter((id) => id !== data.loss?.value));
}

/**
 * The stages of all passes, in the order of computation.
 *
 * @param left - ids of results that have no stages of their own
 */
export function stagesOf(data: TraceData, left: ReadonlySet<number> = new Set()): Stage[] {
  const stages: Stage[] = [];
  const biases = biasesOf(data);
  const biasIds = new Set(biases.values());
  const kOf = (layer: number): Stage["k"] =>
    data.layers[layer].part === "loss" ? "loss" : data.layers[layer].k;
  data.layers.forEach(({ part, values }, place) => {
    const pass = part === "loss" ? "loss" : "forward";
    for (const value of values)
      if (!left.has(value)) stages.push({ pass, of: "value", values: [value], k: kOf(place) });
  });
  // A parameter's gradient is complete when the first layer that uses it is done.
  const parametersAt = data.layers.map(({ parameters }, place) =>
    parameters.filter((id) => data.layers.findIndex((other) => other.parameters.includes(id)) === place),
  );
  const withBias = (ids: readonly number[]): number[][] =>
    ids
      .filter((id) => !(biasIds.has(id) && [...biases].some(([w, b]) => b === id && ids.includes(w))))
      .map((id) => (biases.has(id) ? [biases.get(id) as number, id] : [id]))
      .map((group) => group.filter((id) => data.values[id].hasGradient))
      .filter((group) => group.length > 0);
  const gradient = (values: readonly number[], k: Stage["k"]) =>
    stages.push({ pass: "backward", of: "gradient", values, k });
  for (let place = data.layers.length - 1; place >= 0; place--) {
    const k = kOf(place);
    for (const id of [...data.layers[place].values].reverse())
      if (data.values[id].hasGradient && id !== data.loss?.value && !left.has(id)) gradient([id], k);
    for (const group of withBias(parametersAt[place])) gradient(group, k);
  }
  for (const id of data.inputs) if (data.values[id].hasGradient) gradient([id], 0);
  if (data.lr !== null)
    data.layers.forEach((_, place) => {
      for (const values of withBias(parametersAt[place]))
        stages.push({ pass: "update", of: "update", values, k: kOf(place) });
    });
  return stages;
}

/** Layers up to this size are walked number by number; of wider ones, only the largest are. */
export const NARROW = 32;
export const LARGEST = 12;

/**
 * All places of the passes of one row of a trace.
 *
 * @param numbers decide which units of a wide layer are the largest; where they are missing, the first ones stand for them
 * @param row - 0-based, in the batch
 * @param left - ids of results that are passed over
 */
export function walkOf(data: TraceData, numbers: Numbers, row = 0, left?: ReadonlySet<number>): Walk {
  const stages = stagesOf(data, left);
  const places: Place[] = [];
  stages.forEach(({ of, values }, stage) => {
    const all = values.map((value) => {
      const { rows, units } = layoutOf(data, data.values[value]);
      return { value, start: rows > 1 ? row * units : 0, count: units };
    });
    const total = all.reduce((sum, { count }) => sum + count, 0);
    // The update of a weight is as large as its gradient says.
    const sizes = of === "update" ? "gradient" : of;
    const refs = largest(all, total > NARROW ? LARGEST : total, (value) => numbers(value, sizes));
    const ordered = values.length === 2 ? byUnit(refs, data.values[values[1]].shape[1], values[0]) : refs;
    for (const { value, index } of ordered) places.push({ stage, ref: { value, of, index }, rest: 0 });
    if (total > refs.length) {
      const [left] = largest(all, refs.length + 1, (value) => numbers(value, sizes), "sorted").slice(-1);
      places.push({ stage, ref: { value: left.value, of, index: left.index }, rest: total - refs.length });
    }
  });
  return { stages, places };
}

interface Range {
  readonly value: number;
  readonly start: number;
  readonly count: number;
}

interface Found {
  readonly value: number;
  readonly index: number;
  readonly size: number;
}

/** The `most` largest numbers by size, in their own order (or from the largest on). */
function largest(
  ranges: readonly Range[],
  most: number,
  read: (value: number) => Float64Array | undefined,
  order: "own" | "sorted" = "own",
): Found[] {
  const kept: Found[] = [];
  ranges.forEach(({ value, start, count }) => {
    const numbers = read(value);
    for (let i = 0; i < count; i++) {
      // What a trace that was written down left out is not a number, and is not among the largest.
      const size = numbers ? orLeast(Math.abs(numbers[start + i])) : 0;
      if (kept.length === most && !(size > kept[most - 1].size)) continue;
      let at = kept.length;
      while (at > 0 && size > kept[at - 1].size) at--;
      kept.splice(at, 0, { value, index: start + i, size });
      if (kept.length > most) kept.pop();
    }
  });
  if (order === "sorted") return kept;
  const rank = new Map(ranges.map(({ value }, place) => [value, place]));
  return kept.sort((a, b) => (rank.get(a.value) ?? 0) - (rank.get(b.value) ?? 0) || a.index - b.index);
}

const orLeast = (size: number): number => (Number.isNaN(size) ? -1 : size);

/** The `most` largest of some numbers, by place from `start` on, in their own order. */
export const largestUnits = (
  numbers: Float64Array | undefined,
  start: number,
  count: number,
  most: number,
): number[] => largest([{ value: 0, start, count }], most, () => numbers).map(({ index }) => index - start);

/** Bias and weights of one unit together: w_01, w_11, w_21, w_02, … */
function byUnit(refs: readonly Found[], inputs: number, bias: number): Found[] {
  const key = ({ value, index }: Found) =>
    value === bias ? index * (inputs + 1) : index + Math.floor(index / inputs) + 1;
  return [...refs].sort((a, b) => key(a) - key(b));
}

/** The first place of each position of a granularity; terms lie within the places of units. */
export function marksOf({ stages, places }: Walk, granularity: Granularity): number[] {
  const all = places.map((_, place) => place);
  if (granularity === "term" || granularity === "unit") return all;
  const group = (place: number): string => {
    const { pass, k } = stages[places[place].stage];
    return granularity === "pass" ? pass : `${pass} ${k}`;
  };
  return all.filter((place) => place === 0 || group(place) !== group(place - 1));
}

/** The place that a cursor is at, or the nearest: a given number is used first by the result after it. */
export function placeOf({ stages, places }: Walk, data: TraceData, { ref, rest }: Cursor): number {
  const exact = places.findIndex((place) => place.rest > 0 === rest && same(place.ref, ref));
  if (exact >= 0) return exact;
  const within = (value: number, of: Quantity): number => {
    const stage = stages.findIndex((one) => one.of === of && one.values.includes(value));
    const first = places.findIndex((place) => place.stage === stage);
    const left = places.findIndex((place) => place.stage === stage && place.rest > 0);
    return stage < 0 ? -1 : left >= 0 ? left : first;
  };
  const here = within(ref.value, ref.of);
  if (here >= 0) return here;
  const use = data.values[ref.value].usedBy[0];
  return Math.max(0, use === undefined ? 0 : within(use, "value"));
}

export const same = (a: ElementRef, b: ElementRef): boolean =>
  a.value === b.value && a.of === b.of && a.index === b.index;

export const cursorAt = ({ places }: Walk, place: number): Cursor => {
  const { ref, rest } = places[Math.max(0, Math.min(places.length - 1, place))];
  return { ref, rest: rest > 0, term: null };
};

/**
 * The next cursor of a granularity, or the one before. At the ends it stays.
 *
 * @param terms - how many terms the present number's sum is shown with
 */
export function step(
  walk: Walk,
  data: TraceData,
  cursor: Cursor,
  granularity: Granularity,
  by: 1 | -1,
  terms: number,
): Cursor {
  const place = placeOf(walk, data, cursor);
  if (granularity === "term" && terms > 1) {
    const term = (cursor.term ?? (by > 0 ? -1 : terms)) + by;
    if (term >= 0 && term < terms) return { ...cursor, term };
  }
  const marks = marksOf(walk, granularity);
  const at = marks.findLastIndex((mark) => mark <= place);
  const atMark = marks[at] === place;
  const next = by > 0 ? at + 1 : atMark ? at - 1 : at;
  if (next < 0 || next >= marks.length) return { ...cursor, term: null };
  return cursorAt(walk, marks[next]);
}

const letters: Record<Quantity, string> = { value: "v", gradient: "g", update: "u" };

/** A cursor as a short text for an address, such as `g.5.3` or, with a granularity other than unit, `g.5.3.1-term`. */
export function cursorText({ ref, rest, term }: Cursor, granularity: Granularity = "unit"): string {
  const end = rest ? ".rest" : term === null ? "" : `.${term}`;
  return `${letters[ref.of]}.${ref.value}.${ref.index}${end}${granularity === "unit" ? "" : `-${granularity}`}`;
}

/** Reads such a text; null where it names nothing of this trace. */
export function readCursor(
  text: string,
  data: TraceData,
): { cursor: Cursor; granularity: Granularity } | null {
  const found = /^([vgu])\.(\d{1,9})\.(\d{1,12})(?:\.(rest|\d{1,9}))?(?:-([a-z]+))?$/.exec(text);
  if (!found) return null;
  const [, letter, id, place, end, name = "unit"] = found;
  const granularity = granularities.find((one) => one === name);
  const of = (Object.keys(letters) as Quantity[]).find((one) => letters[one] === letter);
  const value = data.values[Number(id)];
  if (!granularity || !of || !value || Number(place) >= sizeOf(value.shape)) return null;
  if (of === "gradient" && !value.hasGradient) return null;
  if (of === "update" && !(value.role === "parameter" && value.hasGradient && data.lr !== null)) return null;
  const ref: ElementRef = { value: value.id, of, index: Number(place) };
  const rest = end === "rest";
  return { cursor: { ref, rest, term: end === undefined || rest ? null : Number(end) }, granularity };
}
