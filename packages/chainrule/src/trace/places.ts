/** Checks of what a reader of a trace is asked for. */
import { ChainruleError } from "../util/errors.ts";

/** How many terms are listed. */
export function termsOf(asked: number): number {
  if (asked === Number.POSITIVE_INFINITY || (Number.isInteger(asked) && asked >= 0)) return asked;
  throw new ChainruleError(
    "argument",
    `${String(asked)} terms were asked for.`,
    "Ask for a whole number of them.",
  );
}

/** Whether `count` places from `start` on are among `length` ones. */
export function checkPlace(start: number, length: number, what: string, count = 1, parts = "elements"): void {
  if (
    Number.isInteger(start) &&
    Number.isInteger(count) &&
    start >= 0 &&
    count >= 0 &&
    start + count <= length
  )
    return;
  throw new ChainruleError(
    "index",
    `${what} has ${length} ${parts}, and ${count === 1 ? `number ${start} was` : `${count} from ${start} on were`} asked for.`,
    length > 0 ? `Places go from 0 to ${length - 1}.` : "Ask for none of them.",
  );
}
