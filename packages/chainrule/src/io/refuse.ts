import { ChainruleError } from "../util/errors.ts";

/** How a reader says what is wrong with a file, and at which byte of it. */
export type Refuse = (problem: string, at: number) => Error;

/**
 * How the reader of a format refuses a file.
 *
 * @param source how to name the file in messages
 * @param verdict such as "is no whole IDX file"
 * @param remedy what to do about it
 */
export const refusal =
  (
    source: string,
    verdict: string,
    remedy = "Copy or download it anew, or write it again where it came from.",
  ): Refuse =>
  (problem, at) =>
    new ChainruleError("file", `${source} ${verdict}: ${shortened(problem)} (at byte ${at}).`, remedy);

/** A name in a hostile file may be as long as the file. */
const shortened = (text: string): string => (text.length > 300 ? `${text.slice(0, 299)}…` : text);
