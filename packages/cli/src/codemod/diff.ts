/** Two texts beside each other, as `diff -u` shows them. */

const CONTEXT = 3;

type Line = readonly [sign: " " | "-" | "+", text: string];

/** The lines of a unified diff, with its heading; none where the texts are the same. */
export function unifiedDiff(path: string, before: string, after: string): string[] {
  const [first, second] = [before, after].map((text) => text.replace(/\n$/, "").split("\n"));
  const lines = linesOf(first, second);
  const hunks: string[] = [];
  let at = 0;
  let [old, fresh] = [1, 1];
  while (at < lines.length) {
    const next = lines.findIndex(([sign], i) => i >= at && sign !== " ");
    if (next < 0) break;
    // Changes less than two contexts apart are one hunk.
    let last = next;
    for (let i = next; i < lines.length && i - last <= 2 * CONTEXT; i++) if (lines[i][0] !== " ") last = i;
    const from = Math.max(at, next - CONTEXT);
    const to = Math.min(lines.length, last + CONTEXT + 1);
    old += from - at;
    fresh += from - at;
    const hunk = lines.slice(from, to);
    const [gone, come] = [hunk.filter(([s]) => s !== "+").length, hunk.filter(([s]) => s !== "-").length];
    hunks.push(`@@ -${old},${gone} +${fresh},${come} @@`, ...hunk.map(([sign, text]) => sign + text));
    old += gone;
    fresh += come;
    at = to;
  }
  return hunks.length > 0 ? [`--- ${path}`, `+++ ${path}`, ...hunks] : [];
}

/** All lines of both, those of a longest common subsequence once. */
function linesOf(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let [endA, endB] = [before.length, after.length];
  while (endA > start && endB > start && before[endA - 1] === after[endB - 1]) {
    endA--;
    endB--;
  }
  const a = before.slice(start, endA);
  const b = after.slice(start, endB);
  // common[i][j]: how many lines a[i…] and b[j…] have in common.
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  const middle: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      middle.push([" ", a[i++]]);
      j++;
    } else if (j >= b.length || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1]))
      middle.push(["-", a[i++]]);
    else middle.push(["+", b[j++]]);
  }
  const same = (texts: readonly string[]): Line[] => texts.map((text) => [" ", text] as const);
  return [...same(before.slice(0, start)), ...middle, ...same(before.slice(endA))];
}
