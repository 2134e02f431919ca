import { type Column, columnNamed, isMissing, type Table } from "./column.ts";
import { detectTask, type Task } from "./task.ts";
import { clip } from "./wording.ts";

/** A column that alone determines the target in the rows that were looked at. */
export interface Leak {
  /** The column's name. */
  readonly name: string;
  /**
   * How: each of its values goes with one value of the target (`values`), the ranges of its numbers for the classes do not meet
   * (`ranges`), its values are missing in rows of certain classes alone (`missing`), or it orders the rows as the target does
   * (`rank`).
   */
  readonly how: "values" | "ranges" | "missing" | "rank";
  /** The same in words, as a sentence. */
  readonly text: string;
}

/** So many rows are looked at, spread evenly over those given. */
const MOST_ROWS = 20_000;
/** Fewer rows than this tell nothing. */
const LEAST_ROWS = 20;
/** So many rows outside the most frequent class must speak for a leak, else chance can do it. */
const LEAST_EVIDENCE = 5;
/** From this absolute rank correlation on (Spearman's), a column says what the target is. */
const SAME_ORDER = 0.999;

/**
 * Finds columns that alone determine the target: often they are made from it, or known only after it, and a model that reads them
 * is worth nothing later. A strong honest feature can do the same, so a person must decide.
 *
 * Looks at up to 20,000 of the rows in which both have a value, and at no column with fewer than 20. For classes: each value goes
 * with one class, though values come back (two rows for each on average, and five rows outside the largest class at values that
 * do); or classes of ten rows and more have numbers in ranges that do not meet; or what is missing tells the class. For numbers:
 * |Spearman's ρ| > 0.999, or each value goes with one number, though values come back.
 *
 * @param rows those to look at, such as the training rows; those without a target are left out. Default all
 * @param task default: that of {@link detectTask}
 * @returns the columns, in the order of the table; none where fewer than 20 rows have a target
 * @throws ChainruleError `data` for a target that is no column, or that can not be predicted
 *
 * @example
 * const left = Array.from({ length: 40 }, (_, i) => i % 3 === 0);
 * const rows = left.map((left, i) => ({ age: (7 * i) % 30, left, reason: left ? "moved" : null }));
 * const leaks = findLeaks(tableFromRows(rows), "left");
 * leaks.map(({ name, how }) => `${name}: ${how}`); // → ['reason: missing']
 */
export function findLeaks(table: Table, target: string, rows?: Int32Array, task?: Task): Leak[] {
  const column = columnNamed(table, target, "target");
  const looked = sampled(column, rows ?? allRows(table.rows));
  if (looked.length < LEAST_ROWS) return [];
  const kind = task ?? detectTask(column, looked).task;
  return table.columns.flatMap((candidate) => {
    if (candidate.name === target) return [];
    const found =
      kind === "classification"
        ? classLeak(candidate, column, looked)
        : numberLeak(candidate, column, looked);
    return found ? [found] : [];
  });
}

/** All rows of a table in their order. */
export function allRows(n: number): Int32Array {
  const rows = new Int32Array(n);
  for (let i = 0; i < n; i++) rows[i] = i;
  return rows;
}

function sampled(target: Column, rows: Int32Array): Int32Array {
  const known = rows.filter((row) => !isMissing(target, row));
  if (known.length <= MOST_ROWS) return known;
  return Int32Array.from({ length: MOST_ROWS }, (_, i) => known[Math.floor((i * known.length) / MOST_ROWS)]);
}

const valuesOf = (column: Column): Float64Array | Int32Array =>
  column.type === "text" ? column.codes : column.values;

function classLeak(column: Column, target: Column, rows: Int32Array): Leak | null {
  const { name } = column;
  const there = rows.filter((row) => !isMissing(column, row));
  const classes = valuesOf(target);
  if (there.length < rows.length) {
    const isThere = (row: number): number => (isMissing(column, row) ? 0 : 1);
    if (determines(rows, isThere, classes)) {
      const text = `"${clip(name)}" is missing in rows of certain classes alone: whether it is there says the class.`;
      return { name, how: "missing", text };
    }
  }
  if (there.length < Math.max(LEAST_ROWS, rows.length / 2)) return null;
  const values = valuesOf(column);
  if (determines(there, (row) => values[row] + 0, classes)) {
    const text = `Each value of "${clip(name)}" goes with one class of "${clip(target.name)}".`;
    return { name, how: "values", text };
  }
  if (column.type !== "text" && column.type !== "boolean" && areApart(there, column.values, classes)) {
    const text = `The values of "${clip(name)}" for the classes of "${clip(target.name)}" do not overlap.`;
    return { name, how: "ranges", text };
  }
  return null;
}

/** Whether each value goes with one class, though values come back. */
function determines(
  rows: Int32Array,
  numberAt: (row: number) => number,
  classes: Float64Array | Int32Array,
): boolean {
  const classOf = new Map<number, number>();
  const counts = new Map<number, number>();
  const sizes = new Map<number, number>();
  for (const row of rows) {
    const value = numberAt(row);
    const known = classOf.get(value);
    if (known === undefined) classOf.set(value, classes[row]);
    else if (known !== classes[row]) return false;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    sizes.set(classes[row], (sizes.get(classes[row]) ?? 0) + 1);
  }
  if (sizes.size < 2 || rows.length < 2 * counts.size) return false;
  const largest = [...sizes].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  let evidence = 0;
  for (const [value, count] of counts) if (count > 1 && classOf.get(value) !== largest) evidence += count;
  return evidence >= LEAST_EVIDENCE;
}

/** Whether, in the order of a column's values, each class is one piece. Classes of fewer than ten rows can be so by chance. */
function areApart(rows: Int32Array, values: Float64Array, classes: Float64Array | Int32Array): boolean {
  const bounds = new Map<number, { low: number; high: number; rows: number }>();
  for (const row of rows) {
    const value = values[row];
    const found = bounds.get(classes[row]);
    if (!found) bounds.set(classes[row], { low: value, high: value, rows: 1 });
    else {
      found.low = Math.min(found.low, value);
      found.high = Math.max(found.high, value);
      found.rows++;
    }
  }
  const pieces = [...bounds.values()].sort((a, b) => a.low - b.low);
  return (
    pieces.length > 1 &&
    pieces.every((piece, i) => piece.rows >= 10 && (i === 0 || piece.low > pieces[i - 1].high))
  );
}

function numberLeak(column: Column, target: Column, rows: Int32Array): Leak | null {
  const { name } = column;
  const there = rows.filter((row) => !isMissing(column, row));
  if (target.type === "text" || there.length < Math.max(LEAST_ROWS, rows.length / 2)) return null;
  if (column.type === "number" || column.type === "date") {
    const rho = spearman(there, column.values, target.values);
    if (Math.abs(rho) > SAME_ORDER) {
      const text = `"${clip(name)}" orders the rows ${rho < 0 ? "against" : "as"} "${clip(target.name)}" does (rank correlation ${rho.toFixed(4)}).`;
      return { name, how: "rank", text };
    }
  }
  const values = valuesOf(column);
  if (!determines(there, (row) => values[row] + 0, target.values)) return null;
  const text = `Each value of "${clip(name)}" goes with one value of "${clip(target.name)}".`;
  return { name, how: "values", text };
}

/** Spearman's ρ: the correlation of ranks, equal values sharing the mean of theirs. NaN where either does not vary. */
function spearman(rows: Int32Array, x: Float64Array, y: Float64Array): number {
  const a = ranks(rows, x);
  const b = ranks(rows, y);
  const middle = (rows.length + 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    ab += (a[i] - middle) * (b[i] - middle);
    aa += (a[i] - middle) ** 2;
    bb += (b[i] - middle) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

function ranks(rows: Int32Array, values: Float64Array): Float64Array {
  const order = allRows(rows.length).sort((a, b) => values[rows[a]] - values[rows[b]]);
  const found = new Float64Array(rows.length);
  for (let i = 0; i < order.length; ) {
    let end = i + 1;
    while (end < order.length && values[rows[order[end]]] === values[rows[order[i]]]) end++;
    for (let k = i; k < end; k++) found[order[k]] = (i + 1 + end) / 2;
    i = end;
  }
  return found;
}
