/** Tensors as tables of numbers: what stands in which row and column. */
import type { ElementRef, Expr, Quantity, TraceData } from "chainrule/trace";
import { type Graph, type Weight, weightEnds, weightIndex } from "./graph.ts";
import { layoutOf, sizeOf } from "./walk.ts";

export interface Plane {
  readonly id: string;
  /** W^(1), ∂ℓ/∂z^(1). */
  readonly symbol: Expr;
  /** In words: "weights of layer 1, derivatives". */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Null for the constant unit y_0 = 1. */
  readonly at: (row: number, column: number) => ElementRef | null;
  readonly place: (ref: ElementRef) => { row: number; column: number } | null;
  readonly rowLabel: (row: number) => string;
  readonly columnLabel: (column: number) => string;
  /** Cells are the pixels of a picture. */
  readonly picture: boolean;
}

/** Vectors longer than this are folded into several columns. */
const LONG = 240;

/** Inputs that are the pixels of a picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** The place of each input, row-major; some places may have none. */
  readonly pixels: readonly number[];
}

/** A picture as a project tells it: without places, every input is the pixel of its own number. */
export const pictureFrom = ({
  width,
  height,
  pixels = Array.from({ length: width * height }, (_, place) => place),
}: Omit<Picture, "pixels"> & Partial<Pick<Picture, "pixels">>): Picture => ({ width, height, pixels });

const words: Record<Quantity, string> = {
  value: "values",
  gradient: "derivatives",
  update: "after the update",
};

const derivative = (of: Quantity, symbol: Expr): Expr =>
  of === "gradient"
    ? { kind: "derivative", of: { kind: "symbol", base: "ℓ" }, by: symbol }
    : of === "update" && symbol.kind === "symbol"
      ? { ...symbol, base: `${symbol.base}⁺` }
      : symbol;

/** The planes of a group: what it reads, its weights, what it computes; each with the quantities that are asked for and exist; without what is `left` out. */
export function planesOf(
  data: TraceData,
  graph: Graph,
  group: number,
  quantities: readonly Quantity[],
  picture: Picture | null,
  left: ReadonlySet<number> = new Set(),
): Plane[] {
  const { kind, values } = graph.groups[group];
  const links = graph.links.filter(({ to }) => to === group);
  const weighted = new Set(links.flatMap(({ weight }) => (weight ? [weight.value, weight.bias ?? -1] : [])));
  const planes: Plane[] = [];
  const add = (id: number, make: (of: Quantity) => Plane) => {
    const { role, hasGradient } = data.values[id];
    for (const of of quantities)
      if (
        of === "value" ||
        (hasGradient && (of === "gradient" || (role === "parameter" && data.lr !== null)))
      )
        planes.push(make(of));
  };
  for (const { value, weight } of links)
    add(value, (of) => valuePlane(data, value, of, of === "value" && weight?.bias != null, picture));
  for (const { weight } of links) if (weight) add(weight.value, (of) => weightPlane(data, weight, of));
  const parameters = [...graph.groupOf].flatMap(([id, owner]) =>
    owner === group && data.values[id].role === "parameter" && !weighted.has(id) ? [id] : [],
  );
  for (const id of parameters) add(id, (of) => valuePlane(data, id, of, false, null));
  for (const id of values)
    if (!left.has(id)) add(id, (of) => valuePlane(data, id, of, false, kind === "input" ? picture : null));
  return planes;
}

/** Weights with a row for each unit that they come from (that of the bias first) and a column for each that they lead to. */
function weightPlane(data: TraceData, weight: Weight, of: Quantity): Plane {
  const { symbol, name } = data.values[weight.value];
  const { bias, inputs, outputs } = weight;
  const frozen = bias !== null && of !== "value" && !data.values[bias].hasGradient;
  const first = bias === null || frozen ? 1 : 0;
  return {
    id: `${of} ${weight.value}`,
    symbol: derivative(of, symbol),
    name: `weights ${name}, ${words[of]}`,
    rows: inputs + 1 - first,
    columns: outputs,
    at: (row, j) => {
      const i = row + first;
      if (i === 0) return { value: bias as number, of, index: j };
      return { value: weight.value, of, index: weightIndex(weight, i - 1, j) };
    },
    place: (ref) => {
      if (ref.of !== of) return null;
      if (ref.value === bias && first === 0) return { row: 0, column: ref.index };
      if (ref.value !== weight.value) return null;
      const { i, j } = weightEnds(weight, ref.index);
      return { row: i + 1 - first, column: j };
    },
    rowLabel: (row) => String(row + first),
    columnLabel: (j) => String(j + 1),
    picture: false,
  };
}

function valuePlane(
  data: TraceData,
  id: number,
  of: Quantity,
  withOne: boolean,
  picture: Picture | null,
): Plane {
  const value = data.values[id];
  const { rows, units } = layoutOf(data, value);
  const names = data.unitNames[id];
  const unit = (j: number) => names?.[j] ?? String(j + 1);
  const base = {
    id: `${of} ${id}`,
    symbol: derivative(of, value.symbol),
    name: `${value.name}, ${words[of]}`,
  };
  if (rows > 1)
    return {
      ...base,
      rows,
      columns: units,
      at: (row, column) => ({ value: id, of, index: row * units + column }),
      place: (ref) =>
        ref.value === id && ref.of === of
          ? { row: Math.floor(ref.index / units), column: ref.index % units }
          : null,
      rowLabel: (row) => `row ${row + 1}`,
      columnLabel: unit,
      picture: false,
    };
  const isPicture = picture !== null && value.role === "input" && units === picture.pixels.length;
  if (isPicture) return picturePlane(base, { value: id, of }, picture);
  const matrix = value.role === "parameter" && value.shape.length === 2 ? value.shape[1] : 0;
  const columns = matrix || (units > LONG ? Math.ceil(Math.sqrt(units)) : 1);
  const shift = withOne && columns === 1 ? 1 : 0;
  return {
    ...base,
    rows: Math.ceil(units / columns) + shift,
    columns,
    at: (row, column) => {
      const index = (row - shift) * columns + column;
      return index < 0 || index >= sizeOf(value.shape) ? null : { value: id, of, index };
    },
    place: (ref) =>
      ref.value === id && ref.of === of
        ? { row: Math.floor(ref.index / columns) + shift, column: ref.index % columns }
        : null,
    rowLabel: (row) => (columns > 1 ? String(row + 1) : row < shift ? "0" : unit(row - shift)),
    columnLabel: (column) => (columns > 1 ? String(column + 1) : ""),
    picture: false,
  };
}

function picturePlane(
  base: Pick<Plane, "id" | "symbol" | "name">,
  { value, of }: { value: number; of: Quantity },
  { width, height, pixels }: Picture,
): Plane {
  const inputAt = new Map(pixels.map((place, index) => [place, index]));
  return {
    ...base,
    rows: height,
    columns: width,
    at: (row, column) => {
      const index = inputAt.get(row * width + column);
      return index === undefined ? null : { value, of, index };
    },
    place: (ref) => {
      if (ref.value !== value || ref.of !== of) return null;
      const place = pixels[ref.index];
      return { row: Math.floor(place / width), column: place % width };
    },
    rowLabel: (row) => String(row + 1),
    columnLabel: (column) => String(column + 1),
    picture: true,
  };
}
