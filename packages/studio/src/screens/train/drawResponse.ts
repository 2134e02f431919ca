import type { Project, Response } from "../../protocol.ts";
import { drawAxes } from "./axes.ts";
import type { Brush } from "./Canvas.tsx";

/** Draws what the model says along one input, the true function where there is one, and the data. */
export function drawResponse(brush: Brush, response: Response, project: Project, output: number): void {
  const { inputs, points, truth } = response;
  const outputs = response.values.length / inputs.length;
  const said = Float32Array.from(inputs, (_, n) => response.values[n * outputs + output]!);
  const spans = {
    x: [inputs[0]!, inputs[inputs.length - 1]!] as const,
    y: spanOf([said, points.truth, truth ?? []]),
  };
  const axes = drawAxes(brush, spans, { x: project.inputNames[response.x] ?? "", y: project.target });
  const { context, colour } = brush;
  context.save();
  context.beginPath();
  context.rect(
    axes.x.range()[0]!,
    axes.y.range()[1]!,
    axes.x.range()[1]! - axes.x.range()[0]!,
    axes.y.range()[0]! - axes.y.range()[1]!,
  );
  context.clip();
  context.fillStyle = colour("dim");
  context.globalAlpha = 0.6;
  for (let n = 0; n < Math.min(points.x.length, 2000); n++) {
    context.beginPath();
    context.arc(axes.x(points.x[n]!), axes.y(points.truth[n]!), 2, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
  if (truth) line(context, inputs, truth, axes, colour("c1"), [5, 4]);
  line(context, inputs, said, axes, colour("c0"), []);
  context.restore();
}

function line(
  context: CanvasRenderingContext2D,
  xs: Float32Array,
  ys: Float32Array,
  axes: ReturnType<typeof drawAxes>,
  stroke: string,
  dash: number[],
): void {
  context.beginPath();
  for (let n = 0; n < xs.length; n++)
    if (Number.isFinite(ys[n])) context.lineTo(axes.x(xs[n]!), axes.y(ys[n]!));
  context.setLineDash(dash);
  context.lineWidth = 2;
  context.strokeStyle = stroke;
  context.stroke();
  context.setLineDash([]);
}

/** The lowest and highest finite number, with a little room. */
export function spanOf(lists: readonly ArrayLike<number>[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const list of lists)
    for (let n = 0; n < list.length; n++) {
      const value = list[n]!;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (!(low <= high)) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}
