/** One number explained: what it was computed from, in symbols, in values, and term by term. */
import { isFloating } from "../tensor/index.ts";
import { crossEntropyAt, probabilityMinusTarget } from "./cross-entropy.ts";
import type { ElementRef, Explained, Expr, Quantity, Term } from "./format.ts";
import { type Bound, evaluate, express, readFormula } from "./formula.ts";
import { columnOf, rowOf } from "./local.ts";
import { dimsOf, elementAt, groupOf, isLeftOut, isLine, meaningOf, placeAt } from "./meaning.ts";
import type { Slot, Step, Value } from "./record.ts";
import { errorTimesTwo, squaredErrorAt } from "./squared-error.ts";
import { equals, largest, numberOf, plainSum, product, sumOf, total } from "./sums.ts";
import type { Symbols } from "./symbols.ts";

/** What an explanation needs to know of a trace. */
export interface Known {
  readonly values: readonly Value[];
  readonly symbols: Symbols;
  readonly lr: number | null;
  /** The value that gradients start from. */
  readonly start: Value;
  number(value: Value, of: Quantity, index: number): number;
  layerName(value: Value): string;
}

type Factor = Term["factors"][number];

/** An explanation without the numeric check. */
export type Explanation = Omit<Explained, "numeric">;

/** The explanation of one number, with at most `most` terms. */
export function explainElement(known: Known, ref: ElementRef, most: number): Explanation {
  const value = known.values[ref.value];
  const number = known.number(value, ref.of, ref.index);
  const base = { ref, number, symbol: known.symbols.element(value, ref.of, ref.index) };
  if (ref.of === "update") return updated(known, value, ref.index, base);
  if (ref.of === "gradient") return gradient(known, value, ref.index, base, most);
  if (!value.step) return { ...base, ...given };
  const short =
    value === known.start ? (crossEntropyAt(known, value, most) ?? squaredErrorAt(known, value, most)) : null;
  return {
    ...result(known, value.step, ref.index, base, most),
    ...(short && { short: equations(base, short) }),
  };
}

const given = {
  how: "given",
  symbols: null,
  values: null,
  terms: [],
  termCount: 0,
  rest: 0,
  source: null,
} as const satisfies Partial<Explained>;

type Base = Pick<Explained, "ref" | "number" | "symbol">;

/** w⁺ = w − η ∂ℓ/∂w. */
function updated(known: Known, value: Value, index: number, base: Base): Explanation {
  const lr = known.lr ?? 0;
  const weight = factor(known, value, "value", index);
  const slope = factor(known, value, "gradient", index);
  const moved = (w: Expr, eta: Expr, g: Expr): Expr => ({
    kind: "minus",
    left: w,
    right: { kind: "times", items: [eta, g] },
  });
  return {
    ...base,
    how: "function",
    symbols: equals(base.symbol, moved(weight.symbol, { kind: "symbol", base: "η" }, slope.symbol)),
    values: equals(
      base.symbol,
      moved(numberOf(weight.value, weight.ref), numberOf(lr), numberOf(slope.value, slope.ref)),
      numberOf(base.number),
    ),
    terms: [],
    termCount: 0,
    rest: 0,
    source: { op: "update", formula: "w ← w − η ∂ℓ/∂w", layer: known.layerName(value) },
  };
}

/** A number that an operation made. */
function result(known: Known, step: Step, index: number, base: Base, most: number): Explanation {
  const { op } = step;
  const source = { op: op.name, formula: op.formula, layer: known.layerName(step.result) };
  const written = formulaAt(known, step, index, base.number, most) ?? null;
  if (op.linearIn && isFloating(step.result.tensor.dtype)) {
    const found = linearTerms(known, step, index);
    // Where nothing was read, there may be a number that an attribute says, such as what a tensor is padded with.
    const constant: Summand = {
      product: base.number,
      term: () => term([{ symbol: numberOf(base.number), value: base.number }]),
    };
    const sum = summed(base, found.length === 0 && base.number !== 0 ? [constant] : found, most, source);
    return written ? { ...sum, ...equations(base, written) } : sum;
  }
  return {
    ...base,
    how: "function",
    ...equations(base, written ?? calledAt(known, step, index, most)),
    terms: [],
    termCount: 0,
    rest: 0,
    source,
  };
}

/** A right-hand side in symbols and in values. */
interface Written {
  readonly symbols: Expr;
  readonly values: Expr;
}

/** y = … in symbols, and in values with the result. */
function equations(base: Base, { symbols, values }: Written): Written {
  return {
    symbols: equals(base.symbol, symbols),
    values: equals(base.symbol, values, numberOf(base.number)),
  };
}

/** The op's formula at an element, if it is one and gives this number. */
function formulaAt(
  known: Known,
  step: Step,
  index: number,
  number: number,
  most: number,
): Written | undefined {
  const formula = readFormula(step.op.formula);
  const place = formula && placeAt(step, index);
  if (!place) return undefined;
  const meaning = meaningOf(place, known.symbols, most);
  if (!isSame(evaluate(formula, meaning), number)) return undefined;
  return { symbols: express(formula, meaning, "symbol"), values: express(formula, meaning, "number") };
}

/** Whether a formula gives what was computed, to rounding. */
const isSame = (a: number, b: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-3);

/** f(…) with the elements that a number was computed from, for an op without a formula. */
function calledAt(known: Known, step: Step, index: number, most: number): Written {
  const place = step.op.linearIn && dimsOf(step) ? null : placeAt(step, index);
  const found = place
    ? step.slots.flatMap((slot) => {
        if (isLeftOut(slot)) return [];
        if (place.group) return slot === step.slots[0] ? place.group.map((i) => operand(known, slot, i)) : [];
        return [operand(known, slot, elementAt(slot, index, step.result.tensor.shape) ?? 0)];
      })
    : step.slots.flatMap((slot) => rowOf(step, slot, index).at.map((i) => operand(known, slot, i)));
  const cut = <T extends Expr>(items: readonly T[]): Expr[] =>
    items.length > most ? [...items.slice(0, most), { kind: "text", text: "…" }] : [...items];
  if (found.length === 0) {
    const wholes = step.slots.flatMap(({ value }) => (value ? [known.symbols.whole(value)] : []));
    return {
      symbols: call(step.op.name, wholes),
      values: numberOf(known.number(step.result, "value", index)),
    };
  }
  return {
    symbols: call(step.op.name, cut(found.map(({ symbol }) => symbol))),
    values: call(step.op.name, cut(found.map(({ value, ref }) => numberOf(value, ref)))),
  };
}

const call = (name: string, args: readonly Expr[]): Expr => ({ kind: "call", name, args });

/** A summand whose factors are written only if it is shown. */
interface Summand {
  readonly product: number;
  /** Whether it is shown however small it is. */
  readonly stays?: boolean;
  term(): Term;
  /** For a backward one, its local derivative as a formula; null where it has none. */
  formula?(): Written | null;
}

/** Σ ∂y/∂x · x over the inputs in which the operation is linear; the bias first, as w_0j · 1. */
function linearTerms(known: Known, step: Step, index: number): Summand[] {
  return (step.op.linearIn ?? []).flatMap((name) =>
    step.slots
      .filter((slot) => slot.name === name && !isLeftOut(slot))
      .flatMap((slot) => termsOf(known, step, slot, index)),
  );
}

function termsOf(known: Known, step: Step, slot: Slot, index: number): Summand[] {
  const { at, derivative, factor: factors } = rowOf(step, slot, index);
  const isBias = slot.value !== null && known.symbols.name(slot.value).weights === "bias";
  const data = slot.value?.tensor.data;
  return at.map((i, k) => ({
    product: derivative[k] * (data ? data[i] : slot.number),
    stays: isBias,
    term() {
      const own = operand(known, slot, i);
      const coefficient = factors[k];
      if (isBias && derivative[k] === 1) return term([own, one]);
      if (coefficient) return term([constantOr(known, coefficient.value, coefficient.index), own]);
      if (derivative[k] === 1) return term([own]);
      return term([{ symbol: numberOf(derivative[k]), value: derivative[k] }, own]);
    },
  }));
}

const one: Factor = { symbol: numberOf(1), value: 1 };

const term = (factors: readonly Factor[]): Term => ({
  factors,
  product: factors.reduce((product, { value }) => product * value, 1),
});

/** An element as a factor. */
function factor(known: Known, value: Value, of: Quantity, index: number): Factor {
  const ref = { value: value.id, of, index };
  return { symbol: known.symbols.element(value, of, index), value: known.number(value, of, index), ref };
}

/** What an operation read, as a factor: an element, or a plain number. */
const operand = (known: Known, slot: Slot, index: number): Factor =>
  slot.value ? constantOr(known, slot.value, index) : { symbol: numberOf(slot.number), value: slot.number };

/** An element as a factor; a constant of one number as that number. */
const constantOr = (known: Known, value: Value, index: number): Factor => ({
  ...factor(known, value, "value", index),
  symbol: known.symbols.operand(value, index),
});

/** ∂ℓ/∂v = Σ ∂ℓ/∂y · ∂y/∂v over everything that v is used for. */
function gradient(known: Known, value: Value, index: number, base: Base, most: number): Explanation {
  if (value === known.start) return { ...base, ...given };
  const summands: Summand[] = [];
  const uses = value.uses.filter(({ sent }) => sent);
  for (const slot of uses) {
    const { step } = slot;
    const { at, derivative, factor: factors } = columnOf(step, slot, index, resultsOf(slot, index));
    at.forEach((j, k) => {
      const outer = known.number(step.result, "gradient", j);
      const formula = (): Written | null =>
        factors[k] ? null : derivativeAt(known, slot, index, j, derivative[k], most);
      summands.push({
        product: outer * derivative[k],
        term: () =>
          term([
            factor(known, step.result, "gradient", j),
            inner(known, slot, index, j, derivative[k], factors[k], formula()),
          ]),
        formula,
      });
    });
  }
  const [first] = uses;
  const op = first?.step.op;
  const source = op ? { op: op.name, formula: op.formula, layer: known.layerName(first.step.result) } : null;
  const sum = summed(base, summands, most, source);
  const short =
    uses.length === 1
      ? (probabilityMinusTarget(known, first, index) ?? errorTimesTwo(known, first, index))
      : null;
  if (!short || sum.symbols?.kind !== "equals" || sum.values?.kind !== "equals") return sum;
  const result = sum.values.items.at(-1) as Expr;
  return {
    ...sum,
    short: equations(base, short),
    symbols: equals(...sum.symbols.items, short.symbols),
    values: equals(...sum.values.items.slice(0, -1), short.values, result),
  };
}

/** A product with f′ as a formula, in symbols or in values. */
const withFormula = ({ factors }: Term, formula: Written | null, by: keyof Written): Expr =>
  product(
    factors.map(({ symbol, value, ref }, i) => {
      if (i === 1 && formula) return formula[by];
      return by === "symbols" ? symbol : numberOf(value, ref);
    }),
  );

/** The results that an element can have a part in, whatever its derivative is: of ops that have formulas. Null where that is not known. */
function resultsOf(slot: Slot, index: number): readonly number[] | null {
  const { step, value } = slot;
  if (!step.op.derivative?.[slot.name] || !value) return null;
  const { shape, numel } = step.result.tensor;
  const dims = dimsOf(step);
  if (dims) return isLine(step) ? groupOf(step, dims, index) : null;
  if (numel === value.tensor.numel) return [index];
  return Array.from({ length: numel }, (_, j) => j).filter((j) => elementAt(slot, j, shape) === index);
}

/** The local derivative ∂y_j/∂v_i: an element of another input, a number, or f′. */
function inner(
  known: Known,
  slot: Slot,
  index: number,
  j: number,
  derivative: number,
  element: { readonly value: Value; readonly index: number } | null,
  formula: Written | null,
): Factor {
  if (element) return constantOr(known, element.value, element.index);
  const { step, value } = slot;
  if (step.op.linearIn?.includes(slot.name))
    return { symbol: formula?.symbols ?? numberOf(derivative), value: derivative };
  const by = known.symbols.element(value as Value, "value", index);
  const symbol: Expr = isUnary(step)
    ? call(`${step.op.name}′`, [by])
    : { kind: "derivative", of: known.symbols.element(step.result, "value", j), by };
  return { symbol, value: derivative };
}

/** Whether an op is a function of one number, which has a derivative f′ at it. */
const isUnary = (step: Step): boolean =>
  step.op.derivative !== undefined && step.slots.length === 1 && dimsOf(step) === null;

/** ∂y_j/∂v_i as the op's formula, if it has one that gives this number. */
function derivativeAt(
  known: Known,
  slot: Slot,
  index: number,
  j: number,
  derivative: number,
  most: number,
): Written | null {
  const { step } = slot;
  const formula = readFormula(step.op.derivative?.[slot.name] ?? "");
  const place = formula && placeAt(step, j);
  if (!place) return null;
  const bound: Bound = place.group ? { i: place.group.indexOf(index), j: place.group.indexOf(j) } : {};
  const meaning = meaningOf({ ...place, bound }, known.symbols, most);
  if (!isSame(evaluate(formula, meaning), derivative)) return null;
  const symbols = express(formula, meaning, "symbol");
  if (symbols.kind !== "number" || symbols.ref)
    return { symbols, values: express(formula, meaning, "number") };
  // A derivative that is only a number, such as a rectifier's 0 or 1, is told by where it is taken.
  if (!isUnary(step)) return null;
  const at = factor(known, slot.value as Value, "value", index);
  const name = `${step.op.name}′`;
  return { symbols: call(name, [at.symbol]), values: call(name, [numberOf(at.value, at.ref)]) };
}

/** A number that is a sum, with its largest terms; between symbols and values with f′ as formulas, where there are some. */
function summed(
  base: Base,
  summands: readonly Summand[],
  most: number,
  source: Explained["source"],
): Explanation {
  const { shown, rest } = largest(summands, most);
  const terms = shown.map((summand) => summand.term());
  const formulas = shown.map((summand) => summand.formula?.() ?? null);
  const termCount = summands.length;
  const sum = { ...base, how: "sum", terms, termCount, rest, source } as const;
  if (formulas.every((formula) => formula === null)) return { ...sum, ...plainSum(sum) };
  const isCut = terms.length < termCount;
  const written = (by: keyof Written): Expr =>
    total(
      terms.map((t, i) => withFormula(t, formulas[i], by)),
      isCut,
    );
  return {
    ...sum,
    symbols: equals(base.symbol, sumOf(terms, "symbols", isCut), written("symbols")),
    values: equals(base.symbol, written("values"), sumOf(terms, "values", isCut), numberOf(base.number)),
  };
}
