import type { RowBuffers } from "../forward.ts";
import {
  type FeaturePlaces,
  type FeaturePreparation,
  isEmbedded,
  layoutOf,
  placesOf,
} from "../preparation.ts";
import { phaseOf, scaled, squash } from "../preparation-inputs.ts";
import { levelCell, MISSING, noRow, numericCell, unknownColumn, type Values } from "./cells.ts";

/** Writes the inputs of one feature, for the row whose inputs begin at `at` in x and at `codeAt` in the codes. */
type Fill = (row: Values, { x, codes }: RowBuffers, at: number, codeAt: number) => void;

/**
 * Turns rows given as objects into a network's inputs, without anything in between: the same numbers as `prepareInputs` gives for a
 * table of these rows. What a feature needs is looked up once.
 */
export class RowReader {
  readonly inputs: number;
  readonly embedded: number;
  private readonly fills: readonly Fill[];
  private readonly names: readonly string[];
  private readonly known: ReadonlySet<string> | null;

  /**
   * @param target the column that is predicted: a row may have it
   * @param strict whether columns that the model does not know are an error, rather than ignored
   */
  constructor(features: readonly FeaturePreparation[], target: string, strict: boolean) {
    const { inputs, levels } = layoutOf(features);
    this.inputs = inputs;
    this.embedded = levels.length;
    const places = placesOf(features);
    this.fills = features.map((feature, i) => fillOf(feature, places[i]));
    this.names = features.map(({ name }) => name);
    this.known = strict ? new Set([...this.names, target]) : null;
  }

  /**
   * Writes the inputs of a row as those of row `r` of the buffers.
   *
   * @throws RowError for a column that is not there, and for a value that is none of its type
   */
  read(row: unknown, r: number, buffers: RowBuffers): void {
    if (typeof row !== "object" || row === null || Array.isArray(row)) throw noRow(row);
    const at = r * this.inputs;
    const codeAt = r * this.embedded;
    buffers.x.fill(0, at, at + this.inputs);
    buffers.codes.fill(0, codeAt, codeAt + this.embedded);
    const values = row as Values;
    for (const fill of this.fills) fill(values, buffers, at, codeAt);
    if (this.known !== null) this.checkNames(values, this.known);
  }

  private checkNames(row: Values, known: ReadonlySet<string>): void {
    for (const name of Object.keys(row)) if (!known.has(name)) throw unknownColumn(name, this.names);
  }
}

function fillOf(feature: FeaturePreparation, places: FeaturePlaces): Fill {
  switch (feature.type) {
    case "number":
      return numberFill(feature, places);
    case "boolean":
      return truthFill(feature, places);
    case "date":
      return dateFill(feature, places);
    case "text":
      return isEmbedded(feature) ? codeFill(feature, places) : levelFill(feature, places);
  }
}

type Feature<T extends FeaturePreparation["type"]> = Extract<FeaturePreparation, { type: T }>;

const numberFill =
  ({ name, median, scale }: Feature<"number">, { own, missing }: FeaturePlaces): Fill =>
  (row, { x }, at) => {
    const value = numericCell(row, name, "number");
    if (Number.isFinite(value)) x[at + own] = squash(scaled(value, median, scale));
    else if (missing >= 0) x[at + missing] = 1;
  };

const truthFill =
  ({ name }: Feature<"boolean">, { start, missing }: FeaturePlaces): Fill =>
  (row, { x }, at) => {
    const value = numericCell(row, name, "boolean");
    if (Number.isFinite(value)) x[at + start] = value === 0 ? -1 : 1;
    else if (missing >= 0) x[at + missing] = 1;
  };

const dateFill =
  ({ name, median, scale, cycles }: Feature<"date">, { own, start, missing }: FeaturePlaces): Fill =>
  (row, { x }, at) => {
    const value = numericCell(row, name, "date");
    if (!Number.isFinite(value)) {
      if (missing >= 0) x[at + missing] = 1;
      return;
    }
    x[at + own] = squash(scaled(value, median, scale));
    for (let c = 0; c < cycles.length; c++) {
      const phase = phaseOf(value, cycles[c]);
      x[at + start + 2 * c] = Math.sin(phase);
      x[at + start + 2 * c + 1] = Math.cos(phase);
    }
  };

const numbered = (levels: readonly string[]): ReadonlyMap<string, number> =>
  new Map(levels.map((level, i) => [level, i]));

function levelFill({ name, levels }: Feature<"text">, { start, missing }: FeaturePlaces): Fill {
  const known = numbered(levels);
  return (row, { x }, at) => {
    const place = levelCell(row, name, known);
    if (place >= 0) x[at + start + place] = 1;
    else if (place === MISSING && missing >= 0) x[at + missing] = 1;
  };
}

function codeFill({ name, levels }: Feature<"text">, { own, missing }: FeaturePlaces): Fill {
  const known = numbered(levels);
  return (row, { x, codes }, at, codeAt) => {
    const place = levelCell(row, name, known);
    if (place >= 0) codes[codeAt + own] = place + 1;
    else if (place === MISSING && missing >= 0) x[at + missing] = 1;
  };
}
