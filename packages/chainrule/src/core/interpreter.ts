import { ChainruleError } from "../util/errors.ts";
import type { Interpreter } from "./primitives.ts";

const missing = new Proxy({} as Interpreter, {
  get(): never {
    throw new ChainruleError(
      "backend",
      "No backend is installed.",
      'Import from "chainrule", which installs one.',
    );
  },
});

/** What runs primitives now. A live binding, read at each use. */
export let interpreter: Interpreter = missing;

/** Installs the interpreter that eager code uses. */
export function useInterpreter(next: Interpreter): void {
  interpreter = next;
}

/** Runs `body` under another interpreter, a recorder for instance. */
export function withInterpreter<R>(next: Interpreter, body: () => R): R {
  const before = interpreter;
  interpreter = next;
  try {
    return body();
  } finally {
    interpreter = before;
  }
}
