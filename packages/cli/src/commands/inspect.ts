import { type ColumnProfile, missingWords, profileColumn } from "chainrule/tables";
import type { Io } from "../io.ts";
import { correctOrMissing, readTable } from "../sources/index.ts";
import { counted, fitText, padEnd, padStart, percent, significant, widthOfText } from "../terminal/format.ts";
import { Output } from "../terminal/output.ts";

export interface InspectOptions {
  readonly missing: readonly string[];
  readonly json: boolean;
}

/** `chainrule inspect DATA`: what is in each column of a table. */
export async function inspect(path: string, { missing, json }: InspectOptions, io: Io): Promise<void> {
  const output = new Output(io, { json });
  const table = await readTable(path, { missing: missing ?? missingWords, remedy: correctOrMissing });
  const profiles = table.columns.map((column) => profileColumn(column));
  const { style, width } = output;
  output.say();
  output.say(
    `  ${style.bold(table.source)}  ${style.dim(`${counted(table.rows, "row")}, ${counted(profiles.length, "column")}`)}`,
  );
  output.say();
  const names = Math.min(28, Math.max(6, ...profiles.map(({ name }) => widthOfText(fitText(name, 28)))));
  output.say(
    style.dim(
      `  ${padEnd("column", names)}  ${padEnd("type", 7)}  ${padStart("missing", 7)}  ${padStart("distinct", 8)}  values`,
    ),
  );
  for (const profile of profiles) {
    const gaps = profile.missing === 0 ? "·" : percent(profile.missing / Math.max(1, profile.rows));
    const line = [
      padEnd(fitText(profile.name, names), names),
      padEnd(profile.type, 7),
      padStart(gaps, 7),
      padStart(profile.distinct.toLocaleString("en-US"), 8),
    ].join("  ");
    output.say(`  ${line}  ${fitText(valuesOf(profile), width - names - 32)}`);
  }
  if (json) output.result({ file: table.source, rows: table.rows, columns: profiles.map(withoutMany) });
}

function valuesOf({ type, whole, range, frequent }: ColumnProfile): string {
  if (range && type === "date") {
    const day = (t: number): string =>
      Math.abs(t) < 8.64e15 ? new Date(t).toISOString().slice(0, 10) : String(t);
    return `${day(range.min)} … ${day(range.max)}`;
  }
  if (range) {
    const shown = (value: number): string =>
      whole && Number.isInteger(value) && Math.abs(value) < 1e12
        ? value.toLocaleString("en-US")
        : significant(value);
    return `${shown(range.min)} … ${shown(range.median)} … ${shown(range.max)}`;
  }
  return frequent
    .slice(0, 4)
    .map(([value, count]) => `${value} (${count})`)
    .join(", ");
}

/** A profile for programs: of many different texts, the ten most frequent. */
const withoutMany = (profile: ColumnProfile): ColumnProfile => ({
  ...profile,
  frequent: profile.frequent.slice(0, 10),
});
