import { currentScope } from "../../tensor/index.ts";
import { ChainruleError } from "../../util/errors.ts";

const withLayer = new WeakSet<ChainruleError>();

/** Adds the layer that is running to an error, once: in the innermost call, where the whole path is known. */
export function located(error: unknown): unknown {
  const scope = currentScope();
  if (!(error instanceof ChainruleError) || withLayer.has(error) || !scope) return error;
  withLayer.add(error);
  return error.within(scope.describe());
}
