import { type ElementRef, exprText, type Quantity } from "chainrule/trace";
import { useEffect, useMemo } from "preact/hooks";
import { formatNumber, fullNumber } from "../number.ts";
import { columnsOf, type Group, type Link, weightEnds, weightIndex } from "./graph.ts";
import { type Box, endOf, type Layout, NAMES, pictureOf, type Shown, top, type Unit } from "./layout.ts";
import type { Picture } from "./planes.ts";
import { keyOf, type TraceState } from "./state.ts";
import { useWidth } from "./use.ts";
import { layoutOf } from "./walk.ts";

interface Props {
  readonly state: TraceState;
  readonly picture: Picture | null;
  readonly operands: readonly ElementRef[];
  readonly lit: ReadonlySet<string>;
}

/** The network as columns of units. A unit shows what the pass computes of it just now; lines are weights by sign and size. */
export function Network({ state, picture, operands, lit }: Props) {
  const [frame, room] = useWidth<HTMLDivElement>(420);
  const data = state.data.value;
  const graph = state.graph.value;
  // Deep networks are wider than their frame, which then scrolls.
  const width = Math.max(room, columnsOf(graph) * NARROWEST);
  const cursor = state.cursor.value;
  const row = state.row.value;
  const { stages, places } = state.walk.value;
  const stage = stages[places[state.place.value].stage];
  const backward = stage.pass === "backward" || stage.pass === "update" || cursor.ref.of !== "value";
  const here = state.group.value;
  const shown = (group: Group): Shown => {
    const of: Quantity = backward ? "gradient" : "value";
    const last = group.values.at(-1) as number;
    const value = group.values.includes(cursor.ref.value) ? cursor.ref.value : last;
    return data.values[value].hasGradient || !backward ? { value, of } : { value, of: "value" };
  };
  const keep = useMemo(() => {
    const kept = new Map<number, number[]>();
    for (const ref of [cursor.ref, ...operands]) {
      const group = graph.groupOf.get(ref.value);
      if (group === undefined) continue;
      const link = graph.links.find(({ weight }) => weight?.value === ref.value);
      const put = (to: number, unit: number) => kept.set(to, [...(kept.get(to) ?? []), unit]);
      if (link?.weight) {
        const { i, j } = weightEnds(link.weight, ref.index);
        put(link.from, i);
        put(link.to, j);
      } else if (graph.groups[group].values.includes(ref.value))
        put(group, ref.index % layoutOf(data, data.values[ref.value]).units);
      else put(group, ref.index);
    }
    return kept;
  }, [graph, data, keyOf(cursor.ref), operands]);
  const names = (group: Group) => group.values.map((id) => data.unitNames[id]).find(Boolean);
  const named = graph.groups.some((group) => group.kind === "input" && names(group));
  const layout = pictureOf(
    data,
    graph,
    state.numbers.value,
    row,
    width,
    shown,
    keep,
    picture,
    (group) => group.kind !== "input" && names(group) !== undefined,
    { left: named && picture === null ? Math.min(96, width * 0.17) : 8, right: 8 },
  );
  const boxOf = (group: number) => layout.boxes[group];
  const at = boxOf(here)?.x ?? 0;
  useEffect(() => {
    const element = frame.current;
    if (!element || width <= room) return;
    if (at - 60 < element.scrollLeft || at + 60 > element.scrollLeft + room)
      element.scrollLeft = at - room / 2;
  }, [at, width, room]);
  return (
    <div class="trace-network" ref={frame}>
      <svg width={width} height={layout.height} role="group" aria-label="The network">
        {graph.links.map((link) => (
          <Lines
            key={`${link.value} ${link.to}`}
            state={state}
            link={link}
            from={boxOf(link.from)}
            to={boxOf(link.to)}
            layout={layout}
            lit={lit}
            backward={backward}
          />
        ))}
        {layout.boxes.map((box) => (
          <GroupBox
            key={box.group.id}
            state={state}
            box={box}
            layout={layout}
            shown={shown(box.group)}
            lit={lit}
            here={box.group.id === here}
            names={names(box.group)}
          />
        ))}
      </svg>
    </div>
  );
}

const NARROWEST = 72;

interface LinesProps {
  readonly state: TraceState;
  readonly link: Link;
  readonly from: Box;
  readonly to: Box;
  readonly layout: Layout;
  readonly lit: ReadonlySet<string>;
  readonly backward: boolean;
}

function Lines({ state, link, from, to, layout, lit, backward }: LinesProps) {
  const { weight } = link;
  const half = layout.pill.width / 2;
  if (!weight) {
    const a = { x: from.x + from.half + (from.named ? NAMES : 0), y: middleOf(from) };
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
  const cursor = state.cursor.value.ref;
  if (from.picture)
    for (const key of [...lit, keyOf(cursor)]) {
      const [, value, index] = key.split(" ");
      if (Number(value) !== weight.value) continue;
      const { i, j } = weightEnds(weight, Number(index));
      add(i, j);
    }
  const numbers = refs.map(({ ref }) =>
    state.hidden(ref) || (backward && ref.of === "value") ? 0 : (state.number(ref) ?? 0),
  );
  const most = Math.max(...numbers.map(Math.abs), 1e-300);
  const marks = refs.map(({ ref }) => {
    const other = keyOf({ ...ref, of: ref.of === "value" ? "gradient" : "value" });
    if (cursor.value === ref.value && cursor.index === ref.index) return "current";
    return lit.has(keyOf(ref)) || lit.has(other) ? "lit" : "";
  });
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
            onClick={() => state.pick(ref)}
            class={`weight ${numbers[n] < 0 ? "minus" : "plus"} ${marks[n]}`}
            data-key={keyOf(ref)}
          >
            <line {...line} stroke-width={0.6 + 3.4 * share} stroke-opacity={0.2 + 0.6 * share} />
            <line {...line} class="reach" />
          </g>
        );
      })}
    </g>
  );
}

const middleOf = (box: Box): number => box.top + 44 + (box.height - 44) / 2;

interface GroupProps {
  readonly state: TraceState;
  readonly box: Box;
  readonly layout: Layout;
  readonly shown: Shown;
  readonly lit: ReadonlySet<string>;
  /** The pass is at this group. */
  readonly here: boolean;
  readonly names: readonly string[] | undefined;
}

function GroupBox({ state, box, layout, shown, lit, here, names }: GroupProps) {
  const { group } = box;
  const data = state.data.value;
  const value = data.values[shown.value];
  const symbol = exprText(value.symbol);
  const kinds = group.values.flatMap((id) => {
    const layer = value.layer === null ? null : data.layers[data.values[id].layer ?? -1];
    return layer?.kind ? [layer.kind] : [];
  });
  const { label } = group;
  // Long names of the outermost columns stay within the picture.
  const reach = 3.8 * Math.min(18, label.length);
  const anchor =
    box.x + reach > layout.width
      ? { x: layout.width - 2, at: "end" as const }
      : box.x - reach < 0
        ? { x: 2, at: "start" as const }
        : { x: box.x, at: "middle" as const };
  const what = shown.of === "gradient" ? `∂ℓ/∂${symbol}` : symbol;
  const start = layoutOf(data, value).rows > 1 ? state.row.value * group.units : 0;
  const refOf = (unit: number): ElementRef => ({ value: value.id, of: shown.of, index: start + unit });
  return (
    <g class={`group ${group.kind}${here ? " here" : ""}`}>
      <title>{[...new Set(kinds)].join(", ") || group.label}</title>
      {group.kind === "block" && (
        <rect
          class="frame"
          x={box.x - box.half - 5}
          y={box.top + 2}
          width={2 * box.half + 10}
          height={box.height - 4}
          rx="6"
        />
      )}
      <text class="head" x={anchor.x} y={box.top + 16} text-anchor={anchor.at}>
        {short(label, 18)}
      </text>
      <text class="what" x={box.x} y={box.top + 33} text-anchor="middle">
        {what}
      </text>
      {box.picture && <Pixels state={state} box={box} refOf={refOf} lit={lit} />}
      {box.units.map((unit) => (
        <UnitPill
          key={unit.unit}
          state={state}
          box={box}
          unit={unit}
          layout={layout}
          refOf={refOf}
          lit={lit}
          name={typeof unit.unit === "number" ? names?.[unit.unit] : undefined}
        />
      ))}
    </g>
  );
}

interface PillProps {
  readonly state: TraceState;
  readonly box: Box;
  readonly unit: Unit;
  readonly layout: Layout;
  readonly refOf: (unit: number) => ElementRef;
  readonly lit: ReadonlySet<string>;
  readonly name: string | undefined;
}

function UnitPill({ state, box, unit, layout, refOf, lit, name }: PillProps) {
  const { pill } = layout;
  const { x, y } = unit;
  const shape = {
    x: x - pill.width / 2,
    y: y - pill.height / 2,
    width: pill.width,
    height: pill.height,
    rx: 11,
  };
  if (unit.unit === "more")
    return (
      <g class="unit more">
        <rect {...shape} />
        <text x={x} y={y + 4} text-anchor="middle">
          +{box.more.toLocaleString("en-US")} more
        </text>
      </g>
    );
  if (unit.unit === "one")
    return (
      <g class={`unit one${lit.has("one") ? " lit" : ""}`}>
        <title>The unit y₀ = 1: its weight is the bias</title>
        <rect {...shape} />
        <text x={x} y={y + 4} text-anchor="middle">
          1
        </text>
      </g>
    );
  const ref = refOf(unit.unit);
  const key = keyOf(ref);
  const number = state.number(ref);
  const hidden = state.hidden(ref);
  const current = same(state, ref);
  const marks = [
    "unit",
    current && "current",
    lit.has(key) && "lit",
    !hidden && state.formerNumber(ref) !== undefined && "changed",
  ];
  return (
    <g class={marks.filter(Boolean).join(" ")} onClick={() => state.pick(ref)} data-key={key}>
      <title>
        {name ? `${name}: ` : ""}
        {hidden || number === undefined ? "to be predicted" : fullNumber(number)}
      </title>
      <rect {...shape} />
      <text
        x={x}
        y={y + 4}
        text-anchor="middle"
        class={number !== undefined && number < 0 && !hidden ? "minus" : ""}
      >
        {hidden ? "?" : number === undefined ? "" : fitting(number, pill.width)}
      </text>
      {name && box.group.kind === "input" ? (
        <text class="name" x={x - pill.width / 2 - 5} y={y + 4} text-anchor="end">
          {short(name, Math.max(3, Math.floor((x - pill.width / 2 - 8) / 6.2)))}
        </text>
      ) : (
        name && (
          <text class="name" x={x + pill.width / 2 + 4} y={y + 4}>
            {short(name, 7)}
          </text>
        )
      )}
    </g>
  );
}

const same = (state: TraceState, ref: ElementRef): boolean => keyOf(state.cursor.value.ref) === keyOf(ref);

interface PixelsProps {
  readonly state: TraceState;
  readonly box: Box;
  readonly refOf: (unit: number) => ElementRef;
  readonly lit: ReadonlySet<string>;
}

/** A picture at the input: ink by value, or blue and orange by derivative. */
function Pixels({ state, box, refOf, lit }: PixelsProps) {
  const { picture } = box;
  if (!picture) return null;
  const { width, height, pixel, left, pixels } = picture;
  const refs = pixels.map((_, unit) => refOf(unit));
  const numbers = refs.map((ref) => (state.hidden(ref) ? 0 : (state.number(ref) ?? 0)));
  const most = Math.max(...numbers.map(Math.abs), 1e-300);
  return (
    <g class={`pixels ${refs[0].of}`}>
      <rect
        class="frame"
        x={left - 1}
        y={top(box) - 1}
        width={width * pixel + 2}
        height={height * pixel + 2}
      />
      {refs.map((ref, unit) => {
        const key = keyOf(ref);
        const mark = same(state, ref) ? "current" : lit.has(key) ? "lit" : "";
        return (
          <rect
            key={unit}
            data-key={key}
            class={`pixel ${numbers[unit] < 0 ? "minus" : "plus"} ${mark}`}
            x={left + (pixels[unit] % width) * pixel}
            y={top(box) + Math.floor(pixels[unit] / width) * pixel}
            width={pixel - 0.5}
            height={pixel - 0.5}
            fill-opacity={Math.abs(numbers[unit]) / most}
            onClick={() => state.pick(ref)}
          >
            <title>{`pixel ${(pixels[unit] % width) + 1}, ${Math.floor(pixels[unit] / width) + 1}: ${formatNumber(numbers[unit])}`}</title>
          </rect>
        );
      })}
    </g>
  );
}

/** As many digits as there is room for. */
function fitting(number: number, width: number): string {
  const texts = [4, 3, 2].map((digits) => formatNumber(number, digits));
  return texts.find((text) => text.length * 6.6 < width - 6) ?? texts[2];
}

const short = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
