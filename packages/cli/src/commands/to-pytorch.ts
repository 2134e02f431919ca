import { basename, join, resolve } from "node:path";
import { writeTorch } from "chainrule/io";
import { load, toPyTorchTable } from "chainrule/tables";
import type { Io } from "../io.ts";
import { checkPlace, type Place, writeFolder } from "../runs/folder.ts";
import { Output } from "../terminal/output.ts";

export interface ToPyTorchOptions {
  readonly out?: string;
  readonly quiet: boolean;
}

/** `chainrule to-pytorch RUN`: the model as a program of Python, and its weights. */
export async function toPyTorch(source: string, { out, quiet }: ToPyTorchOptions, io: Io): Promise<void> {
  const name = basename(resolve(source)).replace(/\.safetensors$/, "");
  const place: Place = out === undefined ? { base: `${name}-pytorch` } : { folder: out };
  await checkPlace(place);
  const { code, state } = toPyTorchTable((await load(source)).model);
  const folder = await writeFolder(place, { "model.py": code, "model.pt": writeTorch(state) });
  const output = new Output(io, { quiet });
  output.say(`Written for PyTorch: ${join(folder, "model.py")} and its weights, model.pt`);
}
