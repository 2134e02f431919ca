import { exprText, type TraceReader } from "chainrule/trace";
import { Lab } from "./lab.ts";
import type { Lesson, Published } from "./lessons.ts";

/** What a source prints beside what is computed here. */
export interface Compared extends Published {
  readonly found: readonly number[];
  /** Whether they agree as closely as the printed digits allow. */
  readonly agrees: boolean;
}

/** Computes everything anew that the source of a lesson prints, from the beginning. */
export function compared(lesson: Lesson): Compared[] {
  const labs = new Map<number, Lab>();
  const ordered = lesson.published.toSorted((a, b) => (a.after ?? 0) - (b.after ?? 0));
  const found = new Map<Published, readonly number[]>();
  for (const published of ordered) {
    const lr = published.lr ?? lesson.network?.lr ?? 0;
    const lab = labs.get(lr) ?? new Lab(lesson, lr);
    labs.set(lr, lab);
    lab.run((published.after ?? 0) - lab.losses.length);
    found.set(published, numbersOf(lab, published));
  }
  for (const lab of labs.values()) lab.dispose();
  return lesson.published.map((published) => {
    const numbers = found.get(published) ?? [];
    return { ...published, found: numbers, agrees: agree(numbers, published) };
  });
}

function numbersOf(lab: Lab, { symbol, of }: Published): readonly number[] {
  if (symbol === "ℓ") return [lab.loss()];
  const [all] = lab.lesson.rows.toSorted((a, b) => b.count - a.count);
  const reader = lab.trace(all);
  if (symbol === "error") return [largestError(reader)];
  const value = reader.data.values.find((one) => exprText(one.symbol) === symbol);
  return value ? [...reader.read(value.id, of)] : [];
}

/** The largest relative error of the numeric derivatives by parameters, short of kinks. */
function largestError(reader: TraceReader): number {
  let largest = 0;
  for (const { id, role, hasGradient } of reader.data.values) {
    if (role !== "parameter" || !hasGradient) continue;
    for (const index of reader.read(id, "gradient").keys()) {
      const { numeric } = reader.explain({ value: id, of: "gradient", index }, { terms: 1, numeric: true });
      if (numeric && !numeric.kink) largest = Math.max(largest, numeric.error);
    }
  }
  return largest;
}

function agree(found: readonly number[], { symbol, numbers, within = 1e-12 }: Published): boolean {
  if (symbol === "error") return found.every((x) => x <= numbers[0]);
  const scale = Math.max(...numbers.map(Math.abs));
  return (
    found.length === numbers.length &&
    found.every((x, i) =>
      Number.isFinite(numbers[i]) ? Math.abs(x - numbers[i]) <= within * scale : !Number.isFinite(x),
    )
  );
}
