import { crc32c, readSafetensors, writeSafetensors } from "../io/index.ts";
import { Tensor } from "../tensor/index.ts";
import { ChainruleError } from "../util/errors.ts";
import { shown } from "../util/wording.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * A checkpoint as bytes: a safetensors file, whose metadata hold all that is no tensor as JSON, and a check sum (CRC-32C) over the
 * whole file, in which the eight digits of the sum itself count as zeros. What JSON lacks is an object with one special key:
 * `{"$tensor": "3"}`, `{"$bytes": "00ff"}`, `{"$number": "NaN"}`; an own key that begins with `$` gets one more.
 */
const FORMAT = "chainrule checkpoint 1";
const OPENING = '{"__metadata__":{"checksum":"';
/** Where the digits of the check sum stand: after the length of the header and its beginning. */
const SUM_AT = 8 + OPENING.length;
const SUM_DIGITS = 8;
/** Deeper values are no state of training. */
const DEEPEST = 40;

/**
 * The bytes of a checkpoint, to keep in a file or a database. Equal checkpoints give equal bytes.
 *
 * @throws ChainruleError `state` for a value that is no plain data, such as a function
 *
 * @example
 * import { readFile, writeFile } from "node:fs/promises";
 * const model = new nn.Linear(1, 1);
 * await fit(model, {
 *   data: [[tensor([[1]]), tensor([[2]])]],
 *   loss: new nn.MSELoss(),
 *   optimizer: new optim.SGD(model.parameters()),
 *   epochs: 2,
 *   checkpoint: { save: (checkpoint) => writeFile("training.ckpt", encodeCheckpoint(checkpoint)) },
 * });
 * decodeCheckpoint(await readFile("training.ckpt")).epoch; // → 2
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  const state = JSON.stringify(packed(checkpoint, tensors));
  const bytes = writeSafetensors(tensors, { checksum: "0".repeat(SUM_DIGITS), format: FORMAT, state });
  const sum = crc32c(bytes).toString(16).padStart(SUM_DIGITS, "0");
  bytes.set(new TextEncoder().encode(sum), SUM_AT);
  return bytes;
}

/**
 * The checkpoint of {@link encodeCheckpoint}'s bytes, wherever they come from: they hold no code, and every place and length in
 * them is checked.
 *
 * @param bytes what {@link encodeCheckpoint} gave
 * @param source how to name the bytes in messages
 * @throws ChainruleError `file` for bytes that are something else, cut off, or altered
 *
 * @example
 * const options = (model: nn.Linear) => ({
 *   data: [[tensor([[1]]), tensor([[2]])]],
 *   loss: new nn.MSELoss(),
 *   optimizer: new optim.Adam(model.parameters(), { lr: 0.1 }),
 * });
 * const model = new nn.Linear(1, 1);
 * const { checkpoint } = await fit(model, { ...options(model), epochs: 2 });
 * const bytes = encodeCheckpoint(checkpoint); // to a file, and days later
 * const again = new nn.Linear(1, 1);
 * const resumed = await fit(again, { ...options(again), epochs: 5, resume: decodeCheckpoint(bytes) });
 * resumed.history.map(({ epoch }) => epoch); // → [1, 2, 3, 4, 5]
 * decodeCheckpoint(bytes.subarray(0, 100)); // throws file: the checkpoint is no whole checkpoint
 */
export function decodeCheckpoint(bytes: Uint8Array, source = "the checkpoint"): Checkpoint {
  const fail: Fail = (problem) =>
    new ChainruleError(
      "file",
      `${source} is no whole checkpoint: ${problem}.`,
      "Go on from an earlier one, or start training anew.",
    );
  if (!(bytes instanceof Uint8Array)) throw fail(`it is ${shown(bytes)}, not bytes`);
  checkSum(bytes, fail);
  const { tensors, metadata } = readSafetensors(bytes, source);
  if (metadata.format !== FORMAT) throw fail(`its format is ${JSON.stringify(metadata.format ?? null)}`);
  let state: unknown;
  try {
    state = JSON.parse(metadata.state);
  } catch {
    throw fail("its state is no JSON");
  }
  return checked(unpacked(state, tensors, fail), fail);
}

type Fail = (problem: string) => ChainruleError;

function checkSum(bytes: Uint8Array, fail: Fail): void {
  const end = SUM_AT + SUM_DIGITS;
  const text = new TextDecoder().decode(bytes.subarray(8, end));
  if (bytes.length < end || !text.startsWith(OPENING)) throw fail("it does not begin like one");
  const copy = bytes.slice();
  copy.fill(0x30, SUM_AT, end);
  const sum = crc32c(copy).toString(16).padStart(SUM_DIGITS, "0");
  if (text.slice(OPENING.length) !== sum)
    throw fail("its check sum is another, so it was cut short or altered");
}

/** Plain data with tensors and bytes as data that JSON can write; tensors go to `tensors` by their number. */
function packed(value: unknown, tensors: Record<string, Tensor>): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    const plain = Number.isFinite(value) && !Object.is(value, -0);
    return plain ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (value instanceof Tensor) {
    const name = String(Object.keys(tensors).length);
    tensors[name] = value;
    return { $tensor: name };
  }
  if (value instanceof Uint8Array) return { $bytes: hexOf(value) };
  if (Array.isArray(value)) return value.map((item) => packed(item, tensors));
  if (typeof value === "object" && isPlain(value)) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return Object.fromEntries(
      entries.map(([key, entry]) => [key.startsWith("$") ? `$${key}` : key, packed(entry, tensors)]),
    );
  }
  throw new ChainruleError(
    "state",
    `The state of training holds something that is no plain data: ${Object.prototype.toString.call(value)}.`,
    "Let stateDict() of models, optimizers and schedules give numbers, texts, lists, records, bytes and tensors.",
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const numbers = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

function unpacked(value: unknown, tensors: Readonly<Record<string, Tensor>>, fail: Fail, depth = 0): unknown {
  if (depth > DEEPEST) throw fail("its state is nested too deeply");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => unpacked(item, tensors, fail, depth + 1));
  const entries = Object.entries(value);
  const [key, content] = entries[0] ?? ["", undefined];
  if (/^\$[^$]/.test(key)) {
    const special = entries.length === 1 ? specialValue(key, content, tensors) : undefined;
    if (special === undefined) throw fail(`its state has ${JSON.stringify(key)} where that means nothing`);
    return special;
  }
  return Object.fromEntries(
    entries.map(([name, entry]) => [
      name.startsWith("$$") ? name.slice(1) : name,
      unpacked(entry, tensors, fail, depth + 1),
    ]),
  );
}

/** What an object with one special key stands for; undefined where it stands for nothing. */
function specialValue(
  key: string,
  content: unknown,
  tensors: Readonly<Record<string, Tensor>>,
): Tensor | Uint8Array | number | undefined {
  if (typeof content !== "string") return undefined;
  if (key === "$tensor") return Object.hasOwn(tensors, content) ? tensors[content] : undefined;
  if (key === "$number") return numbers.get(content);
  return key === "$bytes" && /^([\da-f]{2})*$/.test(content) ? bytesOf(content) : undefined;
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));

/** A value that is a checkpoint in each of its parts; whether these fit a model, `fit` finds out. */
function checked(value: unknown, fail: Fail): Checkpoint {
  if (!isRecord(value)) throw fail("its state is no record");
  const { optimizer, running, best, average } = value;
  const parts: Readonly<Record<string, boolean>> = {
    format: value.format === 1,
    epoch: isCount(value.epoch),
    batch: isCount(value.batch),
    running: isRecord(running) && ["loss", "rows", "seconds"].every((key) => isNumber(running[key])),
    generators: isListOf(value.generators, isBytes),
    epochGenerators: value.epochGenerators === null || isListOf(value.epochGenerators, isBytes),
    model: isTensors(value.model),
    optimizer:
      isRecord(optimizer) &&
      isRecord(optimizer.state) &&
      Object.values(optimizer.state).every(isRecord) &&
      isListOf(optimizer.paramGroups, (group) => isRecord(group) && isListOf(group.params, isCount)),
    schedule: value.schedule === null || isRecord(value.schedule),
    history: isListOf(value.history, isReport) && (value.history as unknown[]).length === value.epoch,
    best: best === null || (isRecord(best) && isCount(best.epoch) && isNumber(best.value)),
    waited: isCount(value.waited),
    bestModel: value.bestModel === null || isTensors(value.bestModel),
    average:
      average === undefined ||
      average === null ||
      (isRecord(average) && isCount(average.count) && isListOf(average.values, isTensor)),
  };
  const wrong = Object.keys(parts).find((name) => !parts[name]);
  if (wrong !== undefined) throw fail(`its ${wrong} is not what it has to be`);
  return value as unknown as Checkpoint;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && isPlain(value) && !Array.isArray(value);
const isNumber = (value: unknown): boolean => typeof value === "number";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isBytes = (value: unknown): boolean => value instanceof Uint8Array;
const isListOf = (value: unknown, is: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(is);
const isTensor = (value: unknown): boolean => value instanceof Tensor;
const isTensors = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isTensor);
const isReport = (value: unknown): boolean =>
  isRecord(value) &&
  ["epoch", "loss", "lr", "seconds"].every((key) => isNumber(value[key])) &&
  isRecord(value.metrics) &&
  Object.values(value.metrics).every(isNumber);
