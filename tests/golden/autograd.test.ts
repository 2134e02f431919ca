/** Jacobians, Hessians, products with them, and higher derivatives against PyTorch. */
import { grad, hessian, jacobian, jvp, type Tensor, vjp, zerosLike } from "chainrule";
import { describe, test } from "vitest";
import { type Call, callStep } from "./calls.ts";
import { expectClose, fromGolden, type GoldenTensor, golden } from "./golden.ts";

interface Case {
  name: string;
  kind: "jacobian" | "hessian" | "vjp" | "jvp" | "derivatives" | "gradPenalty";
  program: Call[];
  inputs: GoldenTensor[];
  v?: GoldenTensor;
  output?: GoldenTensor;
  orders?: GoldenTensor[];
  grads?: (GoldenTensor | null)[];
}

const limit = 1e-10;

/** The case's function: its program, with the first input free. */
function programOf(c: Case, rest: readonly Tensor[]): (x: Tensor) => Tensor {
  return (x) => {
    const values: Tensor[] = [];
    for (const step of c.program) values.push(callStep(step, { inputs: [x, ...rest], values }));
    return values[values.length - 1];
  };
}

function run(c: Case): void {
  const [x, ...rest] = c.inputs.map((g) => fromGolden(g));
  const f = programOf(c, rest);
  const wanted = c.output as GoldenTensor;
  switch (c.kind) {
    case "jacobian":
      return expectClose(jacobian(f, x), wanted, limit, limit);
    case "hessian":
      return expectClose(hessian(f, x), wanted, limit, limit);
    case "vjp":
      return expectClose(vjp(f, x, fromGolden(c.v as GoldenTensor))[1], wanted, limit, limit);
    case "jvp":
      return expectClose(jvp(f, x, fromGolden(c.v as GoldenTensor))[1], wanted, limit, limit);
    case "derivatives": {
      x.requiresGrad_();
      let y = f(x);
      (c.orders ?? []).forEach((order, i) => {
        // A derivative that x no longer takes part in has itself the derivative zero.
        if (i > 0) y = y.requiresGrad ? grad(y.sum(), [x], { createGraph: true })[0] : zerosLike(x);
        expectClose(y, order, limit, limit, `derivative ${i}`);
      });
      return;
    }
    case "gradPenalty": {
      x.requiresGrad_();
      for (const w of rest) w.requiresGrad_();
      const [dx] = grad(f(x).sum(), [x], { createGraph: true });
      const penalty = dx.square().sum();
      expectClose(penalty, wanted, limit, limit, "penalty");
      const found = grad(penalty, rest, { allowUnused: true });
      (c.grads ?? []).forEach((g, i) => {
        // The last bias does not move the slopes: no gradient, for which the file has zeros.
        expectClose(found[i] ?? zerosLike(rest[i]), g as GoldenTensor, limit, limit, `gradient ${i}`);
      });
    }
  }
}

describe("derivatives of any order are PyTorch's", () => {
  test.each(golden<Case[]>("autograd").map((c) => [c.name, c] as const))("%s", (_, c) => run(c));
});
