/** Sums as formulas: their largest terms, and the equations that follow from the terms alone. */
import type { Explained, Expr, Term } from "./format.ts";
import { exprText } from "./text.ts";

/** Items with "=" between them; one that reads as the one before it is left out. */
export const equals = (...items: readonly Expr[]): Expr => {
  const texts = items.map((item) => exprText(item, { number: String }));
  return { kind: "equals", items: items.filter((_, i) => i === 0 || texts[i] !== texts[i - 1]) };
};

export const numberOf = (value: number, ref?: Term["factors"][number]["ref"]): Expr => ({
  kind: "number",
  value,
  ...(ref && { ref }),
});

/** Σ of terms as they are written; "…" stands for those that are left out. */
export function total(items: readonly Expr[], isCut: boolean): Expr {
  const all = isCut ? [...items, { kind: "text", text: "…" } as const] : items;
  return all.length === 1 ? all[0] : { kind: "plus", items: all };
}

export const product = (items: readonly Expr[]): Expr =>
  items.length === 1 ? items[0] : { kind: "times", items };

/** Σ of the products of factors, in symbols or in values. */
export const sumOf = (terms: readonly Term[], by: "symbols" | "values", isCut: boolean): Expr =>
  total(
    terms.map(({ factors }) =>
      product(factors.map(({ symbol, value, ref }) => (by === "symbols" ? symbol : numberOf(value, ref)))),
    ),
    isCut,
  );

/** The equations of a sum that say no more than its terms. */
export function plainSum({
  symbol,
  number,
  terms,
  termCount,
}: Pick<Explained, "symbol" | "number" | "terms" | "termCount">): Pick<Explained, "symbols" | "values"> {
  const isCut = terms.length < termCount;
  const result = numberOf(number);
  if (terms.length === 0) return { symbols: equals(symbol, result), values: equals(symbol, result) };
  return {
    symbols: equals(symbol, sumOf(terms, "symbols", isCut)),
    values: equals(symbol, sumOf(terms, "values", isCut), result),
  };
}

/**
 * The summands of largest size, in their own order, and the sum of the others. One that stays, such as a bias, takes a place whatever
 * its size.
 */
export function largest<S extends { readonly product: number; readonly stays?: boolean }>(
  summands: readonly S[],
  most: number,
): { shown: readonly S[]; rest: number } {
  if (summands.length <= most) return { shown: summands, rest: 0 };
  const size = ({ product: p, stays }: S): number => (stays ? Number.POSITIVE_INFINITY : Math.abs(p));
  const order = Array.from(summands, (_, i) => i);
  order.sort((a, b) => size(summands[b]) - size(summands[a]) || a - b);
  const kept = new Set(order.slice(0, most));
  const rest = summands.reduce((sum, { product: p }, i) => (kept.has(i) ? sum : sum + p), 0);
  return { shown: summands.filter((_, i) => kept.has(i)), rest };
}
