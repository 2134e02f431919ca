import { crc32c, readSafetensors, writeSafetensors } from "../../io/index.ts";
import { defaultGenerator, type Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { TableModel } from "../model.ts";
import { weightCount } from "../network/architecture.ts";
import { checkSpec, type TableModelSpec } from "../spec.ts";

/**
 * A model as one file, `model.safetensors`: the weights of its network, and in the metadata, as JSON, the description that says what
 * it reads and gives, with a check sum of both. The file alone is the model. It holds no code.
 */
const FORMAT = "chainrule table model";

/**
 * The bytes of a model's file, `model.safetensors` in the folder of a run: the weights, and the description of the model in the metadata.
 * The same model always gives the same bytes. {@link load} and {@link modelFromBytes} read them.
 *
 * @throws ChainruleError `file` for a description that could not be read again
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const { model } = await trainTable(rows, { target: "rent", hidden: [16], epochs: 20 });
 * await writeFile("rent.safetensors", modelBytes(model));
 * (await load("rent.safetensors")).spec.target.name; // → 'rent'
 */
export function modelBytes({ spec, network }: TableModel): Uint8Array {
  const tensors = network.stateDict();
  const text = JSON.stringify(checkSpec(spec));
  return writeSafetensors(tensors, { format: FORMAT, spec: text, crc32c: checkSum(tensors, text) });
}

/** The CRC-32C of the weights, by the order of their names, and then of the description, each as eight hexadecimal digits. */
function checkSum(tensors: Readonly<Record<string, Tensor>>, spec: string): string {
  const parts = Object.keys(tensors)
    .sort()
    .map((name) => {
      const { data } = tensors[name].contiguous();
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    });
  return [...parts, new TextEncoder().encode(spec)]
    .map((bytes) => crc32c(bytes).toString(16).padStart(8, "0"))
    .join("");
}

/**
 * The model of a file's bytes, in evaluation mode. Nothing in the file is believed before it was checked, so that one from a stranger
 * does no harm, and nothing is allocated that the file does not hold.
 *
 * @param source how to name the file in messages
 * @throws ChainruleError `file` or `state` for bytes that are no such model
 *
 * @example
 * const areas = Array.from({ length: 80 }, (_, i) => 30 + ((7 * i) % 60));
 * const rows = areas.map((area) => ({ area, rent: 100 + 10 * area }));
 * const bytes = modelBytes(fitLinear(planFor(tableFromRows(rows), { target: "rent" })).model);
 * modelFromBytes(bytes).spec.features.map(({ name }) => name); // → ['area']
 * bytes[bytes.length - 1] ^= 1; // a bit of a weight is another
 * modelFromBytes(bytes, "rent.safetensors"); // throws file: … It is not as it was written
 */
export function modelFromBytes(bytes: Uint8Array, source = "the file"): TableModel {
  try {
    const { tensors, metadata } = readSafetensors(bytes, "It");
    const spec = specOf(metadata);
    checkCount(spec, tensors);
    // The weights that a new network draws give way to those of the file.
    const model = defaultGenerator.aside(() => new TableModel(spec));
    model.network.loadStateDict(tensors);
    model.network.eval();
    checkFinite(model);
    checkUnaltered(tensors, metadata);
    return model;
  } catch (error) {
    if (error instanceof ChainruleError) throw error.within(source);
    // Such as JSON that is nested so deeply that the engine gives up on it.
    const problem = `It can not be read (${String(error)}).`;
    throw new ChainruleError("file", problem, AGAIN, { cause: error }).within(source);
  }
}

const AGAIN = "Copy or download it anew, or save the model again.";

function specOf({ format, spec }: Readonly<Record<string, string>>): TableModelSpec {
  if (format !== FORMAT) {
    throw new ChainruleError(
      "file",
      "It holds tensors, but no model of a table.",
      "Name a file that `chainrule train` or modelBytes() has written. Weights of a network: readSafetensors() and loadStateDict().",
    );
  }
  if (spec === undefined) {
    throw new ChainruleError(
      "file",
      "It holds the weights of a model without their description.",
      "Name a file that `chainrule train` or modelBytes() has written; if it is an older one, train anew.",
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(spec);
  } catch (cause) {
    throw new ChainruleError("file", "Its description is no whole JSON.", AGAIN, { cause });
  }
  return checkSpec(parsed);
}

/** A flipped bit is a number like others, and nothing else would tell. */
function checkUnaltered(
  tensors: Readonly<Record<string, Tensor>>,
  { spec, crc32c: sum }: Readonly<Record<string, string>>,
): void {
  if (sum === checkSum(tensors, spec)) return;
  throw new ChainruleError(
    "file",
    sum === undefined
      ? "It has no check sum: an earlier chainrule has written it."
      : "It is not as it was written: its check sum is another.",
    sum === undefined ? "Train the model anew." : AGAIN,
  );
}

/** Before the network is made: a description must not make us allocate more than the file holds. */
function checkCount({ network }: TableModelSpec, tensors: Readonly<Record<string, Tensor>>): void {
  const wanted = weightCount(network);
  const found = Object.values(tensors).reduce((sum, { numel }) => sum + numel, 0);
  if (found === wanted) return;
  throw new ChainruleError(
    "file",
    `It holds ${found} numbers where the network of its description has ${wanted}.`,
    AGAIN,
  );
}

function checkFinite({ network }: TableModel): void {
  for (const [name, { data }] of Object.entries(network.stateDict())) {
    if (data.every(Number.isFinite)) continue;
    throw new ChainruleError("file", `Its weights "${name}" are not all finite numbers.`, AGAIN);
  }
}
