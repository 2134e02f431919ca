import type { Expr } from "./format.ts";

/** How {@link exprText} writes. */
export interface TextOptions {
  /** How numbers are written. What begins with the sign − (U+2212) is subtracted. Default: four significant digits. */
  number?: (value: number) => string;
}

/**
 * A formula as one line of Unicode text, for terminals and screen readers.
 *
 * @example
 * const t = trace(new nn.Linear(1, 1), tensor([[0.5]]));
 * const { symbols, values } = t.explain({ value: t.data.output, of: "value", index: 0 });
 * if (symbols === null || values === null) throw new Error("An output is computed.");
 * exprText(symbols); // → 'z₁⁽¹⁾ = w₀₁⁽¹⁾·1 + w₁₁⁽¹⁾·y₁⁽⁰⁾'
 * exprText(values); // → 'z₁⁽¹⁾ = 0.5364·1 − 0.007487·0.5 = 0.5327'
 * const number = (x: number) => x.toFixed(2).replace("-", "−");
 * exprText(values, { number }); // → 'z₁⁽¹⁾ = 0.54·1.00 − 0.01·0.50 = 0.53'
 */
export function exprText(expr: Expr, options: TextOptions = {}): string {
  return write(expr, "none", 0, options.number ?? ((value) => shortNumber(value)));
}

type Around = "none" | "plus" | "times" | "power";

/** An expression with parentheses where its surroundings need them. */
function write(expr: Expr, around: Around, index: number, number: (value: number) => string): string {
  const text = plain(expr, number);
  return needsParentheses(expr, around, index) ? `(${text})` : text;
}

function needsParentheses(expr: Expr, around: Around, index: number): boolean {
  if (around === "none") return false;
  if (expr.kind === "equals") return true;
  if (around === "plus") return false;
  if (expr.kind === "number") return expr.value < 0 && (index > 0 || around === "power");
  if (expr.kind === "plus" || expr.kind === "minus") return expr.kind === "minus" || expr.items.length > 1;
  if (around === "times") return expr.kind === "fraction" ? index > 0 : expr.kind === "sum" && index === 0;
  return expr.kind !== "symbol" && expr.kind !== "text" && expr.kind !== "call";
}

function plain(expr: Expr, number: (value: number) => string): string {
  const all = (items: readonly Expr[], sign: string, around: Around): string =>
    items.map((item, i) => write(item, around, i, number)).join(sign);
  switch (expr.kind) {
    case "symbol":
      return expr.base + below(expr.sub) + above(expr.sup);
    case "number":
      return number(expr.value);
    case "text":
      return expr.text;
    case "equals":
      return all(expr.items, " = ", "none");
    case "plus":
      // What begins with a minus sign is subtracted.
      return all(expr.items, " + ", "plus").replaceAll(" + −", " − ");
    case "times":
      return all(expr.items, "·", "times");
    case "minus": {
      const right = write(expr.right, "times", 1, number);
      const isNegation = expr.left.kind === "text" && expr.left.text === "";
      return isNegation ? `−${right}` : `${write(expr.left, "plus", 0, number)} − ${right}`;
    }
    case "fraction": {
      const around = expr.bottom.kind === "power" ? "none" : "power";
      return `${write(expr.top, "times", 0, number)} / ${write(expr.bottom, around, 1, number)}`;
    }
    case "power": {
      const base = write(expr.base, "power", 0, number);
      const exponent = plain(expr.exponent, number);
      const raised = above(exponent);
      if (expr.exponent.kind === "number" && !raised.startsWith("^")) return base + raised;
      return `${base}^${write(expr.exponent, "power", 1, number)}`;
    }
    case "sum":
      return `Σ_${expr.over} ${write(expr.of, "times", 1, number)}`;
    case "call":
      return `${expr.name}(${all(expr.args, ", ", "none")})`;
    case "derivative":
      return `∂${plain(expr.of, number)}/∂${plain(expr.by, number)}`;
  }
}

const lower: Readonly<Record<string, string>> = Object.fromEntries(
  [..."0123456789+−()aehijklmnoprstuvx"].map((c, i) => [c, [..."₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"][i]]),
);
const upper: Readonly<Record<string, string>> = Object.fromEntries(
  [..."0123456789+−()nijk"].map((c, i) => [c, [..."⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱʲᵏ"][i]]),
);

/** Lowered letters where all have such a form; else after an underscore. */
const below = (text: string | undefined): string => shifted(text, lower, "_");
const above = (text: string | undefined): string => shifted(text, upper, "^");

function shifted(text: string | undefined, forms: Readonly<Record<string, string>>, sign: string): string {
  if (!text) return "";
  const letters = [...text];
  // Names that stand in brackets of their own need no sign.
  if (text.startsWith("[")) return text;
  // A comma has no lowered form, but between lowered digits it is clear.
  if (letters.every((c) => c in forms || c === ",")) return letters.map((c) => forms[c] ?? c).join("");
  return /^[\p{L}\d]+$/u.test(text) ? sign + text : `${sign}{${text}}`;
}

const raisedDigits = (exponent: number): string => above(String(exponent).replace("-", "−"));

/** Some significant digits (default four), the minus sign of mathematics, and powers of ten for the very large and small. */
export function shortNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size < 1e-4 || size >= 1e6) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
    return `${sign}${Number(mantissa)}×10${raisedDigits(Number(exponent))}`;
  }
  return sign + String(Number(size.toPrecision(digits)));
}
