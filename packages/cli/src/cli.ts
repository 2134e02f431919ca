import { ChainruleError } from "chainrule";
import { CommanderError } from "commander";
import { Interrupted, type Io } from "./io.ts";
import { makeProgram } from "./program.ts";
import { removeKept } from "./sources/input.ts";
import { clip, shellWord, wrap } from "./terminal/format.ts";
import { styleFor, widthOf } from "./terminal/style.ts";

/** How a command ended, as the shell is told. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs one command line.
 *
 * @param args the words after the program's name
 * @returns the exit code: 0 done, 1 an error that was explained, 2 wrong usage, 130 ended by Ctrl-C
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const program = makeProgram(io);
  const output = {
    writeOut: (text: string) => io.stdout.write(text),
    writeErr: (text: string) => io.stderr.write(text),
    getOutHelpWidth: () => widthOf(io.stdout, io.env),
    getErrHelpWidth: () => widthOf(io.stderr, io.env),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  };
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput(output).showHelpAfterError(usageHint(command.name()));
  try {
    if (args.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync(args, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (error instanceof Interrupted) return exitCodes.interrupted;
    sayError(error, io);
    return exitCodes.failed;
  } finally {
    removeKept();
  }
}

const usageHint = (name: string): string =>
  `\`chainrule ${name === "chainrule" ? "" : `${name} `}--help\` shows how it is used.`;

/** What is wrong, and what to do: on standard error. Only what nobody expected comes with its stack. */
function sayError(error: unknown, io: Io): void {
  const style = styleFor(io.stderr, io.env);
  if (!(error instanceof ChainruleError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.stderr.write(`${style.red("This should not have happened.")} Please report it:\n${text}\n`);
    return;
  }
  const place = error.where.length > 0 ? `${error.where.join(" › ")}: ` : "";
  const [problem, remedy] = [place + error.problem, asOptions(error.remedy)].map((text) =>
    wrap(clip(text, 2000), widthOf(io.stderr, io.env)).join("\n"),
  );
  io.stderr.write(`${style.red(problem)}\n${remedy}\n`);
}

/** A remedy that names options of the library, such as `task: "regression"`, with those of the command line instead. */
const asOptions = (remedy: string): string =>
  remedy
    .replace(/\b(task|targetTransform): "([a-z]+)"/g, (_, name: string, value: string) =>
      name === "task" ? `--task ${value}` : `--target-transform ${value}`,
    )
    .replace(/\binclude: (\["(?:[^"\\]|\\.)*"\])/g, (_, names: string) => {
      const [name]: string[] = JSON.parse(names);
      return `--include ${shellWord(name)}`;
    });
