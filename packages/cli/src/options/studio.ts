import { type Command, Option } from "commander";
import type { StudioOptions } from "../commands/studio.ts";
import type { Io } from "../io.ts";
import { port } from "./shared.ts";

export function addStudio(program: Command, io: Io): void {
  program
    .command("studio")
    .description("Open the studio in the browser: step through a network, and watch it learn.")
    .argument("[run]", "what to open: the folder of a run, or the file of a model or a table")
    .option(
      "--host <name>",
      "name or address to listen at; others than this machine's are public",
      "127.0.0.1",
    )
    .option(
      "-p, --port <number>",
      "port to listen at; 0 for any free one (default: 8180, if it is free)",
      port,
    )
    .addOption(new Option("--no-open", "do not open the browser (default: open it)"))
    .addHelpText(
      "after",
      `
Everything runs in the page: what is opened there stays on this machine. Ctrl-C
ends the studio.

Examples:
  $ chainrule studio
  $ chainrule studio runs/penguins-1`,
    )
    .action(async (run: string | undefined, options: StudioOptions) => {
      const { studio } = await import("../commands/studio.ts");
      await studio(run, options, io);
    });
}
