/** Where groups and units stand in the picture of the network. */
import type { Quantity, TraceData } from "chainrule/trace";
import type { Graph, Group } from "./graph.ts";
import type { Picture } from "./planes.ts";
import { largestUnits, layoutOf, type Numbers } from "./walk.ts";

export interface Unit {
  /** Of the group's numbers of one row, 0-based; "one" is the bias's unit y_0 = 1, "more" stands for those that are not drawn. */
  readonly unit: number | "one" | "more";
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly group: Group;
  /** The middle of its column. */
  readonly x: number;
  readonly top: number;
  readonly height: number;
  /** Half the width of what is drawn. */
  readonly half: number;
  /** Places of units by number; none for a picture. */
  readonly units: readonly Unit[];
  readonly more: number;
  /** Names of units stand at their right. */
  readonly named: boolean;
  readonly picture: (Picture & { readonly pixel: number; readonly left: number }) | null;
}

export interface Layout {
  readonly width: number;
  readonly boxes: readonly Box[];
  readonly height: number;
  readonly pill: { readonly width: number; readonly height: number };
}

const PITCH = 30;
/** Height of the two lines above a group's units. */
export const HEAD = 44;
const GAP = 14;
/** Room for the names of units at their right. */
export const NAMES = 40;
/** Of a wide group so many units are drawn. */
export const DRAWN = 10;
const ALL = 14;

export interface Shown {
  readonly value: number;
  readonly of: Quantity;
}

/**
 * @param shown - by group, the quantity that its units show; the largest of it are drawn
 * @param keep - units that are drawn in any case, by group
 */
export function pictureOf(
  data: TraceData,
  graph: Graph,
  numbers: Numbers,
  row: number,
  width: number,
  shown: (group: Group) => Shown,
  keep: ReadonlyMap<number, readonly number[]>,
  picture: Picture | null,
  named: (group: Group) => boolean,
  margins: { readonly left: number; readonly right: number },
): Layout {
  const depths = Math.max(0, ...graph.groups.map(({ depth }) => depth)) + 1;
  const firstNamed = Math.min(...graph.groups.filter((group) => named(group)).map(({ depth }) => depth));
  // Names of units stand between their column and the next one.
  const room = firstNamed < depths ? NAMES : 0;
  const inner = width - margins.left - margins.right - room;
  const pill = { width: Math.max(40, Math.min(66, (0.6 * inner) / depths)), height: 22 };
  const withOne = new Set(graph.links.flatMap(({ from, weight }) => (weight?.bias != null ? [from] : [])));
  const columns: Group[][] = Array.from({ length: depths }, () => []);
  for (const group of graph.groups) columns[group.depth].push(group);

  const planned = graph.groups.map((group) => {
    const isPicture = picture !== null && group.kind === "input" && group.units === picture.pixels.length;
    const bias = withOne.has(group.id);
    if (isPicture) {
      const pixel = Math.max(3, Math.min(20, Math.floor((pill.width * 1.9) / picture.width)));
      return {
        group,
        bias,
        pixel,
        units: [] as number[],
        height: HEAD + pixel * picture.height + (bias ? PITCH : 0),
      };
    }
    const units = drawnUnits(data, group, numbers, row, shown(group), keep.get(group.id) ?? []);
    const lines = units.length + (bias ? 1 : 0) + (units.length < group.units ? 1 : 0);
    return { group, bias, pixel: 0, units, height: HEAD + lines * PITCH };
  });
  const heights = columns.map((groups) =>
    groups.reduce((sum, { id }) => sum + planned[id].height + GAP, -GAP),
  );
  const height = Math.max(120, ...heights) + 8;
  const tops = columns.map((_, depth) => 4 + (height - 8 - heights[depth]) / 2);

  const boxes = planned.map(({ group, bias, pixel, units, height: own }): Box => {
    const middle = depths === 1 ? 0.5 : group.depth / (depths - 1);
    const half = pixel > 0 && picture ? (pixel * picture.width) / 2 : pill.width / 2;
    // The outermost columns stay within the picture, whatever they hold.
    const x =
      margins.left +
      Math.max(half, pill.width / 2) +
      middle * (inner - Math.max(half, pill.width / 2) - pill.width / 2) +
      (group.depth > firstNamed ? room : 0);
    const top = tops[group.depth];
    tops[group.depth] += own + GAP;
    const line = (at: number) => top + HEAD + at * PITCH + PITCH / 2;
    const lead = bias ? 1 : 0;
    const placed: Unit[] = units.map((unit, at) => ({ unit, x, y: line(at + lead) }));
    if (bias) placed.unshift({ unit: "one", x, y: line(0) });
    const more = pixel > 0 ? 0 : group.units - units.length;
    if (more > 0) placed.push({ unit: "more", x, y: line(units.length + lead) });
    const pixels = pixel > 0 && picture ? { ...picture, pixel, left: x - half } : null;
    return { group, x, top, height: own, half, units: placed, more, named: named(group), picture: pixels };
  });
  return { width, boxes, height, pill };
}

function drawnUnits(
  data: TraceData,
  group: Group,
  numbers: Numbers,
  row: number,
  { value, of }: Shown,
  keep: readonly number[],
): number[] {
  if (group.units <= ALL) return Array.from({ length: group.units }, (_, unit) => unit);
  const { rows, units } = layoutOf(data, data.values[value]);
  const start = rows > 1 ? row * units : 0;
  const found = largestUnits(numbers(value, of), start, units, DRAWN);
  const kept = keep.filter((unit) => !found.includes(unit)).slice(0, 4);
  return [...found.slice(0, DRAWN - kept.length), ...kept].sort((a, b) => a - b);
}

/** Where a line to a unit ends: at the unit, or at what stands for those that are not drawn. */
export function endOf(box: Box, unit: number | "one"): { x: number; y: number } | null {
  const { picture } = box;
  if (picture && typeof unit === "number") {
    const place = picture.pixels[unit];
    return {
      x: picture.left + ((place % picture.width) + 0.5) * picture.pixel,
      y: top(box) + (Math.floor(place / picture.width) + 0.5) * picture.pixel,
    };
  }
  const place = box.units.find((one) => one.unit === unit) ?? box.units.find((one) => one.unit === "more");
  return place ? { x: place.x, y: place.y } : null;
}

/** The upper edge of a box's picture. */
export const top = (box: Box): number => box.top + HEAD + (box.units.length > 0 ? PITCH : 0);
