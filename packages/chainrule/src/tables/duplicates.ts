import type { Column, Table } from "./column.ts";

/**
 * Columns that say the same as an earlier one: numbers, dates and truth values that are equal in every row, texts of which each
 * goes with one of the other. A column without any two different values is left out.
 *
 * @returns pairs of a column's name and the earlier one's
 */
export function duplicateColumns(table: Table): [name: string, earlier: string][] {
  const seen = new Map<string, { column: Column; values: Float64Array | Int32Array }[]>();
  const found: [string, string][] = [];
  for (const column of table.columns) {
    const values = column.type === "text" ? byAppearance(column.codes, column.levels.length) : column.values;
    if (isConstant(values)) continue;
    const key = `${column.type === "text" ? "text" : "number"} ${hashOf(values)}`;
    const alike = seen.get(key) ?? [];
    const earlier = alike.find((other) => areEqual(values, other.values));
    if (earlier) found.push([column.name, earlier.column.name]);
    // Only the first of equal ones is kept, so that each copy names the original.
    else seen.set(key, [...alike, { column, values }]);
  }
  return found;
}

/** Codes numbered anew in the order of their first appearance, so that two columns of texts can be compared. */
function byAppearance(codes: Int32Array, levels: number): Int32Array {
  const numbers = new Int32Array(levels).fill(-1);
  let next = 0;
  return codes.map((code) => {
    if (code < 0) return -1;
    if (numbers[code] < 0) numbers[code] = next++;
    return numbers[code];
  });
}

const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

function isConstant(values: Float64Array | Int32Array): boolean {
  for (let i = 1; i < values.length; i++) if (!same(values[i], values[0])) return false;
  return true;
}

function areEqual(a: Float64Array | Int32Array, b: Float64Array | Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
  return true;
}

/**
 * How many rows are the same as an earlier one, in all columns. Rows are told apart by a hash of 53 bits, so that in tables of a
 * million rows the count is one too high in about one of ten thousand.
 */
export function duplicateRows({ rows, columns }: Table): number {
  if (columns.length === 0) return 0;
  const keys = new Float64Array(rows);
  const high = new Int32Array(rows);
  const low = new Int32Array(rows);
  for (const column of columns) {
    const values = column.type === "text" ? column.codes : column.values;
    for (let row = 0; row < rows; row++) {
      setBits(values[row]);
      high[row] = mix(high[row] ^ words[0], 0x85ebca6b) ^ words[1];
      low[row] = mix(low[row] ^ words[1], 0xc2b2ae35) + mix(words[0], 0x27d4eb2f);
    }
  }
  for (let row = 0; row < rows; row++)
    keys[row] = (mix(high[row], 0x9e3779b1) & 0x1fffff) * 2 ** 32 + (mix(low[row], 0x165667b1) >>> 0);
  keys.sort();
  let count = 0;
  for (let row = 1; row < rows; row++) if (keys[row] === keys[row - 1]) count++;
  return count;
}

function hashOf(values: Float64Array | Int32Array): number {
  let hash = 0;
  for (let i = 0; i < values.length; i++) {
    setBits(values[i]);
    hash = mix(hash ^ words[0] ^ Math.imul(words[1], 0x85ebca6b), 0xc2b2ae35);
  }
  return hash;
}

/** The two halves of a number's bits. */
const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);

/** Every NaN has the same bits, and so have −0 and 0. */
function setBits(value: number): void {
  bits[0] = Number.isNaN(value) ? Number.NaN : value + 0;
}

/** A step of MurmurHash3: every bit of the result depends on every bit of the word. */
function mix(word: number, factor: number): number {
  let h = Math.imul(word ^ (word >>> 16), factor);
  h = Math.imul(h ^ (h >>> 13), 0x5bd1e995);
  return h ^ (h >>> 15);
}
