import type { Distribution } from "chainrule/trace";
import { drawAxes } from "../train/axes.ts";
import type { Brush } from "../train/Canvas.tsx";

export interface Moment {
  readonly step: number;
  readonly spread: Distribution;
}

/**
 * Draws distributions over time: a column for each moment, in it every bin at its true edges, darker where more of the numbers lie
 * in as much room. The line is the mean.
 */
export function drawHistory(brush: Brush, moments: readonly Moment[], name: string): void {
  const first = moments[0];
  if (!first) return;
  const { context, colour } = brush;
  const last = moments[moments.length - 1]!;
  const spans = {
    x: [first.step, Math.max(last.step, first.step + 1)] as const,
    y: valueSpan(moments),
    bend: bendOf(moments),
  };
  const { x, y } = drawAxes(brush, spans, { x: "step", y: name });
  const densest = densities(moments);
  context.fillStyle = colour("c0");
  moments.forEach(({ step, spread }, n) => {
    // A moment reaches half way to its neighbours.
    const left = n > 0 ? (x(step) + x(moments[n - 1]!.step)) / 2 : x(step);
    const right = n + 1 < moments.length ? (x(step) + x(moments[n + 1]!.step)) / 2 : x.range()[1]!;
    const width = Math.max(1, right - left);
    for (let bin = 0; bin < spread.counts.length; bin++) {
      if (spread.counts[bin] === 0) continue;
      const [top, bottom] = [y(spread.edges[bin + 1]!), y(spread.edges[bin]!)];
      // By the root, so that thin tails are seen too.
      context.globalAlpha = Math.sqrt(Math.min(1, density(spread, bin) / densest));
      context.fillRect(Math.min(left, x.range()[1]! - width), top, width, Math.max(1, bottom - top));
    }
  });
  context.globalAlpha = 1;
  context.strokeStyle = colour("c1");
  context.lineWidth = 1.5;
  context.beginPath();
  for (const { step, spread } of moments)
    if (Number.isFinite(spread.mean)) context.lineTo(x(step), y(spread.mean));
  context.stroke();
}

/** Share of the numbers by unit of length. A bin without width (all numbers equal) counts as one of the least width that there is. */
const density = ({ count, counts, edges }: Distribution, bin: number): number =>
  counts[bin]! / Math.max(1, count) / Math.max(edges[bin + 1]! - edges[bin]!, Number.EPSILON);

/** Numbers that become smaller by orders of magnitude, as gradients do, are seen on an axis that is logarithmic around zero. */
function bendOf(moments: readonly Moment[]): number {
  const spreads = moments.map(({ spread: { sd } }) => sd).filter((sd) => sd > 0);
  const [least, most] = [Math.min(...spreads), Math.max(...spreads)];
  return most > 20 * least ? least : 0;
}

/** Densities that are drawn darkest: the largest of the median moment, so that one narrow moment does not pale all others. */
function densities(moments: readonly Moment[]): number {
  const largest = moments.map(({ spread }) => {
    let most = 0;
    for (let bin = 0; bin < spread.counts.length; bin++) most = Math.max(most, density(spread, bin));
    return most;
  });
  largest.sort((a, b) => a - b);
  return largest[Math.floor(largest.length / 2)] || 1;
}

function valueSpan(moments: readonly Moment[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { spread } of moments) {
    if (spread.min < low) low = spread.min;
    if (spread.max > high) high = spread.max;
  }
  if (!(low <= high)) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.03;
  return [low - room, high + room];
}
