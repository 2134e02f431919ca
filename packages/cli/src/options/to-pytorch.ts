import { type Command, Option } from "commander";
import type { ToPyTorchOptions } from "../commands/to-pytorch.ts";
import type { Io } from "../io.ts";
import { MODEL } from "./serve.ts";

export function addToPyTorch(program: Command, io: Io): void {
  program
    .command("to-pytorch")
    .description("Write a model as a Python file for PyTorch, and its weights.")
    .argument("<run>", MODEL)
    .addOption(
      new Option("-o, --out <folder>", "a new folder for the two files").default(
        undefined,
        "a new one, <run>-pytorch-<n>",
      ),
    )
    .option("-q, --quiet", "print nothing", false)
    .addHelpText(
      "after",
      `
model.py has the network as a module of torch, the preparation of rows, and
predict(rows), rows being dicts; model.pt has the weights. They need PyTorch
1.13 or later, and nothing of chainrule:

  import model
  model.predict([{"bill_length_mm": 39.1, "island": "Torgersen", ...}])

Example:
  $ chainrule to-pytorch runs/penguins-1 --out penguins`,
    )
    .action(async (run: string, options: ToPyTorchOptions) => {
      const { toPyTorch } = await import("../commands/to-pytorch.ts");
      await toPyTorch(run, options, io);
    });
}
