/** What a number is, in words that a screen reader says well. */
import { type ElementRef, type Explained, type Expr, exprText, type TraceData } from "chainrule/trace";
import { formatNumber } from "../number.ts";
import { layoutOf } from "./walk.ts";

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** A symbol in one line, its layer in words: "z₁ of layer 1". */
export function spoken(symbol: Expr): string {
  if (symbol.kind === "derivative") {
    const { text, layer } = split(symbol.by);
    return `∂${spoken(symbol.of)}/∂${text}${layer}`;
  }
  const { text, layer } = split(symbol);
  return `${text}${layer}`;
}

function split(symbol: Expr): { text: string; layer: string } {
  if (symbol.kind !== "symbol") return { text: exprText(symbol), layer: "" };
  const { base, sub = "", sup = "" } = symbol;
  const low = /^[\d ,]*$/.test(sub) ? sub.replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)]) : ` ${sub}`;
  const layer = /^\((\d+)\)$/.exec(sup)?.[1];
  const where = layer === "0" ? " of the input" : ` of layer ${layer}`;
  return { text: `${base}${low}`, layer: layer === undefined ? sup : where };
}

/** One sentence on the number that is looked at, without the number itself where it is to be predicted. */
export function sentenceOf(data: TraceData, explained: Explained, hidden = false): string {
  const { ref, number, symbol, how, termCount } = explained;
  const name = spoken(symbol);
  const end = hidden ? ": what is it?" : `: ${formatNumber(number)}`;
  if (ref.of === "update") {
    const rate =
      data.lr === null ? "" : `: the weight minus η = ${formatNumber(data.lr)} times its derivative`;
    return `${name} is ${name.replace("⁺", "")} after the update${rate}${end}${hidden ? "" : "."}`;
  }
  if (how === "given" && ref.of === "value")
    return `${name} is ${givenAs(data, ref)}${end}${hidden ? "" : "."}`;
  if (isShort(explained)) {
    const rows = data.rows > 1 ? ", times the row's share in the mean" : "";
    const what =
      ref.of === "gradient"
        ? `is its probability p minus its target t, which is 1 for the true class and else 0${rows}`
        : data.rows > 1
          ? "is the cross-entropy: the mean over the rows of minus the logarithm of the true class's probability"
          : "is the cross-entropy: minus the logarithm of the true class's probability";
    return `${name} ${what}${ref.of === "gradient" && !hidden ? effect(name, number) : end}${hidden || ref.of === "gradient" ? "" : "."}`;
  }
  if (ref.of === "gradient")
    return `${name} ${gradientWords(explained)}${hidden ? end : `${end}${effect(name, number)}`}`;
  const value = data.values[ref.value];
  const op = value.op?.name ?? "";
  if (how === "sum" && termCount === 1) {
    const [term] = explained.terms;
    if (term) {
      const factors = term.factors.map((factor) => spoken(factor.symbol)).join(" times ");
      return `${name} is ${factors}${end}${hidden ? "" : "."}`;
    }
  }
  if (how === "sum") {
    const kind = value.inputs.some((input) => data.values[input.value].role === "parameter")
      ? "weighted sum"
      : "sum";
    const bias = hasBias(data, ref);
    const inputs = termCount - (bias ? 1 : 0);
    const what =
      kind === "weighted sum"
        ? `${inputs} ${inputs === 1 ? "input" : "inputs"}${bias ? " and the bias" : ""}`
        : `${termCount} ${termCount === 1 ? "term" : "terms"}`;
    return `${name} is the ${kind} of ${what}${end}${hidden ? "" : "."}`;
  }
  const read = argumentsIn(explained.symbols).slice(0, 4).map(spoken).join(" and ");
  return `${name} is ${op} of ${read || "what it reads"}${end}${hidden ? "" : "."}`;
}

/** What a name such as v₃[12] means, for numbers that the lecture has no letter for; empty for others. */
export function nameOf(data: TraceData, { ref: { value, index }, symbol: own }: Explained): string {
  const { symbol, shape } = data.values[value];
  const isUnnamed =
    symbol.kind === "symbol" && (symbol.base === "v" || symbol.base === "c") && symbol.sup === `[${value}]`;
  if (!isUnnamed) return "";
  const { units } = layoutOf(data, data.values[value]);
  const element = shape.length === 0 || units === 1 ? "" : `, element ${(index % units) + 1}`;
  return `${exprText(own.kind === "derivative" ? own.by : own)} is value ${value}${element}: a step between the quantities that have names.`;
}

/** Whether an explanation is the short one of a cross-entropy. */
const isShort = ({ short, symbols }: Explained): boolean => short !== undefined && symbols === short.symbols;

/** What a formula names, besides the number itself. */
function argumentsIn(symbols: Expr | null): Expr[] {
  if (symbols?.kind !== "equals") return [];
  const named = new Map<string, Expr>();
  const walk = (expr: Expr): void => {
    if (expr.kind === "symbol") named.set(JSON.stringify(expr), expr);
    if ("items" in expr) expr.items.forEach(walk);
    if ("args" in expr) expr.args.forEach(walk);
    if (expr.kind === "fraction") [expr.top, expr.bottom].forEach(walk);
    if (expr.kind === "minus") [expr.left, expr.right].forEach(walk);
    if (expr.kind === "power") [expr.base, expr.exponent].forEach(walk);
  };
  symbols.items.slice(1).forEach(walk);
  return [...named.values()].filter((expr) => expr.kind === "symbol" && expr.ref !== undefined);
}

const hasBias = (data: TraceData, { value }: ElementRef): boolean =>
  data.values[value].inputs.some((input) => input.name === "bias");

function givenAs(data: TraceData, { value, index }: ElementRef): string {
  const { role, name } = data.values[value];
  const { units } = layoutOf(data, data.values[value]);
  const unit = data.unitNames[value]?.[index % units];
  if (role === "input") return `an input${unit ? ` (${unit})` : ""}`;
  if (role === "target") return "the target";
  if (role === "parameter") return `a parameter of the model (${name})`;
  return role === "buffer" ? `kept by the model (${name})` : "a constant";
}

function gradientWords({ how, termCount, terms }: Explained): string {
  if (termCount > 1) return `is the sum of ${termCount.toLocaleString("en-US")} products`;
  const [term] = terms;
  if (how === "sum" && term) return `is ${term.factors.map(({ symbol }) => spoken(symbol)).join(" times ")}`;
  return how === "given" ? "is where the backward pass starts" : "follows from its formula";
}

function effect(name: string, gradient: number): string {
  if (gradient === 0) return ". A small change of it does not change the loss.";
  const what = name.replace(/^∂.*?\/∂/, "");
  return `. Where ${what} rises by a little, the loss ${gradient > 0 ? "rises" : "falls"} by ${formatNumber(Math.abs(gradient))} times as much.`;
}
