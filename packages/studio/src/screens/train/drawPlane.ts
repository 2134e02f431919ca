import type { Boundary, Project } from "../../protocol.ts";
import { drawAxes } from "./axes.ts";
import type { Brush } from "./Canvas.tsx";
import { classColour, classSigns, drawClassPoint } from "./classes.ts";
import { rgb } from "./colours.ts";
import { zeroContour } from "./contour.ts";

/** Draws what the model says over a plane through data space, with the data points on it. */
export function drawPlane(brush: Brush, boundary: Boundary, project: Project, output: number): void {
  const spans = { x: boundary.spanX, y: boundary.spanY };
  const names = { x: project.inputNames[boundary.x] ?? "", y: project.inputNames[boundary.y] ?? "" };
  const axes = drawAxes(brush, spans, names);
  const { context } = brush;
  const [left, right] = axes.x.range() as [number, number];
  const [bottom, top] = axes.y.range() as [number, number];
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  const classified = project.task === "classification";
  const fields = classified ? classFields(boundary) : [];
  const range = valueRange(boundary, output);
  const picture = classified
    ? classPicture(brush, fields, boundary.size)
    : heatPicture(brush, boundary, output, range);
  // Samples are the corners of cells: half a sample is cut off at each side.
  const { size } = boundary;
  context.imageSmoothingEnabled = true;
  context.drawImage(picture, 0.5, 0.5, size - 1, size - 1, left, top, right - left, bottom - top);
  const toX = (cell: number): number => left + (cell / (size - 1)) * (right - left);
  const toY = (cell: number): number => bottom + (cell / (size - 1)) * (top - bottom);
  context.strokeStyle = brush.colour("text");
  context.lineWidth = 1.25;
  context.beginPath();
  for (const margin of fields.length === 2 ? fields.slice(1) : fields) {
    const segments = zeroContour(margin, size);
    for (let k = 0; k < segments.length; k += 4) {
      context.moveTo(toX(segments[k]!), toY(segments[k + 1]!));
      context.lineTo(toX(segments[k + 2]!), toY(segments[k + 3]!));
    }
  }
  context.stroke();
  const signs = classSigns(project.outputNames);
  const { points } = boundary;
  const heat = heatScale(brush, range);
  for (let n = 0; n < Math.min(points.x.length, 1500); n++) {
    const [x, y, truth] = [axes.x(points.x[n]!), axes.y(points.y[n]!), points.truth[n]!];
    if (classified) drawClassPoint(brush, x, y, truth, signs[truth] ?? "circle");
    else drawNumberPoint(brush, x, y, `rgb(${heat(truth).map(Math.round).join(" ")})`);
  }
  context.restore();
}

/** By class: its probability minus the largest of the others'. Positive where the class wins. */
export function classFields({ values, size }: Pick<Boundary, "values" | "size">): Float32Array[] {
  const cells = size * size;
  const outputs = values.length / cells;
  // A single output is the probability of the second of two classes.
  if (outputs === 1) return [values.map((p) => 1 - 2 * p), values.map((p) => 2 * p - 1)];
  return Array.from({ length: outputs }, (_, own) =>
    Float32Array.from({ length: cells }, (_, cell) => {
      let other = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < outputs; k++) if (k !== own) other = Math.max(other, values[cell * outputs + k]!);
      return values[cell * outputs + own]! - other;
    }),
  );
}

/** The lowest and highest of what the model says and of the data. */
export function valueRange(boundary: Boundary, output: number): [number, number] {
  const outputs = boundary.values.length / boundary.size ** 2;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const see = (value: number): void => {
    if (!Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (let k = output; k < boundary.values.length; k += outputs) see(boundary.values[k]!);
  boundary.points.truth.forEach(see);
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}

function classPicture(brush: Brush, fields: readonly Float32Array[], size: number): HTMLCanvasElement {
  const ground = rgb(brush.colour("back"));
  const colours = fields.map((_, index) => rgb(brush.colour(classColour(index))));
  return picture(size, (cell) => {
    const winner = fields.findIndex((field) => field[cell]! > 0);
    const colour = colours[winner];
    // Stronger where the class is surer, but never as strong as the points.
    return colour ? mix(ground, colour, 0.12 + 0.38 * Math.min(1, fields[winner]![cell]!)) : ground;
  });
}

function heatPicture(
  brush: Brush,
  { values, size }: Boundary,
  output: number,
  range: readonly [number, number],
) {
  const outputs = values.length / (size * size);
  const scale = heatScale(brush, range);
  return picture(size, (cell) => scale(values[cell * outputs + output]!));
}

type Colour = readonly [number, number, number];

function picture(size: number, colourOf: (cell: number) => Colour): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext("2d")!;
  const pixels = context.createImageData(size, size);
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      // Pictures go down, data space goes up.
      const place = 4 * ((size - 1 - j) * size + i);
      pixels.data.set(colourOf(j * size + i), place);
      pixels.data[place + 3] = 255;
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** Low numbers in the colour of the negative, high ones in that of the positive, the middle in the ground's. */
function heatScale(brush: Brush, [low, high]: readonly [number, number]): (value: number) => Colour {
  const [ground, negative, positive] = ["back", "negative", "positive"].map((name) =>
    rgb(brush.colour(name)),
  ) as [Colour, Colour, Colour];
  return (value) => {
    const place = Math.max(-1, Math.min(1, (2 * (value - low)) / (high - low) - 1));
    return mix(ground, place < 0 ? negative : positive, 0.75 * Math.abs(place || 0));
  };
}

function drawNumberPoint({ context, colour }: Brush, x: number, y: number, fill: string): void {
  context.beginPath();
  context.arc(x, y, 4, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = colour("text");
  context.stroke();
}
