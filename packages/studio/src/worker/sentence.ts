/** Errors as sentences. */
import { ChainruleError, type ErrorCode } from "chainrule";

/** An error that says what is wrong and what to do. */
export const refusal = (code: ErrorCode, problem: string, remedy: string): ChainruleError =>
  new ChainruleError(code, problem, remedy);

/** What crosses to the page of anything thrown: plain data, with a sentence whatever it was. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly problem: string;
  readonly remedy: string;
}

/** A remedy that names options of the library, which the page does not have, with those of the command line instead. */
const forPage = (remedy: string): string =>
  remedy
    .replace(/\binclude: \["((?:[^"\\]|\\.)*)"\]/g, '`chainrule train --include "$1"` in a terminal')
    .replace(
      /\b(task|targetTransform): "([a-z]+)"/g,
      (_, name: string, value: string) =>
        `\`chainrule train --${name === "task" ? name : "target-transform"} ${value}\` in a terminal`,
    );

export function plainError(error: unknown): PlainError {
  if (error instanceof ChainruleError) {
    const { name, message, code, where } = error;
    return {
      name,
      message,
      code,
      problem: [...where, error.problem].join(": "),
      remedy: forPage(error.remedy),
    };
  }
  const found = error instanceof Error ? error.message : String(error);
  const memory = error instanceof RangeError && /allocat|memory|length/i.test(found);
  const problem = memory
    ? "There is not enough memory for that."
    : `Something went wrong that nobody foresaw: ${found}`;
  const remedy = memory
    ? "Take fewer rows, or a smaller network."
    : "Nothing has changed. Try something else.";
  return {
    name: "Error",
    message: `${problem} ${remedy}`,
    code: memory ? "memory" : "unexpected",
    problem,
    remedy,
  };
}
