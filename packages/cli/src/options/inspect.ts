import type { Command } from "commander";
import type { InspectOptions } from "../commands/inspect.ts";
import { applyConfig, configOption } from "../config.ts";
import type { Io } from "../io.ts";
import { collect, DATA, formatOption, missingOption, needsData, sqlOption, typesOption } from "./shared.ts";

export function addInspect(program: Command, io: Io): void {
  program
    .command("inspect")
    .description("Show what is in each column of a table, and what to look at before training.")
    .argument("[data...]", DATA)
    .option("-t, --target <column>", "the column to predict (default: none is looked at as such)")
    .option("--exclude <columns>", "columns not to use, with commas between (default: none)", collect)
    .option(
      "--include <columns>",
      "columns to use even if they look like identifiers (default: none)",
      collect,
    )
    .addOption(typesOption())
    .addOption(missingOption())
    .addOption(sqlOption())
    .addOption(formatOption())
    .addOption(configOption())
    .option("--json", "print JSON, the last line of standard output", false)
    .addHelpText(
      "after",
      `
Several files, or a pattern such as 'sales-*.csv', are one table: they need
the same columns. All rows are looked at; for leaks, which are columns that
alone determine the target, up to 20,000 of them.

Examples:
  $ chainrule inspect penguins.csv --target species
  $ chainrule inspect --sql "select * from 'a.parquet' where year > 2020"`,
    )
    .action(async (files: string[], _: InspectOptions, command: Command) => {
      await applyConfig(command);
      const options = command.opts<InspectOptions>();
      needsData(command, files, options.sql);
      const { inspect } = await import("../commands/inspect.ts");
      await inspect(files, options, io);
    });
}
