import { ChainruleError } from "../../util/errors.ts";
import { host } from "../../util/host.ts";

/** Where a model is: the folder of a run, or the file of a model, by its path (in Node) or URL; or its bytes. */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer;

/** The file of the model in the folder of a run. */
const MODEL = "model.safetensors";

type Process = Pick<typeof globalThis.process, "getBuiltinModule">;

/** The bytes of a model's file, and what to call it in messages. */
export async function readSource(source: ModelSource): Promise<{ bytes: Uint8Array; name: string }> {
  if (source instanceof Uint8Array) return { bytes: source, name: "the model" };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: "the model" };
  const text = String(source);
  if (text === "") throw noSource('""');
  if (host?.getBuiltinModule === undefined || /^(https?|blob|data):/i.test(text)) return fetched(text);
  return readByNode(text, host.getBuiltinModule.bind(host) as Process["getBuiltinModule"]);
}

const noSource = (shown: string): ChainruleError =>
  new ChainruleError(
    "argument",
    `A model is loaded from ${shown}.`,
    "Give the folder of a run, the file of a model, its URL or its bytes.",
  );

/** A file's URL as it is; that of a run's folder with the file's name. */
function addressOf(text: string): string {
  if (/^(blob|data):/i.test(text)) return text;
  const [path] = text.split(/[?#]/, 1);
  return /\.[a-z]+$/i.test(path.slice(path.lastIndexOf("/") + 1))
    ? text
    : `${path.replace(/\/$/, "")}/${MODEL}${text.slice(path.length)}`;
}

async function fetched(text: string): Promise<{ bytes: Uint8Array; name: string }> {
  const name = addressOf(text);
  const shown = name.length > 200 ? `${name.slice(0, 199)}…` : name;
  const fail = (problem: string, cause?: unknown): ChainruleError =>
    new ChainruleError(
      "file",
      `${shown} can not be loaded: ${problem}.`,
      "Check the address, and that its server allows this page to read it.",
      { cause },
    );
  let response: Response;
  try {
    response = await fetch(name);
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
  if (!response.ok) throw fail(`its server answers ${response.status}`);
  try {
    return { bytes: new Uint8Array(await response.arrayBuffer()), name: shown };
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
}

async function readByNode(
  text: string,
  builtin: Process["getBuiltinModule"],
): Promise<{ bytes: Uint8Array; name: string }> {
  const { readFile, stat } = builtin("node:fs/promises");
  const { fileURLToPath } = builtin("node:url");
  const { join } = builtin("node:path");
  let name = text;
  try {
    if (/^file:/i.test(text)) name = fileURLToPath(text);
    const isFolder = (await stat(name)).isDirectory();
    if (isFolder) name = join(name, MODEL);
    return { bytes: await readFile(name), name };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === "ENOENT" || code === "ENOTDIR";
    throw new ChainruleError(
      "file",
      absent ? `${name} does not exist.` : `${name} can not be read: ${message}.`,
      absent && name !== text
        ? `A run has a model when it is trained: \`chainrule resume ${text}\` goes on with one that was stopped.`
        : "Name the folder of a run, such as runs/digits-1, or the file of a model.",
      { cause: error },
    );
  }
}
