const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number with so many significant digits as a reader writes it: `−0.2171`, `3.51×10⁻⁵`, `∞`. Zeros at the end are left out. */
export function formatNumber(x: number, digits = 4): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x < 0 ? "−∞" : "∞";
  const size = Math.abs(x);
  if (size === 0) return "0";
  if (size >= 1e6 || size < 1e-4) {
    const [mantissa = "", exponent = ""] = x.toExponential(digits - 1).split("e");
    return `${signed(withoutZeros(mantissa))}×10${raised(Number(exponent))}`;
  }
  const places = Math.min(100, Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
  return signed(withoutZeros(x.toFixed(places)));
}

/** All digits that tell this number from its neighbours, for a title. */
export const fullNumber = (x: number): string => {
  const [mantissa = "", exponent] = String(x).replace("Infinity", "∞").split("e");
  return exponent === undefined ? signed(mantissa) : `${signed(mantissa)}×10${raised(Number(exponent))}`;
};

/** A number of things, with its thousands apart: `12,345`. */
export const formatCount = (n: number): string => n.toLocaleString("en-US");

/** A share as `97.2 %`. Of what is not quite all or none, 100 % and 0 % are not said. */
export function formatPercent(x: number): string {
  if (!Number.isFinite(x)) return "–";
  const whole = x <= -1 || x >= 1;
  const shown = (100 * x).toFixed(whole ? 0 : 1);
  if (shown === "100.0") return "99.9 %";
  if (x > 0 && shown === "0.0") return "0.1 %";
  return `${signed(shown)} %`;
}

/** What a person typed as a number, with either minus sign and a comma or a point; NaN for anything else. */
export function parseNumber(text: string): number {
  const plain = text
    .trim()
    .replace("−", "-")
    .replace(/^([-+]?\d*),(\d+)$/, "$1.$2")
    .replace(/×10\^?/, "e");
  return plain === "" ? Number.NaN : Number(plain);
}

const withoutZeros = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
const signed = (text: string): string => text.replace("-", "−");
/** Raised digits as plain ones. */
export const lowered = (text: string): string =>
  [...text].map((sign) => (sign === "⁻" ? "−" : String(SUPERSCRIPTS.indexOf(sign)))).join("");
const raised = (exponent: number): string =>
  `${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("")}`;
