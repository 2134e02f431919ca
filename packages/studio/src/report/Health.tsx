import { type Alarm, type Distribution, type Health, type LayerHealth, layerName } from "chainrule/trace";
import { Chart, DataTable, Figure, Histogram } from "../parts/charts/index.ts";
import { formatCount, formatNumber } from "../parts/number.ts";
import type { ReportData } from "./data.d.ts";
import { Note, Section } from "./Section.tsx";

/** So many layers have their histograms shown. */
const MOST_LAYERS = 12;

/** How the final network is: alarms, layers, gradients by depth, and how its numbers are spread. */
export function HealthSection({ health: found }: ReportData) {
  if (found === undefined) return null;
  const { health, part } = found;
  const { layers, alarms, rows, loss, gradientNorm } = health;
  const shown = layers.slice(0, MOST_LAYERS);
  return (
    <Section title="Health">
      <Note>
        One forward and one backward pass over {formatCount(rows)} {part}, in evaluation mode: loss{" "}
        {formatNumber(loss)}, ‖∇L‖ {formatNumber(gradientNorm)}. At a minimum ‖∇L‖ is 0.
      </Note>
      <Alarms alarms={alarms} />
      <DataTable name="Layers" {...layerTable(layers)} />
      <GradientsByDepth {...health} />
      <h3>How the numbers of each layer are spread</h3>
      <Note>
        Weights, what the layer gives, and ∂L/∂W; below each the mean ± the standard deviation. The ends of an
        axis are the least and the largest number.
      </Note>
      {shown.map((layer, i) => (
        <div class="layer" key={i}>
          <h4>{layerName(layer)}</h4>
          <Spread title="weights" of={layer.weights} place={0} />
          <Spread title="activations" of={layer.activations} place={2} />
          <Spread title="gradients" of={layer.gradients} place={1} />
        </div>
      ))}
      {layers.length > shown.length && <Note>And {layers.length - shown.length} layers more.</Note>}
    </Section>
  );
}

const signs = { bad: "✗ Bad", warning: "! Warning", note: "Note" } as const;

export const Alarms = ({ alarms }: { readonly alarms: readonly Alarm[] }) =>
  alarms.length === 0 ? (
    <p class="good">✓ Nothing calls for attention.</p>
  ) : (
    <ul class="alarms">
      {alarms.map(({ severity, evidence, remedy }, i) => (
        <li key={i}>
          <b class={severity === "bad" ? "bad" : severity === "warning" ? "warn" : "dim"}>
            {signs[severity]}:
          </b>{" "}
          {evidence} <span class="dim">{remedy}</span>
        </li>
      ))}
    </ul>
  );

function layerTable(layers: readonly LayerHealth[]) {
  const knowsUpdates = layers.some(({ updateRatio }) => updateRatio !== null);
  return {
    head: [
      "layer",
      "units",
      "weights",
      "mean activation",
      "its deviation",
      "dead",
      "saturated",
      "‖∂L/∂W‖",
      ...(knowsUpdates ? ["‖Δw‖ / ‖w‖"] : []),
    ],
    rows: layers.map((layer) => [
      layerName(layer),
      formatCount(layer.units),
      layer.weights === null ? null : formatCount(layer.weights.count),
      layer.activations.mean,
      layer.activations.sd,
      layer.weights === null ? unitsText(layer.dead) : null,
      layer.weights === null ? unitsText(layer.saturated) : null,
      layer.gradientNorm,
      ...(knowsUpdates ? [layer.updateRatio] : []),
    ]),
  };
}

const unitsText = (units: readonly number[]): string => formatCount(units.length);

function GradientsByDepth({ layers }: Health) {
  const weighted = layers.filter(({ gradientNorm }) => gradientNorm !== null);
  if (weighted.length < 2) return null;
  const x = weighted.map((_, i) => i + 1);
  return (
    <Figure
      title="Gradient norm by depth"
      caption="‖∂L/∂W‖ of each layer with weights, from the input to the output: where gradients vanish or explode, it falls or grows by factors from layer to layer."
      table={{
        head: ["layer", "‖∂L/∂W‖"],
        rows: weighted.map((layer) => [layerName(layer), layer.gradientNorm]),
      }}
    >
      <Chart
        curves={[
          { label: "", x, y: weighted.map(({ gradientNorm }) => gradientNorm ?? Number.NaN), points: true },
        ]}
        x="layer"
        y="‖∂L/∂W‖"
        logY
        spanX={[0.5, weighted.length + 0.5]}
        ticksX={x}
        labelX={(i) => (weighted.length > 8 ? String(i) : String(weighted[i - 1]?.k ?? ""))}
      />
    </Figure>
  );
}

interface SpreadProps {
  readonly title: string;
  readonly of: Distribution | null;
  readonly place: number;
}

const Spread = ({ title, of, place }: SpreadProps) =>
  of === null || of.count === 0 ? (
    <div class="unspread" />
  ) : (
    <Figure caption={`${formatNumber(of.mean, 3)} ± ${formatNumber(of.sd, 3)}`}>
      <Histogram bins={of} title={title} place={place} />
    </Figure>
  );
