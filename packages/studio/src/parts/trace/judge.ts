/** Says whether a prediction is right within rounding, and where it is not, what may have gone wrong. */
import type { Explained } from "chainrule/trace";
import { formatNumber, parseNumber } from "../number.ts";

export interface Verdict {
  readonly kind: "right" | "wrong" | "unreadable";
  readonly text: string;
}

/** As many units of its last place as a prediction may be off by, with a little for how numbers are kept. */
const ROUNDING = 0.5 + 1e-6;
/** Relative difference that rounded operands explain. */
const RELATIVE = 2e-3;

export function judge(text: string, explained: Explained): Verdict {
  const predicted = parseNumber(text);
  if (!Number.isFinite(predicted))
    return { kind: "unreadable", text: "Type a number, such as 0.25 or −3e-4." };
  const { number } = explained;
  if (near(predicted, number, text)) return { kind: "right", text: `Right: ${formatNumber(number)}.` };
  return {
    kind: "wrong",
    text: `It is ${formatNumber(number)}. ${reason(predicted, explained, text)}`.trim(),
  };
}

/** Whether a typed number is another one within its own last place. */
function near(predicted: number, number: number, text: string): boolean {
  const off = Math.abs(predicted - number);
  return (
    off <= RELATIVE * Math.abs(number) ||
    (off <= ROUNDING * lastPlace(text) && lastPlace(text) <= 0.1 * Math.abs(number))
  );
}

/** The worth of one unit in the last place of a written number: 0.001 of "0.250". */
function lastPlace(text: string): number {
  const [, mantissa, exponent = "0"] = /^\s*[-+−]?([\d.,]+)(?:e([-+−]?\d+))?/i.exec(text) ?? [];
  if (mantissa === undefined) return 0;
  const decimals = mantissa.replace(",", ".").split(".")[1]?.length ?? 0;
  return 10 ** (Number(exponent.replace("−", "-")) - decimals);
}

function reason(predicted: number, { number, terms, ref, symbols }: Explained, text: string): string {
  const is = (other: number) => Number.isFinite(other) && other !== number && near(predicted, other, text);
  if (is(-number)) return "The size is right, the sign is not.";
  if (number !== 0 && is(1 / number)) return "That is its reciprocal.";
  for (const [place, { product, factors }] of terms.entries()) {
    const which = terms.length > 1 ? `term ${place + 1} of ${terms.length}` : "the product";
    if (terms.length > 1 && is(number - product))
      return `That leaves out ${which}${isBias(factors) ? ", the bias" : ""}.`;
    if (terms.length > 1 && is(number - 2 * product)) return `That takes ${which} with the other sign.`;
    if (terms.length > 1 && is(product)) return `That is only ${which}; all of them are added.`;
    for (const [at, { value }] of factors.entries()) {
      if (factors.length > 1 && terms.length === 1 && is(value))
        return `That is factor ${at + 1} alone; it is multiplied with the others.`;
      if (is(number - product + value)) return `In ${which}, a factor is left out.`;
    }
  }
  if (ref.of === "gradient" && terms.length === 0)
    return "Multiply the derivative behind it by the local one.";
  return symbols ? "Put the values into the formula once more." : "";
}

/** The bias is the weight from the unit 1. */
const isBias = (factors: Explained["terms"][number]["factors"]): boolean =>
  factors.some(({ value, ref }) => value === 1 && ref === undefined);
