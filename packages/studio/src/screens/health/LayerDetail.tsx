import { type Distribution, type Health, type LayerHealth, layerName } from "chainrule/trace";
import { useMemo } from "preact/hooks";
import { Figure, Histogram } from "../../parts/charts/index.ts";
import { Button } from "../../parts/controls/index.ts";
import { formatCount, formatNumber } from "../../parts/number.ts";
import { type Brush, Canvas } from "../train/Canvas.tsx";
import { drawHistory, type Moment } from "./drawHistory.ts";
import { traceUnit } from "./units.ts";

/** Units that are listed one by one. */
const MOST_LISTED = 40;

interface Props {
  readonly layer: LayerHealth;
  /** The place of the layer among all. */
  readonly place: number;
  readonly history: readonly { readonly step: number; readonly health: Health }[];
}

type Part = "weights" | "activations" | "gradients" | "signals";

const parts: readonly {
  readonly part: Part;
  readonly title: string;
  readonly axis: string;
  readonly about: string;
}[] = [
  { part: "weights", title: "Weights W", axis: "w", about: "spread out slowly while training goes well" },
  {
    part: "activations",
    title: "Activations y",
    axis: "y",
    about: "what the layer gives; all zero is dead, all at the ends is saturated",
  },
  {
    part: "gradients",
    title: "Gradients ∂L/∂W",
    axis: "∂L/∂W",
    about: "shrink towards 0 as the loss comes to a minimum",
  },
  {
    part: "signals",
    title: "Signals ∂L/∂y",
    axis: "∂L/∂y",
    about: "what comes back from the layers after it",
  },
];

/** One layer: how its numbers are spread, now and over time, and its dead and saturated units. */
export function LayerDetail({ layer, place, history }: Props) {
  return (
    <section class="panel layer-detail" aria-label={layerName(layer)}>
      <h2>
        {layerName(layer)}: {layer.units} units
      </h2>
      <Units title="Dead, for every row" units={layer.dead} layer={layer} />
      <Units title="Saturated, for nearly every row" units={layer.saturated} layer={layer} />
      <div class="grid" style={{ "--column": "18rem" }}>
        {parts.map(({ part, ...words }) => {
          const now = layer[part];
          if (now === null) return null;
          const moments = history.flatMap(({ step, health }) => {
            const spread = health.layers[place]?.[part];
            return spread ? [{ step, spread }] : [];
          });
          return <Spread key={part} now={now} moments={moments} {...words} />;
        })}
      </div>
    </section>
  );
}

function Units({ title, units, layer }: { title: string; units: readonly number[]; layer: LayerHealth }) {
  if (units.length === 0) return null;
  return (
    <div class="units">
      <h3>
        {title}: {formatCount(units.length)} of {formatCount(layer.units)} units
      </h3>
      <ul>
        {units.slice(0, MOST_LISTED).map((unit) => (
          <li key={unit}>
            <Button
              kind="quiet"
              onClick={() => traceUnit(layer, unit)}
              title={`Follow unit ${unit + 1} in Trace`}
            >
              unit {unit + 1}
            </Button>
          </li>
        ))}
        {units.length > MOST_LISTED && (
          <li class="dim">and {formatCount(units.length - MOST_LISTED)} more</li>
        )}
      </ul>
    </div>
  );
}

interface SpreadProps {
  readonly title: string;
  readonly axis: string;
  readonly about: string;
  readonly now: Distribution;
  readonly moments: readonly Moment[];
}

function Spread({ title, axis, about, now, moments }: SpreadProps) {
  const drawTime = useMemo(() => (brush: Brush) => drawHistory(brush, moments, axis), [moments, axis]);
  const figures = `mean ${formatNumber(now.mean, 3)}, standard deviation ${formatNumber(now.sd, 3)}, from ${formatNumber(now.min, 3)} to ${formatNumber(now.max, 3)}`;
  return (
    <Figure
      title={title}
      caption={`${about}. Now: ${figures}${now.notFinite > 0 ? `; ${formatCount(now.notFinite)} not finite` : ""}.`}
      table={{
        head: ["from", "to", "numbers"],
        rows: Array.from(now.counts, (count, bin) => [
          now.edges[bin] ?? null,
          now.edges[bin + 1] ?? null,
          count,
        ]),
      }}
    >
      <Histogram bins={now} title={`${axis}, now`} />
      {moments.length > 1 && (
        <Canvas
          draw={drawTime}
          ratio={0.5}
          label={`${title} over the steps ${moments[0]!.step} to ${moments.at(-1)!.step}: darker where more of the numbers are.`}
        />
      )}
    </Figure>
  );
}
