import { wording } from "chainrule/tables";

export const { clip, counted, shellWord } = wording;

/** `98.3 %`. Rounded toward the middle, so that 100 % and 0 % are said only of all and none. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const rounded = Math.round(share * 1000) / 10;
  if (rounded === 100 && share < 1) return "99.9 %";
  if (rounded === 0 && share > 0) return "0.1 %";
  return `${rounded.toFixed(rounded === 100 ? 0 : 1)} %`;
}

/** A number with so many significant digits, without an exponent where it can be read better: `54.21`, `0.00123`, `1,234,567`. */
export function significant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size < -4 || size > 8) return value.toExponential(digits - 1);
  const text = value.toFixed(Math.max(0, digits - 1 - size));
  const [whole, fraction] = text.split(".");
  const grouped = Number(whole).toLocaleString("en-US");
  const signed = whole.startsWith("-") && !grouped.startsWith("-") ? `-${grouped}` : grouped;
  return fraction === undefined ? signed : `${signed}.${fraction}`;
}

/** `0.8 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) {
    const rest = whole % 60;
    return `${Math.floor(whole / 60)} min${rest > 0 ? ` ${rest} s` : ""}`;
  }
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 > 0 ? ` ${minutes % 60} min` : ""}`;
}

/** How many columns of a terminal a text takes: colours and marks that combine take none, wide letters and pictures two. */
export function widthOfText(text: string): number {
  let width = 0;
  for (const letter of withoutColours(text)) {
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(letter)) continue;
    width += isWide(letter.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return width;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequence of a terminal begins with one
const withoutColours = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, "");

const isWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xa4cf) ||
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xfe30 && code <= 0xfe6f) ||
  (code >= 0xff00 && code <= 0xff60) ||
  (code >= 0x1f300 && code <= 0x1faff) ||
  (code >= 0x20000 && code <= 0x3fffd);

/** Cuts a text to a width, with `…` where something was cut. */
export function fitText(text: string, width: number): string {
  const plain = clip(text, Number.MAX_SAFE_INTEGER);
  if (widthOfText(plain) <= width) return plain;
  let cut = "";
  for (const letter of plain) {
    if (widthOfText(cut + letter) > width - 1) break;
    cut += letter;
  }
  return `${cut}…`;
}

export const padStart = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - widthOfText(text))) + text;
export const padEnd = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - widthOfText(text)));

/** Breaks a text into lines of at most so many columns, at spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  // A number keeps its sign of percent.
  for (const word of text.split(/ (?!%)/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && widthOfText(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
