import { ChainruleError } from "../errors.ts";

/** The error that a body throws; another error, or none, fails the test. */
export function thrown(body: () => unknown): ChainruleError {
  try {
    body();
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
