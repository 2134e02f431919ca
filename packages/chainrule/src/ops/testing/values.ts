/** Generated checks of what an op computes. */
import { apply, type Op } from "../../core/op.ts";
import { type Spec, Tensor } from "../../core/tensor.ts";
import { type DType, isFloating } from "../../shape/dtype.ts";
import { broadcastShapes, sameShape, showShape } from "../../shape/shape.ts";
import { ChainruleError } from "../../util/errors.ts";
import { must, mustAgree, show } from "./compare.ts";
import { type Engine, oracle, valueAndGradients } from "./engines.ts";
import { type Arguments, contiguous, converted, expanded, inputsOf, layouts, withInputs } from "./samples.ts";

const same = (op: Op, args: Arguments): Arguments => withInputs(op, args, (x) => x);
const run = (op: Op, args: Arguments): Tensor => apply(op, { ...same(op, args) });

/** Whether a computed tensor is what the rule for shape and dtype announced. */
const agrees = (spec: Spec, y: Tensor): boolean => sameShape(spec.shape, y.shape) && spec.dtype === y.dtype;

/** The result has the announced shape and dtype; it is a new tensor, and the inputs are as they were. */
export function checkRule(op: Op, args: Arguments): void {
  const inputs = inputsOf(op, args).map(({ tensor }) => tensor);
  const before = inputs.map((x) => ({ version: x.storage.version, elements: x.storage.elements.slice() }));
  const spec = op.result({ ...args });
  const y = run(op, args);
  must(
    agrees(spec, y),
    () =>
      `${show(args)}: announced ${spec.dtype}${showShape(spec.shape)}, computed ${y.dtype}${showShape(y.shape)}`,
  );
  must(!inputs.includes(y), () => `${show(args)}: the result is an input itself`);
  must(!y.requiresGrad, () => `${show(args)}: a result without differentiable inputs has a history`);
  inputs.forEach((x, i) => {
    const { version, elements } = before[i];
    must(
      x.storage.version === version && x.storage.elements.every((v, k) => Object.is(v, elements[k])),
      () => `${show(args)}: input ${i} was written to`,
    );
  });
}

/** Memory layouts do not matter: all inputs in another one, or one input alone. */
export function checkLayouts(op: Op, args: Arguments): void {
  const expected = valueAndGradients(oracle, op, args);
  const count = inputsOf(op, args).length;
  for (const layout of layouts) {
    for (let only = -1; only < (count > 1 ? count : 0); only++) {
      let k = 0;
      const moved = withInputs(op, args, (x) => (only < 0 || k++ === only ? layout.apply(x) : x));
      const what = `${show(args)}, inputs ${layout.name}`;
      valueAndGradients(oracle, op, moved).forEach((y, i) => {
        mustAgree(y, expected[i], 1e-13, () => `${what}: ${i === 0 ? "value" : `gradient ${i}`}`);
      });
    }
  }
}

/** Inputs that repeat one slice by a stride of 0 give what their copies give. */
export function checkExpanded(op: Op, args: Arguments): void {
  const ranks = inputsOf(op, args).map(({ tensor }) => tensor.ndim);
  for (const along of [[0], [-1], [0, 1, 2, 3]]) {
    if (Math.max(...ranks, 0) === 0) return;
    const repeat = (x: Tensor): Tensor =>
      expanded(
        x,
        along.map((d) => (d < 0 ? x.ndim + d : d)),
      );
    const repeated = withInputs(op, args, repeat);
    const copied = withInputs(op, args, (x) => contiguous.apply(repeat(x)));
    const expected = valueAndGradients(oracle, op, copied);
    valueAndGradients(oracle, op, repeated).forEach((y, i) => {
      mustAgree(
        y,
        expected[i],
        1e-13,
        () => `${show(args)}, expanded along ${along}: ${i === 0 ? "value" : `gradient ${i}`}`,
      );
    });
  }
}

/** Inputs that stretch to the result's shape give what stretched copies of them give. */
export function checkBroadcast(op: Op, args: Arguments): void {
  const { shape } = op.result({ ...args });
  const inputs = inputsOf(op, args).map(({ tensor }) => tensor);
  const stretches = (x: Tensor): boolean => {
    try {
      return sameShape(broadcastShapes(x.shape, shape), shape);
    } catch {
      return false;
    }
  };
  const hasList = op.inputs.some((name) => Array.isArray(args[name])); // lists are joined, not broadcast
  if (
    hasList ||
    inputs.length < 2 ||
    !inputs.every(stretches) ||
    inputs.every((x) => sameShape(x.shape, shape))
  )
    return;
  const stretched = withInputs(op, args, (x) => contiguous.apply(x.expand(shape)));
  mustAgree(run(op, args), run(op, stretched), 1e-13, () => `${show(args)}: broadcast`);
}

const precision = { float32: 2 ** -23, float64: 2 ** -52 };

/** float32 gives what float64 gives for the same numbers, to rounding; so do the gradients. */
export function checkFloat32(op: Op, args: Arguments): void {
  const narrow = withInputs(op, args, (x) => (isFloating(x.dtype) ? converted(x, "float32") : x));
  const wide = withInputs(op, narrow, (x) => (isFloating(x.dtype) ? converted(x, "float64") : x));
  const expected = valueAndGradients(oracle, op, wide);
  valueAndGradients(oracle, op, narrow).forEach((y, i) => {
    mustAgree(
      y,
      expected[i],
      (i === 0 ? 8 : 32) * precision.float32,
      () => `${show(narrow)}: ${i === 0 ? "value" : `gradient ${i}`} in float32`,
    );
  });
}

/** Where the rule takes whole numbers or truth values, the result is that for the same numbers in float64. */
export function checkIntegers(op: Op, args: Arguments, dtype: "int32" | "bool"): boolean {
  const inputs = inputsOf(op, args);
  if (!inputs.some(({ tensor }) => isFloating(tensor.dtype))) return false;
  const whole = withInputs(op, args, (x) => (isFloating(x.dtype) ? converted(x, dtype) : x));
  let accepted: ReturnType<Op["result"]>;
  try {
    accepted = op.result({ ...whole });
  } catch (error) {
    must(error instanceof ChainruleError, () => `${show(whole)}: refused by ${String(error)}`);
    return false;
  }
  const y = run(op, whole);
  must(agrees(accepted, y), () => `${show(whole)}: announced ${accepted.dtype}, computed ${y.dtype}`);
  let real: Tensor;
  try {
    real = run(
      op,
      withInputs(op, args, (x) => (isFloating(x.dtype) ? converted(converted(x, dtype), "float64") : x)),
    );
  } catch (error) {
    must(error instanceof ChainruleError, () => `${show(whole)}: ${String(error)}`);
    return true; // an op for integers only
  }
  const { data } = y;
  const expected = Float64Array.from(real.data, (v, i) => asInteger(v, y.dtype) ?? data[i]);
  mustAgree(y, Tensor.over(expected, real.shape, "float64"), 8 * precision.float32, () => `${show(whole)}`);
  return true;
}

/** A float64 result as the dtype holds it; undefined where it has no such value. */
function asInteger(value: number, dtype: DType): number | undefined {
  if (dtype === "bool") return Number(value !== 0);
  if (dtype !== "int32") return value;
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : undefined;
}

/** A backend and mode give what the oracle gives, in each dtype. */
export function checkEngine(engine: Engine, op: Op, args: Arguments): void {
  for (const dtype of ["float64", "float32"] as const) {
    const typed = withInputs(op, args, (x) => (isFloating(x.dtype) ? converted(x, dtype) : x));
    const expected = valueAndGradients(oracle, op, typed);
    valueAndGradients(engine, op, typed).forEach((y, i) => {
      must(y.dtype === expected[i].dtype, () => `${show(typed)}: ${y.dtype} instead of ${expected[i].dtype}`);
      mustAgree(
        y,
        expected[i],
        64 * precision[dtype],
        () => `${show(typed)}: ${i === 0 ? "value" : `gradient ${i}`}`,
      );
    });
  }
}
