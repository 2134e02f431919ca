import type { Expr } from "chainrule/trace";
import { Formula } from "../parts/Formula.tsx";

const symbol = (base: string, sub?: string, sup?: string): Expr => ({ kind: "symbol", base, sub, sup });
const times = (...items: Expr[]): Expr => ({ kind: "times", items });
const equals = (...items: Expr[]): Expr => ({ kind: "equals", items });
const call = (name: string, ...args: Expr[]): Expr => ({ kind: "call", name, args });
const sum = (over: string, of: Expr): Expr => ({ kind: "sum", over, of });
const by = (of: Expr): Expr => ({ kind: "derivative", of: symbol("ℓ"), by: of });

const [z, y, w] = [symbol("z", "j", "(k)"), symbol("y", "j", "(k)"), symbol("w", "ij", "(k)")];
const before = symbol("y", "i", "(k−1)");

const forward: readonly Expr[] = [equals(z, sum("i", times(w, before))), equals(y, call("f", z))];
const backward: readonly Expr[] = [
  equals(by(z), times(call("f′", z), by(y))),
  equals(by(w), times(before, by(z))),
  equals(by(before), sum("j", times(w, by(z)))),
];

/** The lecture's algorithm in five lines, and the step that follows. */
export function Algorithm() {
  return (
    <details class="panel algorithm">
      <summary>The algorithm in five lines</summary>
      <div class="grid">
        <Lines title="Forward, for k = 1, 2, …" formulas={forward} />
        <Lines title="Backward, from the loss ℓ" formulas={backward} />
      </div>
      <p>
        y⁽⁰⁾ is the input x. The bias is the weight w₀ from a unit y₀ that is always 1. What the forward pass
        computes is remembered: the backward pass needs it. Then every weight moves at once: w ← w − η ∂ℓ/∂w.
      </p>
    </details>
  );
}

const Lines = ({ title, formulas }: { readonly title: string; readonly formulas: readonly Expr[] }) => (
  <div class="stack">
    <h3>{title}</h3>
    {formulas.map((formula, i) => (
      <Formula key={i} expr={formula} />
    ))}
  </div>
);
