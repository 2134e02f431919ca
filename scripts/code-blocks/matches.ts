/** How a page shows values, and whether a value is as shown. */
import { inspect } from "node:util";

/** A value as a page shows it: tensors as they print, texts in quotes, the rest as in Node's console on one line. */
export const shown = (value: unknown): string =>
  inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 8, maxArrayLength: 200, sorted: false });

const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/g;

/**
 * Whether a value reads as the page says. Space does not count, "…" stands for anything, and a number has to agree in the digits that
 * are shown: 0.33 stands for what rounds to it; whole numbers without a point have to be equal.
 */
export function reads(expected: string, actual: string): boolean {
  const tight = (text: string): string =>
    text
      .replace(/\s+/g, " ")
      .replace(/(?<=[[{(]) | (?=[\])}])/g, "")
      .trim();
  const numbers: string[] = [];
  let pattern = "";
  for (const [at, part] of tight(expected).split("…").entries()) {
    if (at > 0) pattern += "[\\s\\S]*?";
    let from = 0;
    for (const match of part.matchAll(NUMBER)) {
      pattern += `${escaped(part.slice(from, match.index))}(${NUMBER.source})`;
      numbers.push(match[0]);
      from = match.index + match[0].length;
    }
    pattern += escaped(part.slice(from));
  }
  const found = new RegExp(`^${pattern}$`).exec(tight(actual));
  return found !== null && numbers.every((text, i) => agrees(text, found[i + 1] as string));
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, " ?");

/** Whether a number rounds to what is shown of it. */
function agrees(text: string, actual: string): boolean {
  const [wanted, is] = [Number(text), Number(actual)];
  if (text === actual || wanted === is) return true;
  const [mantissa = "", exponent = "0"] = text.split("e");
  const decimals = mantissa.split(".")[1]?.length ?? 0;
  return decimals > 0 && Math.abs(wanted - is) <= 0.50001 * 10 ** (Number(exponent) - decimals);
}
