/**
 * Reads the formulas of op records: "y = tanh x", "y (1 − y)", "x where x > 0, else negativeSlope · x", "e^xᵢ / Σⱼ e^xⱼ". What is no
 * formula but prose ("the elements of x, in order") is not read.
 */
import { digamma, erf } from "../util/special.ts";
import type { Expr } from "./format.ts";

/** A formula as a tree. */
export type Formula =
  | { readonly op: "number"; readonly value: number }
  | { readonly op: "name"; readonly name: string; readonly sub: string }
  | { readonly op: "+" | "−" | "·" | "/" | "^"; readonly left: Formula; readonly right: Formula }
  | { readonly op: "negative"; readonly of: Formula }
  | { readonly op: "call"; readonly name: string; readonly args: readonly Formula[] }
  | { readonly op: "sum" | "product"; readonly over: string; readonly of: Formula }
  | { readonly op: "where"; readonly when: Comparison; readonly then: Formula; readonly otherwise: Formula };

interface Comparison {
  readonly left: Formula;
  readonly sign: string;
  readonly right: Formula;
}

type Numeric = (...args: number[]) => number;

const normalDensity: Numeric = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

const functions: Readonly<Record<string, Numeric>> = {
  tanh: Math.tanh, sinh: Math.sinh, cosh: Math.cosh, arsinh: Math.asinh, arcosh: Math.acosh,
  sin: Math.sin, cos: Math.cos, tan: Math.tan, arcsin: Math.asin, arccos: Math.acos, arctan: Math.atan,
  log: Math.log, "log₂": Math.log2, "√": Math.sqrt, sign: Math.sign, max: Math.max, min: Math.min, floor: Math.floor,
  "σ": (x) => 1 / (1 + Math.exp(-x)), "Φ": (x) => (1 + erf(x * Math.SQRT1_2)) / 2, "φ": normalDensity,
  "ψ": digamma, abs: Math.abs,
}; // biome-ignore format: by kind

const constants: Readonly<Record<string, number>> = { e: Math.E, π: Math.PI };

const lowered: Readonly<Record<string, string>> = { ᵢ: "i", ⱼ: "j", ₖ: "k" };
const raised: Readonly<Record<string, string>> = {
  "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁻": "−", "ˣ": "x", "ᵖ": "p",
}; // biome-ignore format: pairs

const known = new Map<string, Formula | null>();

/** The formula that a text is, from its "=" on where it begins with "y ="; null for prose. */
export function readFormula(text: string): Formula | null {
  const before = known.get(text);
  if (before !== undefined) return before;
  let formula: Formula | null = null;
  try {
    formula = new Reader(text.replace(/^\S+ = /, "").replace(/ (over dims|along dim)$/, "")).whole();
  } catch (error) {
    if (error !== prose) throw error;
  }
  known.set(text, formula);
  return formula;
}

/** Thrown where a text turns out to be no formula. */
const prose = new SyntaxError("This is no formula.");

/** A name; a letter may have a bar over it. */
const wordPattern = /^(?:\p{L}|\p{M}|′|₂)+/u;

/** A recursive descent through one text. */
class Reader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  whole(): Formula {
    const first = this.#sum();
    const formula = this.#takes(" where ") ? this.#cases(first) : first;
    // After a comma there may be words on what a letter means.
    if (this.#rest !== "" && !this.#rest.startsWith(", ")) throw prose;
    return formula;
  }

  /** `a where b > c, else d` */
  #cases(then: Formula): Formula {
    const left = this.#sum();
    const sign = /^ ([=≠<>≤≥]) /.exec(this.#rest);
    if (!sign) throw prose;
    this.#rest = this.#rest.slice(3);
    const right = this.#sum();
    if (!this.#takes(", else ")) throw prose;
    return { op: "where", when: { left, sign: sign[1], right }, then, otherwise: this.#sum() };
  }

  #sum(): Formula {
    let left = this.#takes("−") ? ({ op: "negative", of: this.#term() } as Formula) : this.#term();
    for (;;) {
      if (this.#takes(" + ")) left = { op: "+", left, right: this.#term() };
      else if (this.#takes(" − ")) left = { op: "−", left, right: this.#term() };
      else return left;
    }
  }

  #term(): Formula {
    let left = this.#power();
    for (;;) {
      if (this.#takes(" · ")) left = { op: "·", left, right: this.#power() };
      else if (this.#takes(" / ") || this.#takes("/")) left = { op: "/", left, right: this.#power() };
      else if (/^ (?!where\b)[\p{L}\d(√Σ|]/u.test(this.#rest)) {
        this.#rest = this.#rest.slice(1);
        left = { op: "·", left, right: this.#power() };
      } else return left;
    }
  }

  #power(): Formula {
    const base = this.#atom();
    let above = "";
    while (this.#rest[0] in raised) {
      above += raised[this.#rest[0]];
      this.#rest = this.#rest.slice(1);
    }
    if (above) return { op: "^", left: base, right: new Reader(above).whole() };
    return this.#takes("^") ? { op: "^", left: base, right: this.#atom() } : base;
  }

  #atom(): Formula {
    if (this.#takes("(")) return this.#closed(")");
    if (this.#takes("|")) return { op: "call", name: "abs", args: [this.#closed("|")] };
    if (this.#takes("⌊")) return { op: "call", name: "floor", args: [this.#closed("⌋")] };
    if (this.#takes("½")) return { op: "number", value: 0.5 };
    if (this.#takes("√")) return { op: "call", name: "√", args: [this.#power()] };
    if (this.#takes("Σ")) return { op: "sum", ...this.#running() };
    if (this.#takes("Π")) return { op: "product", ...this.#running() };
    const digits = /^\d+(\.\d+)?/.exec(this.#rest)?.[0];
    if (digits) {
      this.#rest = this.#rest.slice(digits.length);
      return { op: "number", value: Number(digits) };
    }
    return this.#word();
  }

  #word(): Formula {
    // Lowered letters are letters too: they end a name.
    const all = wordPattern.exec(this.#rest)?.[0] ?? "";
    const cut = [...all].findIndex((c) => c in lowered || c in raised);
    const word = cut < 0 ? all : [...all].slice(0, cut).join("");
    if (!word || word === "where" || word === "else") throw prose;
    this.#rest = this.#rest.slice(word.length);
    const sub = this.#letters();
    if (word in functions || word === "ψ′") {
      if (this.#takes("(")) {
        const args = [this.#sum()];
        while (this.#takes(", ")) args.push(this.#sum());
        if (!this.#takes(")")) throw prose;
        return { op: "call", name: word, args };
      }
      // Names of functions may be those of attributes too: min(max(x, min), max).
      if (
        this.#rest.startsWith(" ") &&
        /^ [\p{L}\d|Σ]/u.test(this.#rest) &&
        !this.#rest.startsWith(" where")
      ) {
        this.#rest = this.#rest.slice(1);
        return { op: "call", name: word, args: [this.#power()] };
      }
    }
    return { op: "name", name: word, sub };
  }

  #running(): { over: string; of: Formula } {
    const over = this.#letters();
    if (!over) throw prose;
    this.#takes(" ");
    return { over, of: this.#power() };
  }

  #letters(): string {
    let sub = "";
    while (this.#rest[0] in lowered) {
      sub += lowered[this.#rest[0]];
      this.#rest = this.#rest.slice(1);
    }
    return sub;
  }

  #closed(by: string): Formula {
    const inner = this.#sum();
    if (!this.#takes(by)) throw prose;
    return inner;
  }

  #takes(text: string): boolean {
    if (!this.#rest.startsWith(text)) return false;
    this.#rest = this.#rest.slice(text.length);
    return true;
  }
}

/** What the names of a formula mean at one place: a number, and how it is written. Undefined for a name without meaning. */
export interface Meaning {
  /** `sub` are the name's indices; `bound` says where running ones stand. Null for an argument that is left out. */
  value(name: string, sub: string, bound: Bound): number | null | undefined;
  /** As a symbol; a running index is a letter. */
  symbol(name: string, sub: string, bound: Bound): Expr;
  /** As a number. */
  number(name: string, sub: string, bound: Bound): Expr;
  /** How many elements Σ runs over. */
  readonly count: number;
  /** How many of them are written. */
  readonly most: number;
}

export type Bound = Readonly<Record<string, number | "k">>;

const nothing: Bound = {};

/** What a formula gives; NaN where a name has no meaning. */
export function evaluate(formula: Formula, meaning: Meaning, bound: Bound = nothing): number {
  const at = (part: Formula): number => evaluate(part, meaning, bound);
  switch (formula.op) {
    case "number":
      return formula.value;
    case "name":
      return meaning.value(formula.name, formula.sub, bound) ?? constants[formula.name] ?? Number.NaN;
    case "+":
      return at(formula.left) + at(formula.right);
    case "−":
      return at(formula.left) - at(formula.right);
    case "·":
      return at(formula.left) * at(formula.right);
    case "/":
      return at(formula.left) / at(formula.right);
    case "^":
      return isE(formula.left) ? Math.exp(at(formula.right)) : at(formula.left) ** at(formula.right);
    case "negative":
      return -at(formula.of);
    case "call":
      return functions[formula.name]?.(...given(formula.args, meaning, bound).map(at)) ?? Number.NaN;
    case "sum":
    case "product": {
      let total = formula.op === "sum" ? 0 : 1;
      for (let k = 0; k < meaning.count; k++) {
        const part = evaluate(formula.of, meaning, { ...bound, [formula.over]: k });
        total = formula.op === "sum" ? total + part : total * part;
      }
      return total;
    }
    case "where":
      return at(chosen(formula, meaning, bound));
  }
}

const isE = (formula: Formula): boolean => formula.op === "name" && formula.name === "e";

/** The arguments that are not left out, such as a limit that is null. */
const given = (args: readonly Formula[], meaning: Meaning, bound: Bound): readonly Formula[] =>
  args.filter((part) => part.op !== "name" || meaning.value(part.name, part.sub, bound) !== null);

/** The branch that holds. */
function chosen(formula: Formula & { op: "where" }, meaning: Meaning, bound: Bound): Formula {
  const { left, sign, right } = formula.when;
  const [a, b] = [evaluate(left, meaning, bound), evaluate(right, meaning, bound)];
  const holds = { "=": a === b, "≠": a !== b, "<": a < b, ">": a > b, "≤": a <= b, "≥": a >= b }[sign];
  return holds ? formula.then : formula.otherwise;
}

/** A formula as it is written, by symbols or with numbers in their places. */
export function express(
  formula: Formula,
  meaning: Meaning,
  by: "symbol" | "number",
  bound: Bound = nothing,
): Expr {
  const at = (part: Formula): Expr => express(part, meaning, by, bound);
  switch (formula.op) {
    case "number":
      return { kind: "number", value: formula.value };
    case "name": {
      const isMeant = meaning.value(formula.name, formula.sub, bound) != null;
      return isMeant ? meaning[by](formula.name, formula.sub, bound) : { kind: "symbol", base: formula.name };
    }
    case "+":
      return joined("plus", at(formula.left), at(formula.right));
    case "−":
      return { kind: "minus", left: at(formula.left), right: at(formula.right) };
    case "·":
      return joined("times", at(formula.left), at(formula.right));
    case "/":
      return { kind: "fraction", top: at(formula.left), bottom: at(formula.right) };
    case "^":
      return { kind: "power", base: at(formula.left), exponent: at(formula.right) };
    case "negative":
      return { kind: "minus", left: { kind: "text", text: "" }, right: at(formula.of) };
    case "call": {
      const args = given(formula.args, meaning, bound);
      return args.length === 1 && formula.args.length > 1
        ? at(args[0])
        : { kind: "call", name: formula.name, args: args.map(at) };
    }
    case "sum":
      if (by === "symbol")
        return {
          kind: "sum",
          over: "k",
          of: express(formula.of, meaning, by, { ...bound, [formula.over]: "k" }),
        };
      return { kind: "plus", items: listed(formula, meaning, by, bound) };
    case "product":
      return { kind: "times", items: listed(formula, meaning, by, bound) };
    case "where":
      return at(chosen(formula, meaning, bound));
  }
}

function listed(
  { over, of }: Formula & { op: "sum" | "product" },
  meaning: Meaning,
  by: "symbol" | "number",
  bound: Bound,
): Expr[] {
  const shown = Math.min(meaning.count, meaning.most);
  const items = Array.from({ length: shown }, (_, k) => express(of, meaning, by, { ...bound, [over]: k }));
  return shown < meaning.count ? [...items, { kind: "text", text: "…" }] : items;
}

function joined(kind: "plus" | "times", left: Expr, right: Expr): Expr {
  return { kind, items: left.kind === kind ? [...left.items, right] : [left, right] };
}
