import { type ElementRef, exprText, type Quantity } from "chainrule/trace";
import { useEffect, useMemo } from "preact/hooks";
import { formatNumber, fullNumber } from "../number.ts";
import { columnsOf, type Group, type Link, weightEnds } from "./graph.ts";
import { drawLines, type Marked } from "./Lines.tsx";
import { type Box, type Layout, pictureOf, type Shown, type Unit } from "./layout.ts";
import { Pixels } from "./Pixels.tsx";
import type { Picture } from "./planes.ts";
import { keyOf, refOfKey, type TraceState } from "./state.ts";
import { useKept, useWidth } from "./use.ts";
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
  // Deep networks are wider than their frame, which then scrolls; those of few columns are drawn larger.
  const columns = columnsOf(graph);
  const scale = Math.max(1, Math.min(LARGEST, room / (columns * ROOMY)));
  const width = Math.max(room / scale, columns * NARROWEST);
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
  const longest =
    14 +
    6.4 *
      Math.max(
        0,
        ...graph.groups
          .flatMap((group) => (group.kind === "input" ? (names(group) ?? []) : []))
          .map(({ length }) => length),
      );
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
    { left: named && picture === null ? Math.min(96, width * 0.17, longest) : 8, right: 8 },
  );
  const boxOf = (group: number) => layout.boxes[group];
  const pickAt = ({ target }: Event) => {
    const key = target instanceof Element ? target.closest("[data-key]")?.getAttribute("data-key") : null;
    if (key) state.pick(refOfKey(key));
  };
  const kept = useKept();
  const markedOf = ({ weight }: Link): Marked[] => {
    if (!weight) return [];
    const within = ({ value }: ElementRef) => value === weight.value || value === weight.bias;
    const all = [
      ...(within(cursor.ref) ? [{ ...cursor.ref, kind: "current" as const }] : []),
      ...operands.filter(within).map((ref) => ({ ...ref, kind: "lit" as const })),
    ];
    return all.map(({ value, index, kind }) => ({ value, index, kind }));
  };
  // Lines change with what they lead to, with what is marked among them, and with the numbers.
  const drawn = ({ x, top, height, units, picture }: Box) =>
    `${x} ${top} ${height} ${picture?.pixel} ${units.map(({ unit }) => unit).join(" ")}`;
  const linesFrom = (link: Link) => [
    state.numbers.value,
    backward,
    layout.width,
    layout.height,
    JSON.stringify(markedOf(link)),
    drawn(boxOf(link.from)),
    drawn(boxOf(link.to)),
    ...state.hiding(),
  ];
  const at = boxOf(here)?.x ?? 0;
  useEffect(() => {
    const element = frame.current;
    if (!element || width <= room) return;
    if (at - 60 < element.scrollLeft || at + 60 > element.scrollLeft + room)
      element.scrollLeft = at - room / 2;
  }, [at, width, room]);
  return (
    // A wide network moves within its frame, also by keyboard.
    <div class="trace-network" ref={frame} role="region" aria-label="Picture of the network" tabIndex={0}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: by keyboard the same numbers are reached in the matrices and by stepping */}
      <svg
        width={width * scale}
        height={layout.height * scale}
        viewBox={`0 0 ${width} ${layout.height}`}
        role="group"
        aria-label="The network"
        onClick={pickAt}
      >
        {graph.links.map((link) =>
          kept(`${link.value} ${link.to}`, linesFrom(link), () =>
            drawLines({
              state,
              link,
              from: boxOf(link.from),
              to: boxOf(link.to),
              layout,
              backward,
              marked: markedOf(link),
            }),
          ),
        )}
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

/** Pixels of a column at least, and of one that has room; larger than so many times nothing is drawn. */
const NARROWEST = 72;
const ROOMY = 105;
const LARGEST = 1.5;

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
  const columns = 1 + Math.max(...layout.boxes.map((each) => each.group.depth));
  const letters = Math.max(7, Math.min(18, Math.floor((layout.width - 130) / columns / 7)));
  // Long names of the outermost columns stay within the picture.
  const reach = 3.8 * Math.min(letters, label.length);
  const anchor =
    box.x + reach > layout.width
      ? { x: layout.width - 2, at: "end" as const }
      : box.x - reach < 0
        ? { x: 2, at: "start" as const }
        : { x: box.x, at: "middle" as const };
  const what = shown.of === "gradient" ? `∂ℓ/∂${symbol}` : symbol;
  const start = layoutOf(data, value).rows > 1 ? state.row.value * group.units : 0;
  const { ref } = state.cursor.value;
  // A loss is drawn as one number: of a vector inside it, the one that is looked at.
  const isLooked = group.kind === "loss" && ref.value === value.id && ref.of === shown.of;
  const refOf = (unit: number): ElementRef =>
    isLooked ? ref : { value: value.id, of: shown.of, index: start + unit };
  return (
    <g class={`group ${group.kind}${here ? " here" : ""}`}>
      <title>{[[...new Set(kinds)].join(", ") || group.label, group.about].filter(Boolean).join(": ")}</title>
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
        {short(label, letters)}
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
  const text = hidden ? "?" : number === undefined ? "" : fitting(number, pill.width);
  const negative = number !== undefined && number < 0 && !hidden;
  const current = same(state, ref);
  const marks = [
    "unit",
    current && "current",
    lit.has(key) && "lit",
    !hidden && state.formerNumber(ref) !== undefined && "changed",
  ];
  return (
    <g class={marks.filter(Boolean).join(" ")} data-key={key}>
      <title>
        {name ? `${name}: ` : ""}
        {hidden || number === undefined ? "to be predicted" : fullNumber(number)}
      </title>
      <rect {...shape} />
      <text
        x={x}
        y={y + 4}
        text-anchor="middle"
        class={[negative && "minus", text.length * 6.6 > pill.width - 4 && "tight"].filter(Boolean).join(" ")}
      >
        {text}
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

/** As many digits as there is room for. */
function fitting(number: number, width: number): string {
  const texts = [4, 3, 2].map((digits) => formatNumber(number, digits));
  return texts.find((text) => text.length * 6.6 < width - 6) ?? texts[2];
}

const short = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
