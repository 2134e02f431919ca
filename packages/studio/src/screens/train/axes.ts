import { type ScaleContinuousNumeric, scaleLinear, scaleSymlog } from "d3-scale";
import { formatNumber } from "../../parts/number.ts";
import type { Brush } from "./Canvas.tsx";

export interface Axes {
  readonly x: ScaleContinuousNumeric<number, number>;
  readonly y: ScaleContinuousNumeric<number, number>;
}

interface Spans {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Makes y logarithmic on both sides of zero, and linear within about this distance of it. */
  readonly bend?: number;
}

/** Draws ticks and names of both axes around a plot, and gives its scales. */
export function drawAxes(
  brush: Brush,
  spans: Spans,
  names: { readonly x: string; readonly y: string },
): Axes {
  const { context, width, height, colour } = brush;
  const bend = spans.bend ?? 0;
  const y = bend > 0 ? scaleSymlog(spans.y, [0, 1]).constant(bend) : scaleLinear(spans.y, [0, 1]);
  const ticks = bend > 0 ? bentTicks(spans.y, bend) : y.ticks(Math.max(2, Math.floor(height / 60)));
  const widest = Math.max(...ticks.map((tick) => context.measureText(formatNumber(tick, 3)).width));
  const box = { left: Math.ceil(widest) + 24, right: width - 10, top: 8, bottom: height - 34 };
  y.range([box.bottom, box.top]);
  const x = scaleLinear(spans.x, [box.left, box.right]);
  context.fillStyle = colour("dim");
  context.strokeStyle = colour("line");
  context.lineWidth = 1;
  context.strokeRect(box.left - 0.5, box.top - 0.5, box.right - box.left + 1, box.bottom - box.top + 1);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of x.ticks(Math.max(2, Math.floor(width / 90))))
    context.fillText(formatNumber(tick, 6), x(tick), box.bottom + 5);
  context.fillText(names.x, (box.left + box.right) / 2, height - 13, box.right - box.left);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticks) context.fillText(formatNumber(tick, 3), box.left - 6, y(tick));
  context.save();
  context.translate(8, (box.top + box.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(names.y, 0, 0, box.bottom - box.top);
  context.restore();
  return { x, y };
}

/** Zero, and powers of ten on both sides as far as there is room for them. */
function bentTicks([low, high]: readonly [number, number], bend: number): number[] {
  const first = Math.ceil(Math.log10(bend));
  const last = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
  const every = Math.max(1, Math.ceil((last - first + 1) / 3));
  const ticks = [0];
  for (let power = last; power >= first; power -= every) ticks.push(10 ** power, -(10 ** power));
  return ticks.filter((tick) => tick >= low && tick <= high);
}
