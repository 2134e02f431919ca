/** Python as text. */

/** What has a literal in Python: lists become tuples. */
export type PythonValue = number | string | boolean | null | readonly PythonValue[];

/** The literal of a value. Texts are quoted, so that nothing in them is code. */
export function literal(value: PythonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (Number.isNaN(value)) return 'float("nan")';
    if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
    return Object.is(value, -0) ? "-0.0" : String(value);
  }
  const items = value.map(literal);
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}

/** A number that is a float in Python too, where 3 is an integer. */
export const float = (x: number): string => (/^-?\d+$/.test(literal(x)) ? `${literal(x)}.0` : literal(x));

const WIDTH = 88;

/** A call; with an argument a line where it is long, or has such calls in it. */
export function call(name: string, args: readonly string[], options: { lines?: boolean } = {}): string {
  const line = `${name}(${args.join(", ")})`;
  if (args.length === 0 || (!options.lines && line.length <= WIDTH && !line.includes("\n"))) return line;
  return `${name}(\n${indented(args.map((arg) => `${arg},`).join("\n"))}\n)`;
}

/** A list; with an item a line where it is long. */
export const listOf = (items: readonly string[]): string =>
  `[\n${indented(items.map((item) => `${item},`).join("\n"))}\n]`;

export const indented = (text: string): string => text.replace(/^(?=.)/gm, "    ");

/** The name that Python has for an option: `labelSmoothing` is `label_smoothing`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
