import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { load, toOnnxTable } from "chainrule/tables";
import type { Io } from "../io.ts";
import { checkFile, writeWhole } from "../runs/folder.ts";
import { Output } from "../terminal/output.ts";

export interface ToOnnxOptions {
  readonly out?: string;
  readonly withPreparation: boolean;
  readonly quiet: boolean;
}

/** `chainrule to-onnx RUN`: the model as an ONNX file. */
export async function toOnnx(source: string, options: ToOnnxOptions, io: Io): Promise<void> {
  const { withPreparation: preparation, quiet } = options;
  const path = options.out ?? `${basename(resolve(source)).replace(/\.safetensors$/, "")}.onnx`;
  await checkFile(path);
  const { model } = await load(source);
  await writeWhole(path, (draft) => writeFile(draft, toOnnxTable(model, { preparation })));
  const what = preparation ? "rows of the table" : "prepared rows";
  new Output(io, { quiet }).say(`Written for ONNX (opset 17), taking ${what}: ${path}`);
}
