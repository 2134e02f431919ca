/**
 * The stable codes of {@link ChainruleError}: programs may branch on them, messages may improve.
 *
 * - `shape`: shapes that do not fit each other or the op
 * - `dtype`: a dtype that an op refuses
 * - `index`: a dimension or an index out of range
 * - `argument`: an option or an argument outside its domain
 * - `autograd`: a derivative that does not exist or was freed
 * - `in-place`: an in-place change that autograd or a view forbids
 * - `non-finite`: an infinity or NaN where none may be
 * - `state`: a state dictionary or a checkpoint that does not fit
 * - `data`: a table, a column or a row that cannot be used
 * - `file`: a file that cannot be read or written
 * - `record`: something that cannot be done while compile() records
 * - `backend`: an engine without what a program needs
 * - `broken`: a compiled program that stopped in the middle of changing something
 */
export type ErrorCode =
  | "shape"
  | "dtype"
  | "index"
  | "argument"
  | "autograd"
  | "in-place"
  | "non-finite"
  | "state"
  | "data"
  | "file"
  | "record"
  | "backend"
  | "broken";

/**
 * Every error that chainrule throws on purpose: one sentence on what is wrong, one on what to do, and the place
 * (layer, op, file, row) where it happened.
 *
 * @example
 * try {
 *   new nn.Sequential(new nn.Linear(3, 1))(tensor([[1, 2]]));
 * } catch (error) {
 *   const { code, where, remedy } = error as ChainruleError;
 *   code; // → 'shape'
 *   where; // → ['layer 0 (Linear)', 'linear']
 *   remedy; // → "The input's last size must be 3."
 * }
 */
export class ChainruleError extends Error {
  override readonly name: string = "ChainruleError";
  /** What kind of error it is, for programs that branch on it. */
  readonly code: ErrorCode;
  /** What is wrong, with the shapes, names and values at hand. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Where it happened, outermost first: layers, then the op, or a file and a row. */
  readonly where: string[] = [];

  constructor(code: ErrorCode, problem: string, remedy: string, options?: { cause?: unknown }) {
    super(`${problem} ${remedy}`, options);
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
  }

  /** Adds an enclosing place, as the error travels outward, and returns the error. */
  within(place: string): this {
    const { message, stack } = this;
    this.where.unshift(place);
    this.message = `${this.where.join(" › ")}: ${this.problem} ${this.remedy}`;
    // A stack may begin with the message as it was when somebody first looked at it.
    this.stack = stack?.replace(message, () => this.message);
    return this;
  }
}

/** Throws a {@link ChainruleError} unless the condition holds; the texts are made only when it fails. */
export function check(
  condition: boolean,
  code: ErrorCode,
  problem: () => string,
  remedy: () => string,
): asserts condition {
  if (!condition) throw new ChainruleError(code, problem(), remedy());
}
