/** Remainders of divisions, exact, with the sign of the divisor. */
import {
  block,
  brIf,
  type FunctionReference,
  f64,
  i32,
  loop,
  ret,
  select,
  when,
} from "../assembler/index.ts";
import type { Helpers } from "../math/helpers.ts";

/**
 * x − y·⌊x/y⌋ in float64, rounded once: long division in binary. Doubling y and taking a doubled y away from what is less than
 * twice as much are exact.
 */
export const remainder = (helpers: Helpers): FunctionReference<{ x: "f64"; y: "f64" }, "f64"> =>
  helpers.get("remainder float64", (module) =>
    module.func("remainder", { params: { x: "f64", y: "f64" }, result: "f64" }, ({ x, y }, local) => {
      const rest = local("f64", "rest");
      const size = local("f64", "size");
      const part = local("f64", "part");
      const infinity = Number.POSITIVE_INFINITY;
      return [
        rest.set(f64.abs(x)),
        size.set(f64.abs(y)),
        // Neither an infinite x nor a y of 0 leaves a remainder; with NaN no comparison holds.
        when(i32.eqz(i32.and(f64.lt(rest, infinity), f64.gt(size, 0))), [ret(f64.const(Number.NaN))]),
        part.set(size),
        block((exit) => [
          loop((again) => [
            brIf(exit, i32.eqz(f64.le(f64.add(part, part), rest))),
            part.set(f64.add(part, part)),
            brIf(again, 1),
          ]),
        ]),
        block((exit) => [
          loop((again) => [
            when(f64.ge(rest, part), [rest.set(f64.sub(rest, part))]),
            // An infinite divisor would stay what it is when halved.
            brIf(exit, f64.eq(part, size)),
            part.set(f64.mul(part, 0.5)),
            brIf(again, 1),
          ]),
        ]),
        rest.set(f64.copysign(rest, x)),
        select(f64.add(rest, y), rest, i32.and(f64.ne(rest, 0), i32.ne(f64.lt(rest, 0), f64.lt(y, 0)))),
      ];
    }),
  );
