import { axisOf, shortened, ticksOf, tickText } from "./axes.ts";
import { Picture } from "./Picture.tsx";
import type { Bins } from "./types.d.ts";

const WIDTH = 220;
const HEIGHT = 84;

interface Props {
  readonly bins: Bins;
  /** What is counted. */
  readonly title: string;
  /** The number of the colour. Default 0. */
  readonly place?: number;
}

/** Counts in bins, as bars that touch: the height of a bar is its count, on a linear scale from 0. */
export function Histogram({ bins: { edges, counts }, title, place = 0 }: Props) {
  const [left, right, top, bottom] = [8, WIDTH - 8, 18, HEIGHT - 18];
  const across = axisOf([edges[0] ?? 0, edges[counts.length] ?? 1], [left, right]);
  const most = Math.max(1, ...Array.from(counts));
  const all = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const bars = Array.from(counts, (count, i) => {
    const [from, to] = [across.place(edges[i] ?? 0), across.place(edges[i + 1] ?? 0)];
    const height = (count / most) * (bottom - top);
    return count === 0 ? "" : `M${from} ${bottom}V${(bottom - height).toFixed(1)}H${to}V${bottom}Z`;
  }).join("");
  const ticks = ticksOf(across);
  const shown = ticks.length > 4 ? ticks.filter((_, i) => i % 2 === 0) : ticks;
  return (
    <Picture width={WIDTH} height={HEIGHT} title={`${title}: ${all.toLocaleString("en-US")} numbers`}>
      <text x={left} y="11">
        {shortened(title, 40)}
      </text>
      <path d={bars} fill={`var(--c${place % 4})`} fill-opacity="0.75" />
      <path d={`M${left} ${bottom}H${right}`} stroke="var(--edge)" fill="none" />
      {shown.map((tick) => (
        <text
          key={tick}
          x={inside(across.place(tick), left + 10, right - 14)}
          y={bottom + 13}
          text-anchor="middle"
        >
          {tickText(tick)}
        </text>
      ))}
    </Picture>
  );
}

const inside = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));
