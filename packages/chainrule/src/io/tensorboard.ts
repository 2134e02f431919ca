import { ChainruleError } from "../util/errors.ts";
import { crc32c } from "./crc32.ts";

/**
 * Event files of TensorBoard: records one after the other, each a message of protocol buffers between its length and its check
 * sum. Every function here gives the bytes of one record, so a file is written by appending them, and in a browser it is a `Blob` of
 * them. TensorBoard reads files whose names contain "tfevents", see {@link eventFileName}.
 *
 * https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto (event.proto, summary.proto)
 */

/**
 * A name for an event file of TensorBoard that was begun at a time, in milliseconds since 1970. `writer` tells apart those of one
 * second.
 *
 * @example
 * eventFileName(1700000000000, "laptop"); // → 'events.out.tfevents.1700000000.laptop'
 */
export const eventFileName = (begun: number, writer: string): string =>
  `events.out.tfevents.${String(Math.floor(begun / 1000)).padStart(10, "0")}.${writer}`;

/**
 * The first record of an event file of TensorBoard. Others are appended to it; in a browser the file is a `Blob` of them.
 *
 * @param now milliseconds since 1970; by default the time of the call
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * const records = [eventFileStart(), scalarsEvent(1, { loss: 0.7 }), scalarsEvent(2, { loss: 0.5 })];
 * await writeFile(eventFileName(Date.now(), "me"), Buffer.concat(records)); // tensorboard --logdir .
 * records.map(({ length }) => length); // → [40, 42, 42]
 */
export const eventFileStart = (now = Date.now()): Uint8Array =>
  record([...time(now), ...text(3, "brain.Event:2")]);

/**
 * A record that says that training starts again at a step: what an earlier file has from there on is forgotten.
 *
 * @param step a whole number of at least 0
 * @param now milliseconds since 1970; by default the time of the call
 * @throws ChainruleError `argument` for another step
 *
 * @example
 * const records = [eventFileStart(), restartEvent(100), scalarsEvent(100, { loss: 0.3 })];
 * restartEvent(-1); // throws argument: The step is -1
 */
export const restartEvent = (step: number, now = Date.now()): Uint8Array =>
  record([...time(now), ...whole(2, step), ...message(7, whole(1, 1))]);

/**
 * A record with numbers of one step by their names; names with a slash are shown in groups. They are kept in float32; NaN and infinities
 * may be among them.
 *
 * @param step a whole number of at least 0
 * @param now milliseconds since 1970; by default the time of the call
 * @throws ChainruleError `argument` for another step
 *
 * @example
 * const record = scalarsEvent(1, { "loss/training": 0.7, "loss/validation": 0.9 });
 * record.length; // → 75
 * scalarsEvent(0.5, { loss: 0.7 }); // throws argument: The step is 0.5
 */
export const scalarsEvent = (
  step: number,
  values: Readonly<Record<string, number>>,
  now = Date.now(),
): Uint8Array => summary(step, values, (value) => float(2, value), now);

/**
 * A record of how the elements of arrays are distributed at one step, by names: in 50 bins of one width from the least to the greatest.
 * Elements that are not finite are left out.
 *
 * @param step a whole number of at least 0
 * @param now milliseconds since 1970; by default the time of the call
 * @throws ChainruleError `argument` for another step
 *
 * @example
 * const { weight } = new nn.Linear(20, 10);
 * const record = histogramsEvent(1, { "fc.weight": weight.data }); // 50 bins for 200 weights
 * record.length; // → 898
 */
export const histogramsEvent = (
  step: number,
  arrays: Readonly<Record<string, ArrayLike<number>>>,
  now = Date.now(),
): Uint8Array => summary(step, arrays, (array) => message(5, histogram(array)), now);

function summary<T>(
  step: number,
  values: Readonly<Record<string, T>>,
  encode: (value: T) => readonly number[],
  now: number,
): Uint8Array {
  const entries = Object.entries(values).flatMap(([tag, value]) =>
    message(1, [...text(1, tag), ...encode(value)]),
  );
  return record([...time(now), ...whole(2, step), ...message(5, entries)]);
}

/** Bins of one width from the least element to the greatest. */
const BINS = 50;

function histogram(array: ArrayLike<number>): number[] {
  let [min, max, count, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < array.length; i++) {
    const value = array[i];
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    count++;
    sum += value;
    squares += value * value;
  }
  if (count === 0) [min, max] = [0, 0];
  const scale = BINS / (max - min);
  // One bin also where the elements are too close together, or too far apart, to divide.
  const bins = scale > 0 && Number.isFinite(scale) ? BINS : 1;
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < array.length; i++) {
    const value = array[i];
    if (Number.isFinite(value))
      counts[bins === 1 ? 0 : Math.min(bins - 1, Math.floor((value - min) * scale))]++;
  }
  // The upper end of each bin.
  const limits = counts.map((_, i) => (i === bins - 1 ? max : min + (i + 1) / scale));
  return [
    ...[min, max, count, sum, squares].flatMap((value, i) => double(i + 1, value)),
    ...doubles(6, limits),
    ...doubles(7, counts),
  ];
}

// Protocol buffers: a field is its number and kind, then its value. https://protobuf.dev/programming-guides/encoding

const kinds = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const field = (number: number, kind: keyof typeof kinds): number => (number << 3) | kinds[kind];

/** A whole number in groups of seven bits, the lowest first. */
function varint(value: number): number[] {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ChainruleError("argument", `The step is ${value}.`, "Give a whole number of at least 0.");
  }
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

const whole = (number: number, value: number): number[] => [field(number, "varint"), ...varint(value)];

const message = (number: number, bytes: readonly number[]): number[] => [
  field(number, "bytes"),
  ...varint(bytes.length),
  ...bytes,
];

const text = (number: number, value: string): number[] =>
  message(number, [...new TextEncoder().encode(value)]);

const float = (number: number, value: number): number[] => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [field(number, "fixed32"), ...new Uint8Array(view.buffer)];
};

const bytesOfDouble = (value: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer);
};

const double = (number: number, value: number): number[] => [
  field(number, "fixed64"),
  ...bytesOfDouble(value),
];

const doubles = (number: number, values: readonly number[]): number[] =>
  message(
    number,
    values.flatMap((value) => [...bytesOfDouble(value)]),
  );

/** Seconds since 1970. */
const time = (now: number): number[] => double(1, now / 1000);

/**
 * A record as TensorFlow frames it: length (8 bytes), its masked check sum (4), the message, its masked check sum.
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
function record(content: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(content.length + 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length, true);
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true);
  bytes.set(content, 12);
  view.setUint32(12 + content.length, masked(crc32c(bytes.subarray(12, 12 + content.length))), true);
  return bytes;
}

/** A check sum of something that holds check sums is masked: turned by 15 bits, plus a constant. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
