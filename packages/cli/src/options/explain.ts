import type { Command } from "commander";
import type { ExplainOptions } from "../commands/explain.ts";
import type { Io } from "../io.ts";
import { addOutput, DATA, formatOption, needsData, RUN, sqlOption, whole } from "./shared.ts";

export function addExplain(program: Command, io: Io): void {
  const command = program
    .command("explain")
    .description("Show every number of the forward and the backward pass on a row.")
    .argument("<run>", RUN)
    .argument("[data...]", DATA)
    .option(
      "-r, --row <number>",
      "the row, 1 for the first below the header; may be repeated (default: 1)",
      (text: string, before: readonly number[] = []) => [...before, whole(1)(text)],
    )
    .option("--batch", "send all rows through together (default: one by one)")
    .option(
      "--layer <number>",
      "only the layer of this number, and more of its units (default: all)",
      whole(0),
    )
    .option("--terms <count>", "terms that are listed of each sum; the rest is one", whole(1), 4)
    .option("-o, --out <file>", "write a page that steps through, a new HTML file (default: none)")
    .addOption(sqlOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
Layer k computes z_j = w_0j · 1 + w_1j y_1 + … from the y of layer k − 1, and
from it y_j. ℓ is the loss, and ∂ℓ/∂w how it changes with a weight w. Beside
each derivative stands a numeric one: (ℓ(w + h) − ℓ(w − h)) / 2h. All is in
float64, without dropout.

Examples:
  $ chainrule explain runs/penguins-1 penguins.csv --row 3
  $ chainrule explain runs/penguins-1 penguins.csv --row 3 --out row-3.html`,
    )
    .action(async (run: string, files: string[], options: ExplainOptions) => {
      needsData(command, files, options.sql);
      const { explain } = await import("../commands/explain.ts");
      await explain(run, files, options, io);
    });
  addOutput(command);
}
