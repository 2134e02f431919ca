import { formatNumber } from "../number.ts";
import { shortened, tenth, WIDTH } from "./axes.ts";
import { Picture } from "./Picture.tsx";
import type { Bar } from "./types.d.ts";

interface Props {
  readonly bars: readonly Bar[];
  readonly title: string;
  /** How a value is written at the right. */
  readonly label?: (value: number) => string;
}

/** Horizontal bars with their numbers, and whiskers where there are bounds. */
export function Bars({ bars, title, label = (value) => formatNumber(value, 3) }: Props) {
  const ends = bars
    .flatMap(({ value, low = value, high = value }) => [value, low, high])
    .filter(Number.isFinite);
  const [least, most] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const span = most - least || 1;
  const [from, width] = [170, WIDTH - 170 - 64];
  const px = (x: number): number => tenth(from + ((x - least) / span) * width);
  return (
    <Picture height={16 + 20 * bars.length} title={title}>
      {bars.map(({ label: name, value, low, high }, i) => {
        const y = 8 + 20 * i;
        const shown = Number.isFinite(value) ? value : 0;
        const [a, b] = [Math.min(px(0), px(shown)), Math.max(px(0), px(shown))];
        return (
          <g key={i}>
            <text x={from - 8} y={y + 11} text-anchor="end">
              {shortened(name)}
            </text>
            <rect
              x={a}
              y={y}
              width={tenth(Math.max(1, b - a))}
              height="14"
              fill="var(--c0)"
              fill-opacity="0.75"
            />
            {low !== undefined && high !== undefined && (
              <path
                d={`M${px(low)} ${y + 7}H${px(high)}`}
                stroke="var(--text)"
                stroke-opacity="0.6"
                fill="none"
              />
            )}
            <text x={WIDTH} y={y + 11} text-anchor="end">
              {label(value)}
            </text>
          </g>
        );
      })}
    </Picture>
  );
}
