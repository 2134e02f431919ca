import { type Axis, axisOf, shortened, spanOf, ticksOf, tickText } from "./axes.ts";
import { Picture } from "./Picture.tsx";

const SIZE = 340;
/** More points than these are counted in squares. */
const MOST_POINTS = 400;
const SQUARES = 40;

interface Props {
  readonly truth: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  /** What is predicted, with its unit. */
  readonly name: string;
}

/** Predicted against true: on the dashed line the prediction is right. Many points are counted in squares, darker where there are more. */
export function Scatter({ truth, predicted, name }: Props) {
  const [left, right, top, bottom] = [58, SIZE - 12, 30, SIZE - 40];
  const span = spanOf([...Array.from(truth), ...Array.from(predicted)]);
  const across = axisOf(span, [left, right]);
  const up = axisOf(span, [bottom, top]);
  const few = truth.length <= MOST_POINTS;
  return (
    <Picture width={SIZE} height={SIZE} title={`predicted ${name} against the truth, ${truth.length} rows`}>
      {ticksOf(up).map((tick) => (
        <g key={tick}>
          <path d={`M${left} ${up.place(tick)}H${right}`} stroke="var(--line)" fill="none" />
          <text x={left - 6} y={up.place(tick) + 4} text-anchor="end">
            {tickText(tick)}
          </text>
          <text x={across.place(tick)} y={bottom + 15} text-anchor="middle">
            {tickText(tick)}
          </text>
        </g>
      ))}
      {few ? points(truth, predicted, across, up) : squares(truth, predicted, across, up, bottom - top)}
      <path
        d={`M${left} ${bottom}L${right} ${top}`}
        stroke="var(--text)"
        stroke-opacity="0.6"
        stroke-dasharray="4 4"
        fill="none"
      />
      <text x={(left + right) / 2} y={SIZE - 6} text-anchor="middle">
        true {shortened(name, 36)}
      </text>
      <text x="6" y="12">
        predicted {shortened(name, 36)}
      </text>
    </Picture>
  );
}

const points = (truth: ArrayLike<number>, predicted: ArrayLike<number>, across: Axis, up: Axis) =>
  Array.from(truth, (value, i) => [across.place(value), up.place(predicted[i] ?? Number.NaN)] as const)
    .filter((point) => point.every(Number.isFinite))
    .map(([x, y], i) => <circle key={i} cx={x} cy={y} r="2.5" fill="var(--c0)" fill-opacity="0.55" />);

function squares(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  across: Axis,
  up: Axis,
  size: number,
) {
  const side = size / SQUARES;
  const counts = new Map<number, number>();
  const [x0, y0] = [across.place(across.low), up.place(up.high)];
  const place = (distance: number): number => Math.min(SQUARES - 1, Math.floor(distance / side));
  for (let i = 0; i < truth.length; i++) {
    const [x, y] = [across.place(truth[i] ?? Number.NaN) - x0, up.place(predicted[i] ?? Number.NaN) - y0];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    const square = place(y) * SQUARES + place(x);
    counts.set(square, (counts.get(square) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  return [...counts].map(([square, count]) => (
    <rect
      key={square}
      x={(x0 + (square % SQUARES) * side).toFixed(1)}
      y={(y0 + Math.floor(square / SQUARES) * side).toFixed(1)}
      width={side.toFixed(1)}
      height={side.toFixed(1)}
      fill="var(--c0)"
      fill-opacity={(0.15 + 0.85 * Math.sqrt(count / most)).toFixed(2)}
    >
      <title>{`${count} rows`}</title>
    </rect>
  ));
}
