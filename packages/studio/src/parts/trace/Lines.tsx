import type { ElementRef, Quantity } from "chainrule/trace";
import type { VNode } from "preact";
import { type Link, weightEnds, weightIndex } from "./graph.ts";
import { type Box, endOf, HEAD, type Layout, NAMES, type Unit } from "./layout.ts";
import { keyOf, type TraceState } from "./state.ts";

export interface Marked {
  readonly value: number;
  readonly index: number;
  readonly kind: "current" | "lit";
}

interface LinesProps {
  readonly state: TraceState;
  readonly link: Link;
  readonly from: Box;
  readonly to: Box;
  readonly layout: Layout;
  /** Weights of this link that are looked at ("current") or lit, by place in their tensors. */
  readonly marked: readonly Marked[];
  readonly backward: boolean;
}

/** What leads from one group to another: a line for each weight between drawn units, or one for all that a block reads. */
export function drawLines({ state, link, from, to, layout, marked, backward }: LinesProps): VNode {
  const { weight } = link;
  const half = layout.pill.width / 2;
  if (!weight) {
    const a = { x: from.x + from.half + (from.named ? NAMES : 0), y: middleOf(from) };
    const names = from.group.values.map((id) => state.data.value.unitNames[id]).find(Boolean);
    if (to.group.kind === "loss" && from.units.length > 0)
      return <IntoLoss from={from} to={to} names={from.named ? names : undefined} />;
    const b = { x: to.x - to.half, y: middleOf(to) };
    const far = to.group.depth - from.group.depth > 1 ? layout.height : 0;
    const bend = far ? Math.min(layout.height - 6, Math.max(from.top + from.height, to.top + to.height)) : 0;
    const path = far
      ? `M${a.x},${a.y} C${a.x + 30},${bend} ${b.x - 30},${bend} ${b.x},${b.y}`
      : `M${a.x},${a.y} C${(a.x + b.x) / 2},${a.y} ${(a.x + b.x) / 2},${b.y} ${b.x},${b.y}`;
    return <path class="flow" d={path} />;
  }
  // In the backward pass lines show ∂ℓ/∂w; of a weight that has none, a thin line.
  const quantity = (value: number): Quantity =>
    backward && state.data.value.values[value].hasGradient ? "gradient" : "value";
  const refs: { ref: ElementRef; i: number; j: number }[] = [];
  const add = (i: number, j: number) => {
    const value = i < 0 ? (weight.bias as number) : weight.value;
    refs.push({ ref: { value, of: quantity(value), index: i < 0 ? j : weightIndex(weight, i, j) }, i, j });
  };
  const ends = to.units.flatMap(({ unit }) => (typeof unit === "number" ? [unit] : []));
  const starts = from.units.flatMap(({ unit }) =>
    typeof unit === "number" ? [unit] : unit === "one" ? [-1] : [],
  );
  for (const j of ends) for (const i of starts) add(i, j);
  // Of a picture only those lines are drawn that matter now.
  if (from.picture)
    for (const { value, index } of marked) {
      if (value !== weight.value) continue;
      const { i, j } = weightEnds(weight, index);
      add(i, j);
    }
  // NaN stands for a number that was left out of a file: its line is a thin one.
  const numbers = refs.map(({ ref }) =>
    state.hidden(ref) || (backward && ref.of === "value") ? 0 : state.number(ref) || 0,
  );
  const most = Math.max(...numbers.map(Math.abs), 1e-300);
  const marks = refs.map(
    ({ ref }) => marked.find(({ value, index }) => value === ref.value && index === ref.index)?.kind ?? "",
  );
  // What is lit lies above the rest.
  const order = refs.map((_, n) => n).sort((a, b) => Number(marks[a] !== "") - Number(marks[b] !== ""));
  return (
    <g class="weights">
      {order.map((n) => {
        const { ref, i, j } = refs[n];
        const a = endOf(from, i < 0 ? "one" : i);
        const b = endOf(to, j);
        if (!a || !b) return null;
        const share = Math.abs(numbers[n]) / most;
        const line = { x1: a.x + (from.picture && i >= 0 ? 0 : half), y1: a.y, x2: b.x - half, y2: b.y };
        return (
          <g
            key={keyOf(ref)}
            class={`weight ${numbers[n] < 0 ? "minus" : "plus"} ${marks[n]}`}
            data-key={keyOf(ref)}
          >
            <line
              {...line}
              class="drawn"
              stroke-width={0.6 + 3.4 * share}
              stroke-opacity={0.2 + 0.6 * share}
            />
            <line {...line} class="reach" />
          </g>
        );
      })}
    </g>
  );
}

interface IntoLossProps {
  readonly from: Box;
  readonly to: Box;
  readonly names: readonly string[] | undefined;
}

/** The outputs and the target, each by a curve of its own, which begins behind the unit's name. */
function IntoLoss({ from, to, names }: IntoLossProps): VNode {
  const b = { x: to.x - to.half, y: middleOf(to) };
  const after = (unit: Unit["unit"]): number =>
    typeof unit === "number" && names?.[unit] ? 7 + 6 * Math.min(7, names[unit].length) : 0;
  const path = ({ unit, x, y }: Unit): string => {
    const start = x + from.half + after(unit);
    const middle = (start + b.x) / 2;
    return `M${start},${y} C${middle},${y} ${middle},${b.y} ${b.x},${b.y}`;
  };
  return (
    <g>
      {from.units.map((unit) => (
        <path key={unit.unit} class="flow" d={path(unit)} />
      ))}
    </g>
  );
}

const middleOf = (box: Box): number => box.top + HEAD + (box.height - HEAD) / 2;
