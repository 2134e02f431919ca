/** Small pieces of messages that depend on a word or a number. */

/**
 * A number with its noun: `1 row`, `2 rows`, `1,234 rows`.
 *
 * @param many the plural, by default with an "s" at the end
 *
 * @example
 * wording.counted(1234, "row"); // → '1,234 rows'
 * wording.counted(2, "class", "classes"); // → '2 classes'
 */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** `an int32`, `a float32`; with "A" for the beginning of a sentence. */
export const withArticle = (word: string, article: "a" | "A" = "a"): string =>
  `${article}${/^[aeiou]/i.test(word) ? "n" : ""} ${word}`;

/** A value in a message: a text in quotes, an object by its kind; with "A" for the beginning of a sentence. */
export function shown(value: unknown, article: "a" | "A" = "a"): string {
  if (typeof value === "string") return `"${value}"`;
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return String(value);
  const kind = value.constructor?.name ?? "Object";
  return withArticle(/^(Object|Array|Function)$/.test(kind) ? kind.toLowerCase() : kind, article);
}
