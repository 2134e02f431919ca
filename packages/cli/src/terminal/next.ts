import { basename, relative, resolve } from "node:path";
import type { Io } from "../io.ts";
import { shellWord } from "./format.ts";
import type { Output } from "./output.ts";

/** How the user calls this program, as far as can be told. */
export function programName(io: Io): string {
  const called = process.argv[1] === undefined ? "" : basename(process.argv[1]);
  const byNpm = io.env.npm_command !== undefined || called !== "chainrule";
  return byNpm ? "npx chainrule" : "chainrule";
}

/** A path as it is shortest to type from here. */
export function shortPath(path: string): string {
  const near = relative("", resolve(path));
  return near === "" ? "." : near.length < path.length && !near.startsWith("../../..") ? near : path;
}

/** The command that goes on with a run or a search. */
export const resumption = (folder: string, io: Io): string =>
  `${programName(io)} resume ${shellWord(shortPath(folder))}`;

/** Says of a run or a search that it can not be resumed any more. */
export const sayFinished = (output: Output, folder: string): void =>
  output.say(`${folder} is finished: there is nothing to go on with.`);

/** Commands to try next, fit to be copied. */
export function sayNext(
  output: Output,
  commands: readonly (readonly [command: readonly string[], meaning: string])[],
): void {
  output.say();
  output.say("  Next:");
  const lines = commands.map(([words, meaning]) => [words.map(shellWord).join(" "), meaning] as const);
  const width = Math.max(...lines.map(([command]) => command.length));
  const aside = lines.every(([, meaning]) => width + meaning.length + 7 <= output.width);
  for (const [command, meaning] of lines) {
    const { cyan, dim } = output.style;
    if (aside) output.say(`    ${cyan(command.padEnd(width))}  ${dim(meaning)}`);
    else {
      output.say(`    ${dim(`# ${meaning}`)}`);
      output.say(`    ${cyan(command)}`);
    }
  }
}
