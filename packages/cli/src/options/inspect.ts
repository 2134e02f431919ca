import type { Command } from "commander";
import type { InspectOptions } from "../commands/inspect.ts";
import type { Io } from "../io.ts";
import { DATA, missingOption } from "./shared.ts";

export function addInspect(program: Command, io: Io): void {
  program
    .command("inspect")
    .description("Show what is in each column of a table.")
    .argument("<data>", DATA)
    .addOption(missingOption())
    .option("--json", "print JSON, the last line of standard output", false)
    .addHelpText(
      "after",
      `
Examples:
  $ chainrule inspect penguins.csv
  $ chainrule inspect penguins.csv --json`,
    )
    .action(async (data: string, options: InspectOptions) => {
      const { inspect } = await import("../commands/inspect.ts");
      await inspect(data, options, io);
    });
}
