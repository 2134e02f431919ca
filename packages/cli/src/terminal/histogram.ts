/** Signs of growing height, for terminals that have them and for those that know ASCII alone. */
const HEIGHTS = { unicode: "▁▂▃▄▅▆▇█", ascii: "_.:-=+*#" } as const;

/** Counts as a row of bars, one sign each: empty where there is nothing, and the lowest bar for the least that is there. */
export function histogramLine(counts: readonly number[], unicode: boolean): string {
  const heights = unicode ? HEIGHTS.unicode : HEIGHTS.ascii;
  const most = Math.max(...counts);
  return counts
    .map((count) => (count === 0 ? " " : heights[Math.ceil((count / most) * heights.length) - 1]))
    .join("");
}

/** A horizontal bar for a share of 1, at most `width` signs long. */
export const shareBar = (share: number, width: number, unicode: boolean): string =>
  (unicode ? "█" : "#").repeat(share > 0 ? Math.max(1, Math.round(share * width)) : 0);
