import type { FeaturePreparation } from "../preparation.ts";
import type { TableModelSpec } from "../spec.ts";
import { clip } from "../wording.ts";
import { defaultLevel } from "./loaded.ts";

/** A text column with more levels than this has the type of any text. */
const MOST_LEVELS = 50;

/**
 * A TypeScript module with the types of a model's rows and predictions, for `load<Row, Prediction>(…)`.
 *
 * @param source where the model is, as it is loaded: "runs/penguins-1"
 * @returns the text of the module
 *
 * @example
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const { model } = fitLinear(planFor(tableFromRows(rows), { target: "rent" }));
 * const lines = typesModule(model.spec, "runs/rent-1").split("\n");
 * lines.find((line) => line.includes("area")); // → '  area: number | null;'
 */
export function typesModule(spec: TableModelSpec, source: string): string {
  const { features, target } = spec;
  const lines = [
    "/**",
    ` * The rows that a model of ${inComment(target.name)} reads, and what it predicts. Made by \`chainrule types\`.`,
    " *",
    ' * import { load } from "chainrule";',
    ` * const model = await load<Row, Prediction>(${inComment(JSON.stringify(source), 200)});`,
    " */",
    "export interface Row {",
    ...features.map((feature) => `  ${keyOf(feature.name)}: ${typeOf(feature)} | null;`),
    "}",
    "",
  ];
  if (target.task === "regression") {
    lines.push(
      "export interface Prediction {",
      `  /** ${inComment(target.name)}. */`,
      "  prediction: number;",
      ...(defaultLevel(spec) === undefined ? [] : ["  low: number;", "  high: number;"]),
    );
  } else {
    const labels = target.classes.map((label) =>
      target.type === "number" ? String(Number(label)) : JSON.stringify(label),
    );
    lines.push(
      ...unionLines("export type Label =", labels),
      "",
      "export interface Prediction {",
      `  /** ${inComment(target.name)}. */`,
      "  prediction: Label;",
      "  probability: number;",
      "  probabilities: Record<Label, number>;",
    );
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

function typeOf(feature: FeaturePreparation): string {
  switch (feature.type) {
    case "number":
    case "boolean":
      return feature.type;
    case "date":
      return "Date | string";
    case "text": {
      const { levels } = feature;
      if (levels.length === 0 || levels.length > MOST_LEVELS) return "string";
      // `string & {}` allows every text, and lets editors propose those that are known.
      return `${levels.map((level) => JSON.stringify(level)).join(" | ")} | (string & {})`;
    }
  }
}

/** A type that is one of some texts, on lines that are not too long. */
function unionLines(start: string, members: readonly string[]): string[] {
  const line = `${start} ${members.join(" | ")};`;
  if (line.length <= 100) return [line];
  return [start, ...members.map((member, i) => `  | ${member}${i === members.length - 1 ? ";" : ""}`)];
}

const keyOf = (name: string): string =>
  /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);

/** A text that can not end the comment that it is in. */
const inComment = (text: string, most?: number): string => clip(text, most).replaceAll("*/", "*\\/");
