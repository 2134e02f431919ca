import {
  type Axis,
  axisOf,
  colour,
  dashes,
  pathOf,
  shortened,
  spanOf,
  tenth,
  ticksOf,
  tickText,
  WIDTH,
} from "./axes.ts";
import { Picture } from "./Picture.tsx";
import type { ChartOptions, Curve } from "./types.d.ts";

const HEIGHT = 260;
const LINE = 14;

interface Props extends ChartOptions {
  readonly curves: readonly Curve[];
}

/** Curves over common axes, as a still picture. Numbers that are not finite leave a gap. */
export function Chart({ curves, ...options }: Props) {
  const {
    x,
    y,
    logX = false,
    logY = false,
    labelX = tickText,
    labelY = tickText,
    reference,
    bandY,
  } = options;
  const legend = legendLines(curves.map(({ label }) => label));
  const box = {
    left: 58,
    right: WIDTH - 12,
    top: 22 + LINE * Math.max(1, legend.length),
    bottom: HEIGHT - 40,
  };
  const across = axisOf(
    options.spanX ??
      spanOf(
        curves.flatMap((curve) => curve.x),
        logX,
      ),
    [box.left, box.right],
    logX,
  );
  const heights = curves.flatMap((curve) => [...curve.y, ...(curve.low ?? []), ...(curve.high ?? [])]);
  const up = axisOf(options.spanY ?? spanOf(heights, logY), [box.bottom, box.top], logY);
  const middle = (box.left + box.right) / 2;
  return (
    <Picture height={HEIGHT} title={`${y} against ${x}`}>
      {bandY && <Band from={bandY[0]} to={bandY[1]} box={box} up={up} />}
      {ticksOf(up).map((tick) => (
        <g key={tick}>
          <path d={`M${box.left} ${up.place(tick)}H${box.right}`} stroke="var(--line)" fill="none" />
          <text x={box.left - 6} y={up.place(tick) + 4} text-anchor="end">
            {labelY(tick)}
          </text>
        </g>
      ))}
      {(options.ticksX ?? ticksOf(across)).map((tick) => (
        <text key={tick} x={across.place(tick)} y={box.bottom + 15} text-anchor="middle">
          {labelX(tick)}
        </text>
      ))}
      <text x={middle} y={HEIGHT - 6} text-anchor="middle">
        {shortened(x, 60)}
      </text>
      <text x="6" y="12">
        {shortened(y, 70)}
      </text>
      {reference && (
        <path
          d={pathOf([reference[0][0], reference[1][0]], [reference[0][1], reference[1][1]], across, up)}
          stroke="var(--dim)"
          stroke-dasharray="4 4"
          fill="none"
        />
      )}
      {curves.map((curve, i) => (
        <Line key={i} curve={curve} across={across} up={up} place={i} dashed={curves.length > 1} />
      ))}
      {legend.map((line, row) =>
        line.map(({ label, place, right }) => (
          <g key={place}>
            {curves[place]?.line === false ? (
              <circle
                cx={tenth(right - LETTER * label.length - 9)}
                cy={24 + LINE * row}
                r="3"
                fill={colour(place)}
              />
            ) : (
              <path
                d={`M${tenth(right - LETTER * label.length - 20)} ${24 + LINE * row}h16`}
                stroke={colour(place)}
                stroke-width="2"
                stroke-dasharray={dashes(place)}
                fill="none"
              />
            )}
            <text x={right} y={28 + LINE * row} text-anchor="end" fill={colour(place)}>
              {label}
            </text>
          </g>
        )),
      )}
    </Picture>
  );
}

interface LineProps {
  readonly curve: Curve;
  readonly across: Axis;
  readonly up: Axis;
  readonly place: number;
  readonly dashed: boolean;
}

function Line({ curve, across, up, place, dashed }: LineProps) {
  const { x, y, low, high, line = true, points = false, titles = [] } = curve;
  return (
    <>
      {low && high && <path d={areaOf(x, low, high, across, up)} fill={colour(place)} fill-opacity="0.16" />}
      {line && (
        <path
          d={pathOf(x, y, across, up)}
          stroke={colour(place)}
          stroke-width="1.8"
          stroke-dasharray={dashed ? dashes(place) : undefined}
          fill="none"
        />
      )}
      {(points || x.length === 1) &&
        x.map((value, i) => {
          const [cx, cy] = [across.place(value), up.place(y[i] ?? Number.NaN)];
          if (!Number.isFinite(cx) || !Number.isFinite(cy)) return null;
          return (
            <circle key={i} cx={cx} cy={cy} r="3" fill={colour(place)}>
              {titles[i] !== undefined && <title>{titles[i]}</title>}
            </circle>
          );
        })}
    </>
  );
}

function areaOf(
  x: readonly number[],
  low: readonly number[],
  high: readonly number[],
  across: Axis,
  up: Axis,
): string {
  const whole = x.map((_, i) => i).filter((i) => [x[i], low[i], high[i]].every(Number.isFinite));
  if (whole.length === 0) return "";
  const edge = [...whole.map((i) => [x[i], high[i]]), ...whole.toReversed().map((i) => [x[i], low[i]])];
  return `${pathOf(
    edge.map(([a = 0]) => a),
    edge.map(([, b = 0]) => b),
    across,
    up,
  )}Z`;
}

interface BandProps {
  readonly from: number;
  readonly to: number;
  readonly box: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  readonly up: Axis;
}

function Band({ from, to, box, up }: BandProps) {
  const inside = (y: number): number => Math.min(box.bottom, Math.max(box.top, up.place(y)));
  const [top, bottom] = [inside(to), inside(from)];
  return (
    <rect
      x={box.left}
      y={top}
      width={box.right - box.left}
      height={bottom - top}
      fill="var(--c2)"
      fill-opacity="0.14"
    />
  );
}

/** About the width of a letter. */
const LETTER = 6.3;

interface Entry {
  readonly label: string;
  readonly place: number;
  readonly right: number;
}

/** Names of curves, from the right, in as many lines as they need. */
function legendLines(labels: readonly string[]): Entry[][] {
  const lines: Entry[][] = [];
  let right = 0;
  labels.forEach((text, place) => {
    const label = shortened(text);
    if (label === "") return;
    const width = LETTER * label.length + 34;
    if (lines.length === 0 || right - width < 6) {
      lines.push([]);
      right = WIDTH - 12;
    }
    lines.at(-1)?.push({ label, place, right });
    right -= width;
  });
  return lines;
}
