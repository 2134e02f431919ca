import type { Brush } from "./Canvas.tsx";

/** Shapes of up to four classes, as paths around the origin; beyond, letters tell classes apart. Colour never stands alone. */
export const shapePaths: Readonly<Record<string, string>> = {
  circle: "M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z",
  square: "M-3.6 -3.6H3.6V3.6H-3.6Z",
  triangle: "M0 -4.6L4.6 3.6H-4.6Z",
  diamond: "M0 -5L5 0L0 5L-5 0Z",
};
/** The colours of classes, as variables of the theme. */
export const classColour = (index: number): string => `k${index % 10}`;

/** What stands for a class in a plot: the name of a shape, or the first sign of its name that no other class has. */
export function classSigns(names: readonly string[]): string[] {
  const shapes = Object.keys(shapePaths);
  if (names.length <= shapes.length) return shapes.slice(0, names.length);
  const taken = new Set<string>();
  return names.map((name, index) => {
    const free = [...name.toUpperCase(), ...String(index + 1)].find(
      (sign) => /\S/.test(sign) && !taken.has(sign),
    );
    const sign = free ?? String(index + 1);
    taken.add(sign);
    return sign;
  });
}

/** Draws a data point of a class: filled with its colour, bounded by the ground so that neighbours part. */
export function drawClassPoint(
  { context, colour }: Brush,
  x: number,
  y: number,
  index: number,
  sign: string,
): void {
  const shape = shapePaths[sign];
  if (!shape) {
    context.font = context.font.replace("11px", "bold 12px");
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = colour("back");
    context.strokeText(sign, x, y);
    context.fillStyle = colour(classColour(index));
    context.fillText(sign, x, y);
    return;
  }
  const path = new Path2D(shape);
  context.save();
  context.translate(x, y);
  context.fillStyle = colour(classColour(index));
  context.fill(path);
  context.lineWidth = 1.2;
  context.strokeStyle = colour("back");
  context.stroke(path);
  context.restore();
}
