/** Small pieces of messages: lists, plurals, and the name that was probably meant. */

export { counted } from "../util/wording.ts";

/**
 * Names in quotes, the first few of many: `"a", "b" and 3 more`. Long ones are cut by {@link clip}.
 *
 * @param most how many are named
 *
 * @example
 * wording.listed(["age", "city", "plan"]); // → '"age", "city" and "plan"'
 * wording.listed(["age", "city", "plan"], 1); // → '"age" and 2 more'
 */
export function listed(names: readonly string[], most = 8): string {
  const quoted = names.slice(0, most).map((name) => `"${clip(name)}"`);
  const rest = names.length - quoted.length;
  if (rest > 0) return `${quoted.join(", ")} and ${rest} more`;
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} and ${quoted[quoted.length - 1]}`;
}

/**
 * A value from a file, made fit to be shown in a message: one line, not too long, nothing that moves a cursor.
 *
 * @param most characters, the "…" of a cut one among them
 *
 * @example
 * wording.clip("two\nlines"); // → 'two lines'
 * wording.clip("a long sentence", 7).length; // → 7
 */
export function clip(text: string, most = 40): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}

/**
 * A word for a POSIX shell: in quotes where it has more than letters, digits and harmless signs.
 *
 * @example
 * wording.shellWord("penguins.csv"); // → 'penguins.csv'
 * wording.shellWord("my table.csv"); // → "'my table.csv'"
 */
export const shellWord = (text: string): string =>
  /^[\p{L}\p{N}_./=:@%+,-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/**
 * `Did you mean "age"? ` where a name is near, with the space after it; else null.
 *
 * @example
 * wording.didYouMean("aeg", ["age", "plan"]); // → 'Did you mean "age"? '
 * wording.didYouMean("salary", ["age", "plan"]); // → null
 */
export function didYouMean(name: string, names: readonly string[]): string | null {
  const near = closest(name, names);
  return near === null ? null : `Did you mean "${clip(near)}"? `;
}

/**
 * The name nearest to the one given, or null when none is near: at most a third of its letters differ (one of a short name), two swapped
 * neighbours counting as one. Case, spaces, "_", "." and "-" do not count.
 *
 * @example
 * wording.closest("Body Mass", ["body_mass_g", "sex"]); // → 'body_mass_g'
 * wording.closest("weight", ["body_mass_g", "sex"]); // → null
 */
export function closest(name: string, names: readonly string[]): string | null {
  const wanted = fold(name);
  let best: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of names) {
    const distance = editDistance(wanted, fold(candidate), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

const fold = (name: string): string => name.toLowerCase().replace(/[\s_.-]+/g, "");

/** Levenshtein's distance with swaps of neighbours as one step; gives `limit` as soon as it is reached. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], older[j - 2] + 1);
    }
    if (Math.min(...row) >= limit) return limit;
    older = previous;
    previous = row;
  }
  return previous[b.length];
}
