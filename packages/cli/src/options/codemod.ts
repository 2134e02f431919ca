import type { Command } from "commander";
import type { CodemodOptions } from "../commands/codemod.ts";
import type { Io } from "../io.ts";
import { addOutput } from "./shared.ts";

export function addCodemod(program: Command, io: Io): void {
  const command = program
    .command("codemod")
    .description("Rewrite programs for TensorFlow.js to chainrule, as far as that is safe.")
    .argument("<file...>", "JavaScript or TypeScript files, or folders of them")
    .option("-n, --dry-run", "show the changes, and write nothing", false)
    .option("-o, --out <folder>", "where to write the files (default: over those that are read)");
  addOutput(command)
    .addHelpText(
      "after",
      `
Imports, creation of tensors, operations, gradients, optimizers, Sequential
models and their training are converted. What is not safe to convert stays as it
is, under a comment \`// chainrule: …\` that says what to do; everything else
keeps its bytes. Running it again changes nothing.

Examples:
  $ chainrule codemod src/train.js --dry-run
  $ chainrule codemod src --out converted`,
    )
    .action(async (files: string[], options: CodemodOptions) => {
      const { codemod } = await import("../commands/codemod.ts");
      await codemod(files, options, io);
    });
}
