/** Signs of growing height, for terminals that have them and for those that know ASCII alone. */
const heightsFor = (unicode: boolean): string => (unicode ? "▁▂▃▄▅▆▇█" : "_.:-=+*#");

/** Counts as a row of bars, one sign each: empty where there is nothing, and the lowest bar for the least that is there. */
export function histogramLine(counts: readonly number[], unicode: boolean): string {
  const heights = heightsFor(unicode);
  const most = Math.max(...counts);
  return counts
    .map((count) => (count === 0 ? " " : heights[Math.ceil((count / most) * heights.length) - 1]))
    .join("");
}

/**
 * A curve in one line: each sign stands for some of the numbers, its height for their mean between the least and the greatest of
 * these means.
 *
 * @param numbers those that are not finite are passed over
 * @param width the most signs
 */
export function sparkline(numbers: readonly number[], width: number, unicode: boolean): string {
  const heights = heightsFor(unicode);
  const finite = numbers.filter(Number.isFinite);
  const count = Math.min(width, finite.length);
  const means = Array.from({ length: count }, (_, i) => {
    const part = finite.slice(
      Math.floor((i * finite.length) / count),
      Math.floor(((i + 1) * finite.length) / count),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const least = Math.min(...means);
  const range = Math.max(...means) - least;
  return means
    .map((mean) => heights[range > 0 ? Math.round(((mean - least) / range) * (heights.length - 1)) : 0])
    .join("");
}

/** A horizontal bar for a share of 1, at most `width` signs long. */
export const shareBar = (share: number, width: number, unicode: boolean): string =>
  (unicode ? "█" : "#").repeat(share > 0 ? Math.max(1, Math.round(share * width)) : 0);

/** What is done and what is left, in `width` signs together. */
export function progressBar(share: number, width: number, unicode: boolean): [done: string, left: string] {
  const filled = Math.round(width * share);
  const [done, left] = unicode ? ["━", "━"] : ["=", "-"];
  return [done.repeat(filled), left.repeat(width - filled)];
}
