import type { Input, Source, View } from "../core/graph.ts";
import type { Operand } from "../core/op.ts";
import type { Draw, Interpreter } from "../core/primitives.ts";
import { Storage } from "../core/storage.ts";
import { type Spec, Tensor } from "../core/tensor.ts";
import type { TypedArray } from "../shape/dtype.ts";
import { ChainruleError } from "../util/errors.ts";
import { isHostNumber } from "./sources.ts";

/** Computes a source by an interpreter. `elements` gives those of the values that it reads; a live number is one number. */
export function runSource(
  source: Source,
  out: Spec,
  host: Interpreter,
  elements: (view: View) => TypedArray,
): TypedArray {
  const tensor = (view: View): Tensor =>
    new Tensor(new Storage(view.value.dtype, elements(view)), view.shape, view.strides, view.offset);
  const operand = (input: Input): Operand =>
    typeof input === "number" ? input : isHostNumber(input) ? elements(input)[input.offset] : tensor(input);
  const compute = (): Tensor => {
    switch (source.kind) {
      case "unary":
        return host.unary(source.op, tensor(source.x), out);
      case "binary":
        return host.binary(source.op, operand(source.a), operand(source.b), out);
      case "addScaled":
        return host.addScaled(operand(source.x), operand(source.other), operand(source.alpha), out);
      case "where":
        return host.where(tensor(source.condition), operand(source.a), operand(source.b), out);
      case "copy":
        return host.copy(operand(source.x), out);
      case "reduce":
        return host.reduce(source.op, tensor(source.x), source.dims, out);
      case "scan":
        return host.scan(source.op, tensor(source.x), source.dim, out);
      case "matmul":
        return host.matmul(tensor(source.a), tensor(source.b), out);
      case "gather":
        return host.gather(tensor(source.x), source.dim, tensor(source.index), out);
      case "scatter": {
        const { mode, x, dim, index } = source;
        return host.scatter(mode, tensor(x), dim, tensor(index), operand(source.source), out);
      }
      case "argsort":
        return host.argsort(tensor(source.x), source.dim, source.descending, out);
      case "random": {
        const { draw, p } = source;
        const drawn: Draw =
          draw.kind === "bernoulli" && p !== null ? { kind: "bernoulli", p: operand(p) } : draw;
        return host.random(drawn, source.generator, out);
      }
      default:
        throw new ChainruleError(
          "backend",
          `A value of kind ${source.kind} is not computed.`,
          "This is an error in chainrule.",
        );
    }
  };
  return compute().storage.elements;
}
