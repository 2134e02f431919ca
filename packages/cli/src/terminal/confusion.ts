import { fitText, padEnd, padStart, percent, widthOfText } from "./format.ts";
import type { Style } from "./style.ts";

/** How often each class (row) was predicted as which (column). */
export interface Confusion {
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
  /** Whether counts are sums of weights. Default false. */
  readonly weighted?: boolean;
}

const INDENT = "  ";
const GAP = 2;
/** Classes in the short table of those that were told worst. */
const WORST = 10;

/**
 * A confusion matrix as lines of at most `width` columns; where there are too many classes for that, a table of those that were
 * told apart worst.
 */
export function confusionLines(confusion: Confusion, width: number, style: Style): string[] {
  return matrixLines(confusion, width, style) ?? worstLines(confusion, width, style);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The width of the last column: `99.9 %`. */
const SHARE = 6;

function matrixLines(confusion: Confusion, width: number, style: Style): string[] | null {
  const { classes, counts } = confusion;
  const names = classes.map((label) => fitText(label, 20));
  const most = widest(counts.flat().map(countText));
  const first = Math.max(widest(names), widthOfText("true"));
  const room = width - INDENT.length - first - GAP - SHARE;
  const cell = Math.max(widest(names), most) + GAP;
  if (cell * classes.length <= room) return drawMatrix(confusion, names, names, { first, cell }, style);
  // Names that do not fit above the columns are numbered.
  const numbers = classes.map((_, i) => String(i + 1));
  const numbered = names.map((name, i) => `${padStart(numbers[i], widest(numbers))} ${name}`);
  const narrow = Math.max(widest(numbers), most) + GAP;
  const left = room - widest(numbers) - 1;
  if (narrow * classes.length > left) return null;
  return drawMatrix(confusion, numbered, numbers, { first: widest(numbered), cell: narrow }, style);
}

/** A number of rows, or a sum of weights, to three digits where it is small. */
const countText = (count: number): string =>
  String(count < 100 ? Number(count.toPrecision(3)) : Math.round(count));

const widest = (texts: readonly string[]): number => Math.max(...texts.map(widthOfText));

function drawMatrix(
  { counts }: Confusion,
  labels: readonly string[],
  heads: readonly string[],
  { first, cell }: { first: number; cell: number },
  style: Style,
): string[] {
  const gap = " ".repeat(GAP);
  const lines = [
    `${INDENT}${padEnd("", first)}${gap}${style.dim("predicted")}`,
    `${INDENT}${style.dim(padEnd("true", first))}${heads.map((head) => padStart(head, cell)).join("")}${gap}${style.dim(padStart("right", SHARE))}`,
  ];
  counts.forEach((row, i) => {
    const cells = row.map((count, j) => {
      const text = padStart(count === 0 ? "·" : countText(count), cell);
      return count === 0 ? style.dim(text) : i === j ? style.bold(style.green(text)) : style.red(text);
    });
    const rows = sum(row);
    const share = padStart(rows === 0 ? "–" : percent(row[i] / rows), SHARE);
    lines.push(`${INDENT}${padEnd(labels[i], first)}${cells.join("")}${gap}${share}`);
  });
  return lines;
}

function worstLines({ classes, counts, weighted }: Confusion, width: number, style: Style): string[] {
  const rows = classes
    .map((label, i) => {
      const total = sum(counts[i]);
      const wrong = counts[i]
        .map((count, j) => ({ count, j }))
        .filter(({ count, j }) => count > 0 && j !== i);
      wrong.sort((a, b) => b.count - a.count || a.j - b.j);
      return { label, total, found: total === 0 ? 1 : counts[i][i] / total, wrong: wrong[0] };
    })
    .filter(({ total }) => total > 0)
    .sort((a, b) => a.found - b.found || b.total - a.total);
  // Beside both names stand the columns of rows and shares, and how often in brackets.
  const label = Math.floor((width - 32) / 2);
  const lines = [
    `${INDENT}${style.dim(`${padEnd("class", label)} ${padStart(weighted ? "weight" : "rows", 6)} ${padStart("right", 8)}   taken for`)}`,
  ];
  for (const { label: name, total, found, wrong } of rows.slice(0, WORST)) {
    const taken = wrong ? `${fitText(classes[wrong.j], label)} (${countText(wrong.count)})` : style.dim("·");
    lines.push(
      `${INDENT}${padEnd(fitText(name, label), label)} ${padStart(countText(total), 6)} ${padStart(percent(found), 8)}   ${taken}`,
    );
  }
  if (rows.length > WORST) lines.push(style.dim(`${INDENT}and ${rows.length - WORST} more classes`));
  return lines;
}
