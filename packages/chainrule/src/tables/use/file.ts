import { readSafetensors, writeSafetensors } from "../../io/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";
import { TableModel } from "../model.ts";
import { weightCount } from "../network/architecture.ts";
import { checkSpec, type TableModelSpec } from "../spec.ts";

/**
 * A model as one file, `model.safetensors`: the weights of its network, and in the metadata, as JSON, the description that says what
 * it reads and gives. The file alone is the model. It holds no code.
 */
const FORMAT = "chainrule table model";

/**
 * The bytes of a model's file. The same model always gives the same bytes.
 *
 * @throws ChainruleError `file` for a description that could not be read again
 */
export const modelBytes = ({ spec, network }: TableModel): Uint8Array =>
  writeSafetensors(network.stateDict(), { format: FORMAT, spec: JSON.stringify(checkSpec(spec)) });

/**
 * The model of a file's bytes, in evaluation mode. Nothing in the file is believed before it was checked, so that one from a stranger
 * does no harm, and nothing is allocated that the file does not hold.
 *
 * @param source how to name the file in messages
 * @throws ChainruleError `file` or `state` for bytes that are no such model
 */
export function modelFromBytes(bytes: Uint8Array, source = "the file"): TableModel {
  try {
    const { tensors, metadata } = readSafetensors(bytes, "It");
    const spec = specOf(metadata);
    checkCount(spec, tensors);
    const model = new TableModel(spec);
    model.network.loadStateDict(tensors);
    model.network.eval();
    checkFinite(model);
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
  if (format !== FORMAT || spec === undefined) {
    throw new ChainruleError(
      "file",
      `It holds ${format === FORMAT ? "the weights of a model without their description" : "tensors, but no model of a table"}.`,
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
