/** The way of a derivative: from the loss back to a number, at each step through the term that counts most. */
import type { ElementRef, Explained } from "chainrule/trace";
import { same } from "./walk.ts";

export interface WayStep {
  readonly explained: Explained;
  /** What the derivative is multiplied with on its way on to the next step, such as a weight; null at the end. */
  readonly factor: {
    readonly ref: ElementRef | undefined;
    readonly value: number;
    readonly symbol: Explained["symbol"];
  } | null;
}

const LONGEST = 60;

/**
 * From the loss on. Empty for what is no derivative.
 *
 * @param start - where the backward pass starts: a loss that is one step leads there at once
 */
export async function wayOf(
  ref: ElementRef,
  start: ElementRef | null,
  explain: (ref: ElementRef) => Promise<Explained>,
): Promise<WayStep[]> {
  const way: WayStep[] = [];
  let factor: WayStep["factor"] = null;
  let at: ElementRef | null = ref.of === "gradient" ? ref : null;
  while (at !== null && way.length < LONGEST) {
    const explained: Explained = await explain(at);
    way.unshift({ explained, factor });
    const next = upstream(explained);
    at = next?.ref ?? null;
    factor = next?.factor ?? null;
  }
  const [first] = way;
  if (first?.explained.short && start && !same(first.explained.ref, start))
    way.unshift({ explained: await explain(start), factor: null });
  return way;
}

/** The derivative behind it in the largest term, and what it is multiplied with there. */
function upstream({
  terms,
  ref,
  values,
  symbols,
}: Explained): { ref: ElementRef; factor: WayStep["factor"] } | null {
  const [largest] = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  if (largest) {
    const behind = largest.factors.find((factor) => factor.ref?.of === "gradient" && !same(factor.ref, ref));
    const other = largest.factors.find((factor) => factor !== behind);
    if (behind?.ref)
      return {
        ref: behind.ref,
        factor: other ? { ref: other.ref, value: other.value, symbol: other.symbol } : null,
      };
  }
  // Of a function, its formula tells.
  const behind = [symbols, values]
    .flatMap((expr) => (expr ? refsOf(expr) : []))
    .find((one) => one.of === "gradient" && !same(one, ref));
  return behind ? { ref: behind, factor: null } : null;
}

/** All numbers of a trace that a formula names. */
export function refsOf(expr: NonNullable<Explained["symbols"]>): ElementRef[] {
  const own = "ref" in expr && expr.ref ? [expr.ref] : [];
  switch (expr.kind) {
    case "equals":
    case "plus":
    case "times":
      return [...own, ...expr.items.flatMap(refsOf)];
    case "minus":
      return [...refsOf(expr.left), ...refsOf(expr.right)];
    case "fraction":
      return [...refsOf(expr.top), ...refsOf(expr.bottom)];
    case "power":
      return [...refsOf(expr.base), ...refsOf(expr.exponent)];
    case "sum":
      return refsOf(expr.of);
    case "call":
      return expr.args.flatMap(refsOf);
    default:
      return own;
  }
}

/** What a number is computed from: all of it, or one term of its sum. */
export function operandsOf(
  { ref, terms, symbols, values }: Explained,
  term: number | null = null,
): ElementRef[] {
  const one = term === null ? undefined : terms[term];
  if (one) return one.factors.flatMap((factor) => factor.ref ?? []);
  const all = [
    ...terms.flatMap(({ factors }) => factors.flatMap((factor) => factor.ref ?? [])),
    ...[symbols, values].flatMap((expr) => (expr ? refsOf(expr) : [])),
  ];
  return all.filter((own, at) => !same(own, ref) && all.findIndex((other) => same(other, own)) === at);
}
