import { recording } from "../core/recording.ts";
import { Storage } from "../core/storage.ts";
import type { Spec } from "../core/tensor.ts";
import { Tensor } from "../core/tensor.ts";
import type { DType, TypedArray } from "../shape/dtype.ts";
import { contiguousStrides, numel } from "../shape/shape.ts";
import { ChainruleError } from "../util/errors.ts";
import { callerPlace } from "./place.ts";

const none = new Uint8Array(0);

/** The storage of a value that is only described: it has no elements before the program runs. */
export class RecordedStorage extends Storage {
  constructor(dtype: DType, length: number) {
    super(dtype, none, length);
  }

  override get elements(): TypedArray {
    if (!recording) throw leftover();
    throw unknownValue();
  }
}

/** A contiguous tensor whose elements are not known yet. */
export const recordedTensor = ({ shape, dtype }: Spec): Tensor =>
  new Tensor(new RecordedStorage(dtype, numel(shape)), shape, contiguousStrides(shape), 0);

/** A tensor that left the function that was recorded by another way than as its result. */
export const leftover = (): ChainruleError =>
  refusal(
    "A tensor is used that another recording left behind: it was never computed.",
    "Let the compiled function return it; pass it in where another one needs it.",
  );

/** The host reads what each run computes or finds anew. */
export const unknownValue = (reader?: string): ChainruleError =>
  refusal(
    `A value is read${reader ? ` by ${reader}` : ""} while compile() records the function, when nothing is computed yet.`,
    "Return the tensor and read it after the call; to choose by a value, use where().",
  );

/**
 * An error about what a compiled function must not do, with the line that does it: added by whoever records, outside of layers and ops.
 */
export function refusal(problem: string, remedy: string): ChainruleError {
  const error = new ChainruleError("record", problem, remedy);
  return recording ? error : placed(error);
}

/** The error, with the line of the user's code that it is about. */
export function placed(error: ChainruleError): ChainruleError {
  const place = callerPlace(error.stack);
  return place && !error.where.includes(place) ? error.within(place) : error;
}
