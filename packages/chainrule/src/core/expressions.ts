/** Walks over expressions as what they are, graphs whose nodes may be shared. */
import type { Access, Expr, Store } from "./schedule.ts";

/** The expressions that an expression is computed from. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "pick":
      return [expr.index];
    case "unary":
    case "convert":
      return [expr.x];
    case "binary":
      return [expr.a, expr.b];
    case "addScaled":
      return [expr.x, expr.other, expr.alpha];
    case "where":
      return [expr.condition, expr.a, expr.b];
    default:
      return [];
  }
}

/** All nodes of the graphs under `roots`, each once, operands before what is computed from them. */
export function subexpressions(roots: Iterable<Expr>): Set<Expr> {
  const found = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (found.has(expr)) return;
    for (const operand of operandsOf(expr)) visit(operand);
    found.add(expr);
  };
  for (const root of roots) visit(root);
  return found;
}

/** The accesses of the loads and picks under `roots`. */
export const accessesOf = (roots: Iterable<Expr>): Access[] =>
  [...subexpressions(roots)].flatMap((e) => (e.kind === "load" || e.kind === "pick" ? [e.access] : []));

/** The values of stores. */
export const valuesOf = (stores: readonly Store[]): Expr[] => stores.map(({ value }) => value);

/**
 * The expression with some of its nodes replaced: operands first, then `change` sees the node. What is shared stays shared, also
 * between calls with the same `done`.
 */
function rewritten(expr: Expr, change: (expr: Expr) => Expr, done: Map<Expr, Expr>): Expr {
  const known = done.get(expr);
  if (known) return known;
  const again = (operand: Expr): Expr => rewritten(operand, change, done);
  const withOperands = ((): Expr => {
    switch (expr.kind) {
      case "pick":
        return { ...expr, index: again(expr.index) };
      case "unary":
      case "convert":
        return { ...expr, x: again(expr.x) };
      case "binary":
        return { ...expr, a: again(expr.a), b: again(expr.b) };
      case "addScaled":
        return { ...expr, x: again(expr.x), other: again(expr.other), alpha: again(expr.alpha) };
      case "where":
        return { ...expr, condition: again(expr.condition), a: again(expr.a), b: again(expr.b) };
      default:
        return expr;
    }
  })();
  const changed = change(withOperands);
  done.set(expr, changed);
  return changed;
}

/** The expression with other accesses. */
export const mapAccesses = (
  expr: Expr,
  map: (access: Access) => Access,
  done = new Map<Expr, Expr>(),
): Expr =>
  rewritten(
    expr,
    (e) => (e.kind === "load" || e.kind === "pick" ? { ...e, access: map(e.access) } : e),
    done,
  );

/** The expression with something else in place of what was accumulated. */
export const replaceAccumulated = (expr: Expr, by: Expr, done = new Map<Expr, Expr>()): Expr =>
  rewritten(expr, (e) => (e.kind === "accumulated" ? by : e), done);
