import type { ColumnType } from "../column.ts";
import type { FeaturePreparation } from "../preparation.ts";
import type { TableModelSpec } from "../spec.ts";

/** A JSON Schema (draft 2020-12) of the rows that a model reads, with what it predicts as `target`. Plain data. */
export interface RowSchema {
  /** The address of the draft: "https://json-schema.org/draft/2020-12/schema". */
  readonly $schema: string;
  /** What the rows are, in words. */
  readonly title: string;
  /** A row is an object. */
  readonly type: "object";
  /** One for each column that the model reads, by its name. */
  readonly properties: Readonly<Record<string, PropertySchema>>;
  /** All columns that the model reads: a value that is not known is given as null. */
  readonly required: readonly string[];
  /** true: columns that the model does not read are ignored. */
  readonly additionalProperties: boolean;
  /** What is predicted from a row. */
  readonly target: {
    readonly name: string;
    readonly task: "classification" | "regression";
    /** The classes that may be predicted. */
    readonly classes?: readonly (string | number)[];
    /** Numbers that may be predicted: the least and the greatest. */
    readonly range?: readonly [number, number];
    /** In which shares of rows the truth can be said to lie between two numbers. */
    readonly levels?: readonly number[];
  };
}

/** The values of one column. */
export interface PropertySchema {
  /** JSON's type; null is a missing value. */
  readonly type: readonly [string, "null"];
  /** Texts that training saw, the most frequent first: others are allowed. */
  readonly examples?: readonly (string | number | boolean)[];
}

/** So many texts of a column are shown as examples. */
const MOST_EXAMPLES = 100;

const jsonTypes: Readonly<Record<ColumnType, string>> = {
  number: "number",
  boolean: "boolean",
  date: "string",
  text: "string",
};

/**
 * The JSON Schema of the rows that a model reads. Every value may be null: it is missing then. Dates are texts in ISO form.
 *
 * @example
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const { model } = fitLinear(planFor(tableFromRows(rows), { target: "rent" }));
 * const { properties, required, target } = rowSchema(model.spec);
 * properties.area.type; // → ['number', 'null']
 * required; // → ['area']
 * target.range; // → [400, 990]
 */
export function rowSchema({ features, target, intervals }: TableModelSpec): RowSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `a row from which ${target.name} is predicted`,
    type: "object",
    // As entries: a column may have any name, `__proto__` too.
    properties: Object.fromEntries(features.map((feature) => [feature.name, propertyOf(feature)])),
    required: features.map(({ name }) => name),
    additionalProperties: true,
    target:
      target.task === "classification"
        ? {
            name: target.name,
            task: target.task,
            classes: target.classes.map((label) => (target.type === "number" ? Number(label) : label)),
          }
        : {
            name: target.name,
            task: target.task,
            range: target.range,
            levels: intervals?.levels.map(({ level }) => level) ?? [],
          },
  };
}

function propertyOf(feature: FeaturePreparation): PropertySchema {
  const type = [jsonTypes[feature.type], "null"] as const;
  switch (feature.type) {
    case "number":
      return { type, examples: [feature.median] };
    case "boolean":
      return { type };
    case "date":
      return { type, examples: [isoText(feature.median)] };
    case "text":
      return { type, examples: feature.levels.slice(0, MOST_EXAMPLES) };
  }
}

/** An instant in ISO form; that of 1970 where it is beyond what Date can show. */
const isoText = (milliseconds: number): string =>
  new Date(Math.abs(milliseconds) <= 8.64e15 ? milliseconds : 0).toISOString();
