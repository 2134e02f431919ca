/** Every op of the library with its derivatives, as strict programs of their own, on the samples of its tests. */
import { allOps } from "chainrule";
import { engines, valueAndGradients } from "../../packages/chainrule/src/ops/testing/engines.ts";
import { type Arguments, samplesOf, withInputs } from "../../packages/chainrule/src/ops/testing/samples.ts";
import { bitsOf } from "./numbers.ts";

const strict = engines.find(({ name }) => name === "compiled, strict")!;

/** The results as text, by op and type. */
export function allOperations(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const op of allOps()) {
    const given = samplesOf(op);
    const narrow = given.map((args) =>
      withInputs(op, args, (x) => (x.dtype === "float64" ? x.to("float32") : x)),
    );
    for (const [type, samples] of Object.entries({ float64: given, float32: narrow })) {
      const results = (args: Arguments): string => valueAndGradients(strict, op, args).map(bitsOf).join("\n");
      found[`${op.name}, ${type}`] = samples.map(results).join("\n");
    }
  }
  return found;
}
