const BLOCKS = "▁▂▃▄▅▆▇█";

/**
 * A curve in one line: each letter stands for some of the numbers, its height for their mean between the least and the greatest of
 * these means.
 *
 * @param numbers those that are not finite are passed over
 * @param width the most letters
 */
export function sparkline(numbers: readonly number[], width: number): string {
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
    .map((mean) => BLOCKS[range > 0 ? Math.round(((mean - least) / range) * (BLOCKS.length - 1)) : 0])
    .join("");
}
