import type { ElementRef } from "chainrule/trace";
import { formatNumber } from "../number.ts";
import { type Box, top } from "./layout.ts";
import { keyOf, type TraceState } from "./state.ts";
import { useKept } from "./use.ts";

interface PixelsProps {
  readonly state: TraceState;
  readonly box: Box;
  readonly refOf: (unit: number) => ElementRef;
  readonly lit: ReadonlySet<string>;
}

/** A picture at the input: ink by value, or blue and orange by derivative. */
export function Pixels({ state, box, refOf, lit }: PixelsProps) {
  const kept = useKept();
  const { picture } = box;
  if (!picture) return null;
  const { width, height, pixel, left, pixels } = picture;
  const refs = pixels.map((_, unit) => refOf(unit));
  const place = (unit: number) => ({
    x: left + (pixels[unit] % width) * pixel,
    y: top(box) + Math.floor(pixels[unit] / width) * pixel,
    width: pixel - 0.5,
    height: pixel - 0.5,
  });
  const [{ of, value, index }] = refs;
  const drawnFrom = [state.numbers.value, of, value, index, left, top(box), pixel, ...state.hiding()];
  const ink = kept("ink", drawnFrom, () => {
    const numbers = refs.map((ref) => (state.hidden(ref) ? 0 : (state.number(ref) ?? 0)));
    const most = Math.max(...numbers.map(Math.abs), 1e-300);
    return (
      <g>
        {refs.map((ref, unit) => (
          <rect
            key={unit}
            data-key={keyOf(ref)}
            class={`pixel ${numbers[unit] < 0 ? "minus" : "plus"}`}
            {...place(unit)}
            fill-opacity={Math.abs(numbers[unit]) / most}
          >
            <title>{`pixel ${(pixels[unit] % width) + 1}, ${Math.floor(pixels[unit] / width) + 1}: ${formatNumber(numbers[unit])}`}</title>
          </rect>
        ))}
      </g>
    );
  });
  const current = keyOf(state.cursor.value.ref);
  return (
    <g class={`pixels ${of}`}>
      <rect
        class="frame"
        x={left - 1}
        y={top(box) - 1}
        width={width * pixel + 2}
        height={height * pixel + 2}
      />
      {ink}
      {refs.map((ref, unit) => {
        const key = keyOf(ref);
        const mark = key === current ? "current" : lit.has(key) ? "lit" : "";
        return mark && <rect key={unit} class={`mark ${mark}`} {...place(unit)} />;
      })}
    </g>
  );
}
