import { formatCount } from "../number.ts";
import { axisOf, ticksOf, tickText, WIDTH } from "./axes.ts";
import { Picture } from "./Picture.tsx";
import type { Bins } from "./types.d.ts";

const RIDGE = 18;
const OVERLAP = 26;

interface Props {
  readonly over: readonly { readonly step: number; readonly bins: Bins }[];
  readonly title: string;
  readonly place?: number;
}

/** Histograms one above the other, the first step at the top, over one axis: how a distribution changes. */
export function Ridges({ over, title, place = 0 }: Props) {
  const [left, right] = [58, WIDTH - 12];
  const height = OVERLAP + RIDGE * over.length + 24;
  const lows = over.map(({ bins }) => bins.edges[0] ?? 0);
  const highs = over.map(({ bins }) => bins.edges[bins.counts.length] ?? 1);
  const across = axisOf([Math.min(...lows), Math.max(...highs)], [left, right]);
  return (
    <Picture height={height} title={`${title}, by step`}>
      {over.map(({ step, bins: { edges, counts } }, row) => {
        const base = OVERLAP + RIDGE * (row + 1);
        const most = Math.max(1, ...Array.from(counts));
        const line = Array.from(counts, (count, i) => {
          const y = (base - (count / most) * (RIDGE + OVERLAP / 2)).toFixed(1);
          return `L${across.place(edges[i] ?? 0)} ${y}H${across.place(edges[i + 1] ?? 0)}`;
        }).join("");
        const ends = [across.place(edges[0] ?? 0), across.place(edges[counts.length] ?? 1)];
        return (
          <g key={step}>
            <path d={`M${ends[0]} ${base}${line}V${base}Z`} fill="var(--back)" />
            <path
              d={`M${ends[0]} ${base}${line}V${base}Z`}
              fill={`var(--c${place % 4})`}
              fill-opacity="0.35"
              stroke={`var(--c${place % 4})`}
            />
            <text x={left - 6} y={base} text-anchor="end">
              {formatCount(step)}
            </text>
          </g>
        );
      })}
      {ticksOf(across).map((tick) => (
        <text key={tick} x={across.place(tick)} y={height - 6} text-anchor="middle">
          {tickText(tick)}
        </text>
      ))}
      <text x="6" y="12">
        {title}
      </text>
    </Picture>
  );
}
