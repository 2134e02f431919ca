import { readFile } from "node:fs/promises";
import { load, typesModule } from "chainrule/tables";
import type { Io } from "../io.ts";
import { checkFile, replaceWhole } from "../runs/folder.ts";
import { shortPath } from "../terminal/next.ts";
import { Output } from "../terminal/output.ts";

export interface TypesOptions {
  readonly out?: string;
}

/** `chainrule types RUN`: a TypeScript module with the types of a model's rows and predictions. */
export async function types(source: string, { out }: TypesOptions, io: Io): Promise<void> {
  const model = await load(source);
  const text = typesModule(model.spec, shortPath(source));
  if (out === undefined) {
    io.stdout.write(text);
    return;
  }
  if (!(await isOurs(out, text))) await checkFile(out, source);
  await replaceWhole(out, text);
  new Output(io).say(`Types written to ${out}`);
}

/** Whether a file is one that this command wrote: it may be written again after a training anew. */
async function isOurs(path: string, text: string): Promise<boolean> {
  const found = await readFile(path, "utf8").catch(() => "");
  const mark = "Made by `chainrule types`.";
  return text.includes(mark) && found.split("\n", 2).join("\n").includes(mark);
}
