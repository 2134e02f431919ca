/** What went wrong, as a sentence, and what to do. */
export interface Failure {
  readonly problem: string;
  readonly remedy: string;
}

/** The sentence of anything that was thrown, here or in the Worker. Errors cross as plain objects with these two texts. */
export function failureOf(error: unknown): Failure {
  const { problem, remedy, message } = (error ?? {}) as {
    problem?: unknown;
    remedy?: unknown;
    message?: unknown;
  };
  if (typeof problem === "string") return { problem, remedy: typeof remedy === "string" ? remedy : "" };
  return {
    problem: typeof message === "string" && message !== "" ? message : String(error),
    remedy: "This should not happen. Start again; if it comes back, report it with what you did.",
  };
}
