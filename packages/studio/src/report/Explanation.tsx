import type { PartialDependence } from "chainrule/tables";
import { Bars, Chart, Figure, tableOfCurves } from "../parts/charts/index.ts";
import { formatCount } from "../parts/number.ts";
import type { ReportData } from "./data.d.ts";
import { Note, Section } from "./Section.tsx";

/** What predictions depend on: importance of columns, and how predictions follow the first of them. */
export function Explanation({ explanation, scores, target }: ReportData) {
  if (explanation === undefined || explanation.importance.length === 0) return null;
  const { rows, columns, tested, importance, dependence } = explanation;
  const bars = importance.map(({ column, mean, sd }) => ({
    label: column,
    value: mean,
    low: mean - sd,
    high: mean + sd,
  }));
  return (
    <Section title="What predictions depend on">
      <Figure
        title="Importance of columns"
        caption={`What the score loses when a column is shuffled over ${formatCount(rows)} test rows; the line is one standard deviation to each side.`}
        table={{
          head: ["column", "mean", "standard deviation"],
          rows: importance.map((one) => [one.column, one.mean, one.sd]),
        }}
      >
        <Bars bars={bars} title="permutation importance" />
      </Figure>
      {tested < columns && (
        <Note>
          Of {formatCount(columns)} columns {formatCount(tested)} were tested: those that move predictions
          most.
        </Note>
      )}
      <Note>Columns that tell the same can each look unimportant.</Note>
      <div class="figures">
        {dependence.map((one) => (
          <Dependence key={one.column} one={one} target={scores?.task === "regression" ? target : null} />
        ))}
      </div>
      {dependence.length > 0 && (
        <Note>
          What is predicted on average if the column had a value in every row; the band holds 80 % of the
          rows.
        </Note>
      )}
    </Section>
  );
}

interface Props {
  readonly one: PartialDependence;
  /** The target, where it is a number. */
  readonly target: string | null;
}

function Dependence({ one: { column, type, grid, outputs }, target }: Props) {
  const moving = [...outputs].sort((a, b) => spread(b.mean) - spread(a.mean)).slice(0, 4);
  const [most] = moving;
  if (most === undefined) return null;
  if (type === "text" || type === "boolean") {
    const bars = grid.map((label, i) => ({
      label: String(label),
      value: most.mean[i] ?? Number.NaN,
      low: most.low[i],
      high: most.high[i],
    }));
    return (
      <Figure
        title={column}
        caption={target === null ? `probability of ${most.label}` : `predicted ${target}`}
        table={{ head: [column, "mean"], rows: bars.map(({ label, value }) => [label, value]) }}
      >
        <Bars bars={bars} title={column} />
      </Figure>
    );
  }
  // In the order of the classes, so that a class has one colour in all pictures.
  const shown = outputs.filter((output) => moving.includes(output));
  const x = grid.map(Number);
  const band = shown.length === 1;
  const curves = shown.map(({ label, mean, low, high }) => ({
    label,
    x,
    y: mean,
    ...(band ? { low, high } : {}),
  }));
  const labelX =
    type === "date" ? (at: number): string => new Date(at).toISOString().slice(0, 10) : undefined;
  return (
    <Figure title={column} table={tableOfCurves(column, curves, labelX)}>
      <Chart
        curves={curves}
        x={column}
        y={target ?? (band ? `probability of ${most.label}` : "probability")}
        labelX={labelX}
      />
    </Figure>
  );
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
