import { ChainruleError } from "chainrule";
import { RowError } from "chainrule/tables";

/** What a request is answered. */
export interface Answer {
  readonly status: number;
  readonly type: "application/json" | "text/html; charset=utf-8";
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many rows were predicted, for the log. */
  readonly rows?: number;
}

export const json = (value: unknown, more: Partial<Omit<Answer, "type" | "body">> = {}): Answer => ({
  status: 200,
  type: "application/json",
  body: `${JSON.stringify(value)}\n`,
  ...more,
});

/** What is wrong with a request: the answer to it. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(
    status: number,
    error: string,
    problem: string,
    remedy: string,
    more: Pick<Answer, "headers"> & {
      readonly column?: string | null;
      readonly row?: number | null;
    } = {},
  ) {
    super(problem);
    const { column = null, row = null, ...rest } = more;
    this.answer = json({ error, problem, remedy, column, row }, { status, ...rest });
  }
}

/** The answer to an error. One that nobody expected is not told to a stranger. */
export function answerTo(error: unknown): Answer {
  if (error instanceof Refusal) return error.answer;
  if (error instanceof RowError) {
    const { code, problem, remedy, column, row } = error;
    return new Refusal(400, code, problem, remedy, { column, row }).answer;
  }
  if (error instanceof ChainruleError)
    return new Refusal(500, error.code, error.problem, error.remedy).answer;
  return new Refusal(500, "internal", "Something went wrong in the server.", "Look at what it printed.")
    .answer;
}
