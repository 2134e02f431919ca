/** From a program of the documentation to a module that runs and checks what it says. */
import type { Line, Program } from "./blocks.ts";
import { importsOf } from "./imports.ts";

/**
 * A module with the program's lines, one for each of its own after the first, which holds the imports. What is said is checked:
 *
 *     expression; // → what it is
 *     const name = expression; // → what it is
 *     console.log(expression); // → what is printed
 *     expression; // throws code: some of the message
 *
 * Lines below that begin with "//" and two spaces or more go on with what it is.
 */
export function moduleOf({ lines }: Program, from: ReadonlyMap<string, string>): string {
  const code = lines.map(({ text }) => text).join("\n");
  const body = lines.map((line, at) => checked(line, lines, at));
  return `${importsOf(code, from).join(" ")} export {}; // The lines of a page follow.\n${body.join("\n")}\n`;
}

function checked(line: Line, lines: readonly Line[], at: number): string {
  const [, indent = "", statement = "", sign, text = ""] =
    /^(\s*)(.*?);?\s*\/\/ (→|throws) (.*)$/.exec(line.text) ?? [];
  if (sign === undefined) return line.text;
  let said = text;
  for (let next = at + 1; /^\s*\/\/ {2,}/.test(lines[next]?.text ?? ""); next++)
    said += ` ${lines[next].text.replace(/^\s*\/\/ +/, "")}`;
  const place = `${line.number}, ${JSON.stringify(said)}`;
  if (sign === "throws") return `${indent}await __throws(${place}, async () => { ${statement}; });`;
  const declared = /^(?:const|let) (\w+)\b.* = /.exec(statement)?.[1];
  if (declared !== undefined) return `${indent}${statement}; __is(${place}, ${declared});`;
  const printed = /^console\.log\((.*)\)$/.exec(statement)?.[1];
  if (printed !== undefined) return `${indent}__prints(${place}, ${printed});`;
  return `${indent}__is(${place}, ${statement});`;
}
