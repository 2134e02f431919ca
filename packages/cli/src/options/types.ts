import { type Command, Option } from "commander";
import type { TypesOptions } from "../commands/types.ts";
import type { Io } from "../io.ts";
import { MODEL } from "./serve.ts";

export function addTypes(program: Command, io: Io): void {
  program
    .command("types")
    .description("Print TypeScript types of a model's rows and predictions.")
    .argument("<run>", MODEL)
    .addOption(
      new Option("-o, --out <file>", "where to write; a file that types wrote before is replaced").default(
        undefined,
        "standard output",
      ),
    )
    .addHelpText(
      "after",
      `
Then, in a program:
  import { load } from "chainrule";
  import type { Prediction, Row } from "./penguins.ts";
  const model = await load<Row, Prediction>("runs/penguins-1");

Example:
  $ chainrule types runs/penguins-1 --out penguins.ts`,
    )
    .action(async (run: string, options: TypesOptions) => {
      const { types } = await import("../commands/types.ts");
      await types(run, options, io);
    });
}
