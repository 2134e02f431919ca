import { type Command, Option } from "commander";
import type { ToOnnxOptions } from "../commands/to-onnx.ts";
import type { Io } from "../io.ts";
import { MODEL } from "./serve.ts";

export function addToOnnx(program: Command, io: Io): void {
  program
    .command("to-onnx")
    .description("Write a model as an ONNX file, for onnxruntime and others.")
    .argument("<run>", MODEL)
    .addOption(new Option("-o, --out <file>", "a new file").default(undefined, "<run>.onnx"))
    .option("--with-preparation", "take the table's own columns, and prepare them in the file", false)
    .option("-q, --quiet", "print nothing", false)
    .addHelpText(
      "after",
      `
With --with-preparation, the inputs are the columns by name, each of shape [N]:
float64 for numbers, dates (milliseconds since 1970) and truth values (1 and 0),
NaN where one is missing; strings for texts, "" where one is missing. Without,
they are the network's: x float32 [N, inputs], and codes int64 [N, columns]
where texts have learned vectors.

Outputs are label, class and probabilities, or value. In Python:
  session = onnxruntime.InferenceSession("penguins-1.onnx")
  session.run(None, {"beak_length_mm": numpy.array([39.1]), ...})

Example:
  $ chainrule to-onnx runs/penguins-1 --with-preparation`,
    )
    .action(async (run: string, options: ToOnnxOptions) => {
      const { toOnnx } = await import("../commands/to-onnx.ts");
      await toOnnx(run, options, io);
    });
}
